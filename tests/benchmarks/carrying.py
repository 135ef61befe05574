"""How many deliveries one process carries when the platform costs nothing, and what each leaves in the store."""

import asyncio
import time
from collections.abc import Callable, Iterator
from itertools import count

from core import rules
from core.courier import rings
from core.model import Change, Coverage, Form, Operation, Receipt
from core.store import Store, broadcasts, commits, entries, receipts, subscriptions
from tests.benchmarks import couriers, outbox
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.benchmarks.ground import EDITOR, Ground, headline, in_use, now, opened, populate, publish, size_of
from tests.benchmarks.platforms import Instant

_BYTES = {"SQLite": 40, "PostgreSQL": 120}


def engine(ground: Ground, many: int = 100_000) -> list[Figure]:
    """Lease, order, outcomes, receipts: everything but HTTP. Edits of the same copies after it."""
    with ground.stores() as made:
        url = made.migrated()
        coverage = populate(url, many)
        with opened(url) as store:
            in_use(store, coverage)
            before = size_of(url)
            ours, cpu, edited, after = asyncio.run(_carry(store, coverage, many, lambda: size_of(url)))
        grown, with_edit = (after - before) / many, (size_of(url) - before) / many
        theirs, their_growth = _by_outbox(made.migrated(), many)
    kind = ground.kind
    return [
        Figure("whole engine", kind, ours, "/s", theirs, "bare outbox", at_least(12_000)),
        Figure("whole engine, CPU of a delivery", kind, cpu * 1e6, "µs"),
        Figure("store of a delivery", kind, grown, "B", their_growth, "outbox", at_most(_BYTES[kind])),
        Figure("edits", kind, edited, "/s"),
        Figure("store of a delivery that was edited once, before any VACUUM", kind, with_edit, "B"),
    ]


def bare_walk(ground: Ground, many: int = 200_000) -> list[Figure]:
    """The pages, the rules and the receipts alone, one after the other."""
    with ground.stores() as made:
        url = made.migrated()
        coverage = populate(url, many)
        with opened(url) as store, couriers.settled():
            ours = many / asyncio.run(_walk(store, coverage, many))
        theirs, _ = _by_outbox(made.migrated(), many)
    return [Figure("bare walk with receipts", ground.kind, ours, "/s", theirs, "bare outbox", at_least(60_000))]


async def _carry(
    store: Store, coverage: Coverage, many: int, size: Callable[[], int]
) -> tuple[float, float, float, int]:
    """Deliveries a second, CPU seconds of one, edits a second; the store's size between them."""
    sender = Instant()
    async with couriers.at_work(store, [sender]) as office:
        began, cpu = time.perf_counter(), time.process_time()
        entry = await publish(store, coverage, "The river is rising")
        office.wake()
        await office.everything_is_carried()
        took, used = time.perf_counter() - began, time.process_time() - cpu
        assert sender.sent == many, f"{sender.sent} of {many} were sent"
        assert await _receipts(store, entry.bulletin_id, 1) == many
        after = await asyncio.to_thread(size)
        began = time.perf_counter()
        await store.write(
            entries.revise,
            entry_id=entry.id,
            expected=entry.revision,
            content=headline("The river is falling"),
            change=Change.CORRECTION,
            actor=EDITOR,
            token="falling",
            now=now(),
        )
        office.wake()
        await office.everything_is_carried()
        edited = time.perf_counter() - began
        assert sender.edited == many, f"{sender.edited} of {many} were edited"
        assert await _receipts(store, entry.bulletin_id, 2) == many
    progress = await store.read(broadcasts.progress, entry.bulletin_id, Operation.PUBLISH)
    assert progress[sender.account].sent == many, progress
    return many / took, used / many, many / edited, after


async def _receipts(store: Store, bulletin_id: int, revision: int) -> int:
    found = await store.read(receipts.between, bulletin_id, 0, 2**62)
    return sum(1 for copies in found.values() for copy in copies if copy.revision == revision)


async def _walk(store: Store, coverage: Coverage, many: int) -> float:
    """Seconds for everything, the engine's order, tasks and gate left out.

    One page is decided on while the next one is read and the one before is written.
    """
    entry = await publish(store, coverage, "The river is rising")
    lane_id = await store.read(lambda conn: int(conn.exec_driver_sql("SELECT min(id) FROM lane").scalar_one()))
    (broadcast,) = await store.read(broadcasts.active, lane_id)
    bulletin = await store.read(broadcasts.bulletin, entry.bulletin_id)
    numbers = count(700_000_000)

    def read(after: int) -> asyncio.Task[subscriptions.Page]:
        given = {"lane_id": lane_id, "coverage_id": coverage.id, "audience_seq": broadcast.audience_seq}
        return asyncio.create_task(store.read(subscriptions.page, **given, after=after, limit=rings.PAGE))

    def sent(page: subscriptions.Page) -> Iterator[Receipt]:
        at = now()
        for row in page.rows:
            wish = row.wish(broadcast.audience_seq)
            if wish is not None and rules.decide(wish, bulletin).deliver:
                yield Receipt(bulletin.id, row.destination.id, 0, next(numbers), 1, Form.TEXT, False, "en", at)

    began = time.perf_counter()
    reading: asyncio.Task[subscriptions.Page] | None = read(0)
    writing: asyncio.Task[commits.Applied] | None = None
    after = 0
    while reading is not None:
        page = await reading
        after = page.rows[-1].destination.id if page.rows else after
        reading = None if page.last else read(after)
        copies = tuple(sent(page))
        if writing is not None:
            await writing
        mark = commits.WalkMark(broadcast.id, after, sent=len(copies), finished=page.last)
        writing = asyncio.create_task(store.write(commits.apply, commits.Batch(now(), copies, walks=(mark,))))
    assert writing is not None
    await writing
    took = time.perf_counter() - began
    assert await _receipts(store, entry.bulletin_id, 1) == many
    return took


def _by_outbox(url: str, many: int) -> tuple[float, float]:
    """Deliveries a second, publishing included, and bytes of one."""
    coverage = populate(url, many)
    with opened(url) as store:
        store.write_now(outbox.build)
        before = size_of(url)
        began = time.perf_counter()
        store.write_now(outbox.publish, 1, coverage.id)
        carried = asyncio.run(outbox.carry(store, Instant(), "The river is rising"))
        took = time.perf_counter() - began
        assert carried.deliveries == many
    return many / took, (size_of(url) - before) / many
