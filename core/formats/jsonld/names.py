"""What a page and its entries are called in the file (`@id`): an address where there is one, else a name of ours.

The identity by which an import finds them again stands beside it, in `identifier`: it stays the same when a coverage
gets an address later on.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote, urldefrag

from core.formats.jsonld.reading import web_address
from core.formats.page import Page, PageEntry

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


def of_page(page: Page) -> str:
    """The page's name."""
    identity = page.source.identity
    if web_address(identity):
        return identity
    if page.url:
        return f"{urldefrag(page.url).url}#liveblog"
    return identity if _ABSOLUTE.fullmatch(identity) else _urn(identity)


def of_entries(page: Page, entries: Sequence[PageEntry]) -> list[str]:
    """The entries' names, each of them different when their identities are."""
    taken = {entry.source.identity for entry in entries}
    return [_of_entry(page, entry, taken) for entry in entries]


def _of_entry(page: Page, entry: PageEntry, taken: set[str]) -> str:
    identity = entry.source.identity
    if web_address(identity):
        return identity
    if page.url and entry.number:
        address = f"{urldefrag(page.url).url}#entry-{entry.number}"
        # A foreign page may count its own entries by the very same words.
        if address not in taken:
            return address
    return identity if _ABSOLUTE.fullmatch(identity) else _urn(page.source.identity, identity)


def _urn(*parts: str) -> str:
    return ":".join(("urn:livedesk:page", *(quote(part, safe="", errors="replace") for part in parts)))
