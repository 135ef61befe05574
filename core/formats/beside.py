"""The pictures a page names: which lie beside it, and how their stored bytes get into its blocks.

A page may name files; only a name that stays inside the page's own folder is ever handed out to be opened.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

from core import blocks
from core.formats.page import Page
from core.model import Asset

_LONGEST = 300


def inside(name: str) -> bool:
    """Whether this is a relative name that cannot leave the page's folder (nor be an address, a drive or a query)."""
    if not name or len(name) > _LONGEST or name != name.strip() or any(mark in name for mark in "\\:?#\x00\n"):
        return False
    return all(part not in ("", ".", "..") for part in name.split("/"))


def names(page: Page) -> tuple[str, ...]:
    """The relative names of pictures to look for beside the page, each once, in reading order."""
    return tuple(dict.fromkeys(image.url for image in _images(page) if image.url and inside(image.url)))


def digests(page: Page) -> tuple[str, ...]:
    """The stored pictures the page names by the sha256 of their bytes, as our own exports do, each once."""
    return tuple(dict.fromkeys(image.asset for image in _images(page) if image.asset))


def with_assets(page: Page, by_name: Mapping[str, Asset], held: Collection[str] = ()) -> Page:
    """The page with the stored pictures in its blocks.

    `by_name` are pictures just read from beside the page, `held` the digests already in the store. A digest that is
    neither is dropped, so that no entry promises bytes nobody has.
    """

    def settled(image: blocks.Image) -> blocks.Image:
        asset = by_name.get(image.url or "")
        if asset is not None:
            return replace(image, asset=asset.digest, width=asset.width, height=asset.height)
        return image if image.asset is None or image.asset in held else replace(image, asset=None)

    return _mapped(page, settled)


def _images(page: Page) -> Iterator[blocks.Image]:
    for entry in page.entries:
        for block in entry.content.blocks:
            if isinstance(block, blocks.Image):
                yield block


def _mapped(page: Page, change: Callable[[blocks.Image], blocks.Image]) -> Page:
    entries = []
    for entry in page.entries:
        made = tuple(change(block) if isinstance(block, blocks.Image) else block for block in entry.content.blocks)
        entries.append(replace(entry, content=replace(entry.content, blocks=made)))
    return replace(page, entries=tuple(entries))
