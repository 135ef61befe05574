"""The door for whole pages: bytes in and out, with a report of what was lost. Pure: no store, no network, no clock."""

from core.formats import live_text, opening
from core.formats.beside import digests, with_assets
from core.formats.beside import names as pictures
from core.formats.jsonld import find
from core.formats.jsonld.read import read as read_blog
from core.formats.jsonld.write import write as write_jsonld
from core.formats.jsonld.write import write_script
from core.formats.page import Loss, NotAPage, Page, PageEntry, Read, UnknownZone

__all__ = [
    "Loss",
    "NotAPage",
    "Page",
    "PageEntry",
    "Read",
    "UnknownZone",
    "digests",
    "pictures",
    "read",
    "with_assets",
    "write_jsonld",
    "write_script",
]


def read(data: bytes, *, name: str, zone: str | None = None, language: str | None = None) -> Read:
    """The live page in these bytes, whatever form it has.

    `name` is the file's name, for messages and for a page without a title. `zone` (IANA) and `language` (BCP 47) are
    what the operator said; they win over guesses, never over what an instant on the page says.

    Raises NotAPage (and UnknownZone, its kind) with one line that says what to do.
    """
    text = opening.characters(data)
    match opening.form(text):
        case opening.Form.JSON:
            return read_blog(find.in_json(text, name=name), name=name, zone=zone, language=language)
        case opening.Form.HTML:
            return read_blog(find.in_html(text, name=name), name=name, zone=zone, language=language)
        case opening.Form.TEXT:
            return live_text.read(opening.clean(text), name=name, zone=zone, language=language)
