"""Did everything arrive? What the store believes is held against what people on the stage can read."""

from collections.abc import Iterator, Sequence

from bots.cli.rehearse.cast import Line, Seat
from bots.rehearsal.stage import Stage
from core.model import Address, Coverage, Destination, Entry, EntryStatus, Platform, Receipt
from core.store import Connection, Store, broadcasts, coverages, destinations, entries, receipts

_TOLD = 12


async def missing(
    store: Store, stage: Stage, coverage: Coverage, seats: Sequence[tuple[Seat, str, Platform]]
) -> list[str]:
    """Everything that is not as it must be, in sentences; empty when every part has its receipt and nothing was wrong.

    Each seat comes with the account and platform that reach it.
    """
    told = [
        sentence
        for seat, account, platform in seats
        for sentence in await store.read(_of_seat, coverage, seat, account, platform)
    ]
    left = await store.read(broadcasts.unfinished)
    if left:
        told.append(f"{left} deliveries are still under way")
    told += [f"the stage saw something illegal: {one.platform} {one.call}: {one.what}" for one in stage.violations]
    return told[:_TOLD] + ([f"and {len(told) - _TOLD} more"] if len(told) > _TOLD else [])


def _of_seat(conn: Connection, coverage: Coverage, seat: Seat, account: str, platform: Platform) -> list[str]:
    place = destinations.find(conn, account, Address(platform, seat.chat_id, seat.thread_id))
    if place is None:
        return [f"{seat.name} does not follow"]
    standing = {line.message_id: line for line in seat.read()}
    told = list(_summary(conn, coverage, place, standing))
    first_ids: list[int] = []
    for entry in entries.of_coverage(conn, coverage.id):
        if entry.status is EntryStatus.UNDONE:
            continue
        copies = receipts.of(conn, entry.bulletin_id, place.id)
        told += _entry(entry, copies, standing)
        first_ids += [copies[0].message_id] if copies else []
    if first_ids != sorted(first_ids):
        told.append("entries stand out of order")
    return [f"{seat.name}: {sentence}" for sentence in told]


def _summary(conn: Connection, coverage: Coverage, place: Destination, standing: dict[int, Line]) -> Iterator[str]:
    bulletin_id = coverages.summary_bulletin(conn, coverage.id)
    if bulletin_id is None:
        return
    copies = receipts.of(conn, bulletin_id, place.id)
    if not copies or any(copy.message_id not in standing for copy in copies):
        yield "the standing summary is missing"


def _entry(entry: Entry, copies: tuple[Receipt, ...], standing: dict[int, Line]) -> Iterator[str]:
    name = f"#{entry.number}"
    if not copies:
        yield f"{name} has no receipt"
        return
    if any(copy.message_id not in standing for copy in copies):
        yield f"{name} has a receipt but is not there to read"
        return
    if any(copy.revision != entry.revision for copy in copies):
        yield f"{name} does not say what it was changed to"
    words = _letters("".join(standing[copy.message_id].text for copy in copies))
    wanted = [note.note for note in entry.content.corrections]
    if entry.status is EntryStatus.RETRACTED:
        wanted = [entry.content.reason]
    else:
        wanted.append(entry.content.headline)
    for sentence in wanted:
        if _letters(sentence) not in words:
            yield f"{name} does not show {sentence!r}"


def _letters(words: str) -> str:
    """What is left to compare when white space and a platform's markup are taken away."""
    return "".join(sign for sign in words if sign.isalnum())
