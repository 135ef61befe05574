"""Every word a person reads, one gettext catalogue a language, and the door to them.

Catalogues are read from their `.po` text at first use (no build step). A key is a `msgid` such as "follow.done"; what
a language lacks is taken from its base language, then from English; a key nobody has is a mistake of ours and raises.
"""

import gettext
import io
import unicodedata
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError, numbers
from babel.messages import mofile, pofile

from core.locales import clock
from core.locales.said import Moment, Said, Value, say

__all__ = ["LAST_RESORT", "Moment", "NoSuchWords", "Said", "Value", "Words", "languages", "say", "tag", "words"]

LAST_RESORT = "en"
_HERE = Path(__file__).parent
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


class NoSuchWords(KeyError):
    """No catalogue has this key: a mistake of ours, never of a reader's."""


class Words:
    """The words of one language, falling back along its chain."""

    def __init__(self, language: str, catalogues: tuple[gettext.NullTranslations, ...], locale: Locale) -> None:
        """Use `words()`; `language` is what was asked for, `locale` writes its numbers and clocks."""
        self.language = language
        self._catalogues = catalogues
        self._locale = locale

    def say(self, key: str, **params: Value) -> str:
        """The words of a key, its parameters written in; `count` picks the plural.

        Raises NoSuchWords for a key no catalogue has, KeyError for a place nothing fills.
        """
        return self._pattern(key, params.get("count")).format_map({name: self._write(v) for name, v in params.items()})

    def tell(self, said: Said) -> str:
        """The words of something said."""
        return self.say(said.key, **said.params)

    def knows(self, key: str) -> bool:
        """Whether some catalogue of the chain has the key."""
        try:
            self._pattern(key, 1)
        except NoSuchWords:
            return False
        return True

    def _pattern(self, key: str, count: Value | None) -> str:
        for catalogue in self._catalogues:
            # A key doubles as its own plural id, so that a missing one comes back as itself either way.
            found = catalogue.ngettext(key, key, count) if isinstance(count, int) else key
            found = catalogue.gettext(key) if found == key else found
            if found != key:
                return found
        raise NoSuchWords(key)

    def _write(self, value: Value) -> str:
        match value:
            case Said():
                return self.tell(value)
            case Moment():
                return clock.write(value, self._locale)
            case str():
                return self._isolate(value)
            case _:
                return numbers.format_decimal(value, locale=self._locale)

    def _isolate(self, text: str) -> str:
        """Foreign words must not turn the sentence around them (TH13)."""
        ours = "rtl" if self._locale.text_direction == "rtl" else "ltr"
        directions = {unicodedata.bidirectional(letter) for letter in text}
        foreign = bool(directions & {"R", "AL"}) if ours == "ltr" else "L" in directions
        return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}" if foreign else text


@cache
def words(language: str) -> Words:
    """The words of a language (BCP 47, "nb-NO"), or of the nearest one there is."""
    chain = [*_ancestors(language), LAST_RESORT]
    found = [catalogue for name in dict.fromkeys(chain) if (catalogue := _catalogue(name))]
    return Words(language, tuple(found), _locale(chain))


def tag(language: str) -> str | None:
    """A language as BCP 47 writes it ("nb-NO"), if there is such a language."""
    try:
        known = Locale.parse(language.strip().replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None
    return str(known).replace("_", "-")


@cache
def languages() -> tuple[str, ...]:
    """The languages there is a catalogue for."""
    return tuple(sorted(path.parent.parent.name for path in _HERE.glob("*/LC_MESSAGES/livedesk.po")))


@cache
def _catalogue(name: str) -> gettext.NullTranslations | None:
    if name not in languages():
        return None
    compiled = io.BytesIO()
    with (_HERE / name / "LC_MESSAGES" / "livedesk.po").open("rb") as source:
        mofile.write_mo(compiled, pofile.read_po(source, locale=name))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _ancestors(language: str) -> list[str]:
    pieces = [piece for piece in language.replace("-", "_").split("_") if piece]
    return ["_".join(pieces[:length]) for length in range(len(pieces), 0, -1)]


def _locale(chain: list[str]) -> Locale:
    for name in chain:
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale(LAST_RESORT)
