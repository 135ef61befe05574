"""Who an entry is by, from the lines between its headline and its first sentence: one or two, without punctuation."""

import re
from collections.abc import Sequence

from core.formats.live_text.sheet import Line
from core.model import Contributor, ContributorKind

_LONGEST = 60
_SMALL = re.compile(r"(of|and|the|for|in|at|de|da|van|von|der|den|bin|al|la|le|du|di|&|-)", re.IGNORECASE)
_HOUSES = re.compile(
    r"(monitoring|news|service|agency|agencies|press|staff|team|desk|reporters|verify|media|radio|tv|office|ministry"
    r"|department|bureau|newsroom|institute|university|council)",
    re.IGNORECASE,
)
_ROLES = re.compile(r"\b(correspondent|editor|reporter|analyst|presenter|producer|journalist|writer)\b", re.IGNORECASE)
_LABELS = ("image source,", "image caption,", "media caption,")


def take(lines: Sequence[Line]) -> tuple[tuple[Contributor, ...], int, str]:
    """The contributors, how many lines they took, and what is unsure about them (empty when nothing is).

    A line that is merely short is no byline: every word of a name begins with a capital, and something must follow it.
    """
    block = [line.text for line in lines[:2]]
    if len(lines) > 1 and lines[1].fresh:
        block = block[:1]
    if not block or not _titled(block[0]) or len(lines) == 1:
        return (), 0, ""
    if len(block) == 2 and len(lines) > 2 and lines[2].fresh and _loose(block[1]):
        return (_with_role(block[0], block[1]),), 2, ""
    if len(block) == 1:
        kind, doubt = _kind(block[0])
        return (Contributor(block[0], kind),), 1, doubt
    return (), 0, ""


def _loose(text: str) -> bool:
    """A line that could be a name or a role: short, no sentence, no quotation, no label of a picture."""
    bare = len(text) <= _LONGEST and not text.endswith((".", "?", "!", ":", ";", ",", '"', "”", "…"))
    return bare and text[:1] not in "\"“'‘•" and not any(label in text.casefold() for label in _LABELS)


def _titled(text: str) -> bool:
    words = text.split()
    return (
        _loose(text)
        and all(word[0].isupper() or bool(_SMALL.fullmatch(word)) for word in words)
        and words[0][0].isupper()
    )


def _house(words: Sequence[str]) -> bool:
    return any((len(word) > 1 and word.isupper()) or bool(_HOUSES.fullmatch(word)) for word in words)


def _with_role(name: str, below: str) -> Contributor:
    kind = ContributorKind.ORGANISATION if _house(name.split()) else ContributorKind.PERSON
    desk, comma, place = below.rpartition(", ")
    if comma and not _ROLES.search(below):
        return Contributor(name, kind, desk=desk, place=place)
    return Contributor(name, kind, role=below)


def _kind(name: str) -> tuple[ContributorKind, str]:
    words = name.split()
    if _house(words):
        return ContributorKind.ORGANISATION, ""
    if len(words) in (2, 3):
        return ContributorKind.UNKNOWN, f"“{name}” may be a person, an organisation or the words of a picture"
    return ContributorKind.ORGANISATION, f"“{name}” is taken as an organisation"
