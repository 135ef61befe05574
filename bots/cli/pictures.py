"""The pictures beside a page: read, checked, drawn anew and kept, so that readers get them with their entries."""

from datetime import datetime
from pathlib import Path

from core import formats, media
from core.formats import Loss, Page
from core.media import BadPicture
from core.model import Asset
from core.store import Store
from core.store import media as kept


async def bring(store: Store, page: Page, folder: Path, now: datetime, *, keep: bool = True) -> tuple[Page, list[Loss]]:
    """The page with the pictures found in `folder` in its blocks, and what could not be brought.

    A picture that is not there stays words, as one without bytes does. Without `keep` nothing is stored.
    """
    found: dict[str, Asset] = {}
    losses: list[Loss] = []
    for name in formats.pictures(page):
        try:
            data = _beside(folder, name)
            if data is None:
                continue
            picture = await media.check(data)
        except BadPicture as flaw:
            losses.append(Loss("", "picture", f"{name}: {flaw}"))
            continue
        if keep:
            await store.write(kept.keep, picture.asset, picture.data, now)
        found[name] = picture.asset
    held = {digest for digest in formats.digests(page) if await store.read(kept.asset, digest)}
    return formats.with_assets(page, found, held), losses


def _beside(folder: Path, name: str) -> bytes | None:
    """The bytes of a file below the folder; None when there is none. A link that leads out of the folder is none."""
    file = folder / name
    if not file.resolve().is_relative_to(folder.resolve()) or not file.is_file():
        return None
    # One byte more than is allowed tells that it is too many.
    with file.open("rb") as opened:
        return opened.read(media.LARGEST + 1)
