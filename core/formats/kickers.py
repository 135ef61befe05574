"""The labels newsrooms print above a headline, as far as they name a kind of ours."""

from core.model import Kind

_KINDS = {
    "analysis": Kind.ANALYSIS,
    "explainer": Kind.EXPLAINER,
    "explained": Kind.EXPLAINER,
    "recap": Kind.RECAP,
    "video": Kind.VIDEO,
    "watch": Kind.VIDEO,
    "graphic": Kind.GRAPHIC,
    "quote": Kind.QUOTE,
}


def kind_of_kicker(kicker: str) -> Kind | None:
    """The kind a label states, or None when it is only a label."""
    return _KINDS.get(kicker.casefold())
