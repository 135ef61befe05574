"""A coverage's slug from its title: what people type, and what a deep link carries (Telegram: 64 of [A-Za-z0-9_-])."""

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 40
"""Short enough to type with a thumb, and for "c_" before it and "-99" after it in a deep link."""

# Words that commands understand on their own, so that no coverage may be called that.
_TAKEN = frozenset({"all", "breaking", "close", "key", "list", "new", "nothing", "open", "use"})
# Latin letters that do not come apart into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i"}
)


def derive(title: str) -> str:
    """The slug of a title: lower-case ASCII letters, digits and hyphens, cut between words."""
    folded = unicodedata.normalize("NFKD", title.casefold().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", folded.encode("ascii", "ignore").decode()))
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:LONGEST]
        if len(longer) > LONGEST:
            break
        slug = longer
    # A title without Latin letters has no word of ours in it, and a bare number would read as an entry's.
    if not slug or slug in _TAKEN or slug.isdigit():
        slug = f"coverage-{slug}" if slug else "coverage"
    return slug


def tries(slug: str) -> Iterator[str]:
    """The slug, then what to call a second and a third of the same name."""
    yield slug
    for number in range(2, 1000):
        yield f"{slug}-{number}"
