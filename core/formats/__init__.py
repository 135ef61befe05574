"""The door for whole pages: bytes in and out, with a report of what was lost. Pure: no store, no network, no clock."""

from core.formats import live_text, opening
from core.formats.page import Loss, NotAPage, Page, PageEntry, Read, UnknownZone

__all__ = ["Loss", "NotAPage", "Page", "PageEntry", "Read", "UnknownZone", "read"]


def read(data: bytes, *, name: str, zone: str | None = None, language: str | None = None) -> Read:
    """The live page in these bytes, whatever form it has.

    `name` is the file's name, for messages and for a page without a title. `zone` (IANA) and `language` (BCP 47) are
    what the operator said; they win over guesses, never over what an instant on the page says.

    Raises NotAPage (and UnknownZone, its kind) with one line that says what to do.
    """
    text = opening.clean(opening.characters(data))
    return live_text.read(text, name=name, zone=zone, language=language)
