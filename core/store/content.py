"""An entry's content as plain JSON values and back. What is not said is left out, so new fields need no migration."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core import blocks
from core.model import Content, Contributor, ContributorKind, Correction, Importance, Kind
from core.store.types import to_text

_EMPTY = Content()
_NOBODY = Contributor(name="")
_PLAIN = ("headline", "kicker", "language", "pinned", "url", "reason")


def to_json(content: Content) -> dict[str, Any]:
    """Content as JSON values; `from_json` gives the same content back."""
    written: dict[str, Any] = {name: getattr(content, name) for name in _PLAIN}
    written["blocks"] = blocks.to_json(content.blocks)
    written["kind"] = content.kind.value
    written["importance"] = int(content.importance)
    written["contributors"] = [_contributor_to_json(contributor) for contributor in content.contributors]
    written["tags"] = list(content.tags)
    written["corrections"] = [{"note": one.note, "at": one.at.isoformat()} for one in content.corrections]
    return {name: value for name, value in written.items() if value not in _UNSAID[name]}


def from_json(value: Mapping[str, Any]) -> Content:
    """Content from the form `to_json` writes."""
    return Content(
        **{name: value[name] for name in _PLAIN if name in value},
        blocks=blocks.from_json(value.get("blocks", ())),
        kind=Kind(value.get("kind", _EMPTY.kind)),
        importance=Importance(value.get("importance", _EMPTY.importance)),
        contributors=tuple(_contributor_from_json(one) for one in value.get("contributors", ())),
        tags=tuple(value.get("tags", ())),
        corrections=tuple(
            Correction(one["note"], datetime.fromisoformat(one["at"])) for one in value.get("corrections", ())
        ),
    )


def digest(*values: Any) -> str:
    """A fingerprint of JSON values: equal exactly when they are."""
    return hashlib.sha256(to_text(values).encode()).hexdigest()


def _contributor_to_json(contributor: Contributor) -> dict[str, Any]:
    written = {name: getattr(contributor, name) for name in ("role", "desk", "place", "url")}
    said: dict[str, Any] = {name: value for name, value in written.items() if value != getattr(_NOBODY, name)}
    return {"name": contributor.name, "kind": contributor.kind.value, **said}


def _contributor_from_json(value: Mapping[str, Any]) -> Contributor:
    return Contributor(**{**value, "kind": ContributorKind(value["kind"])})


# What stands for "nothing said" in the JSON form of each field.
_UNSAID: dict[str, tuple[Any, ...]] = {name: (getattr(_EMPTY, name),) for name in _PLAIN} | {
    "blocks": ([],),
    "kind": (_EMPTY.kind.value,),
    "importance": (int(_EMPTY.importance),),
    "contributors": ([],),
    "tags": ([],),
    "corrections": ([],),
}
