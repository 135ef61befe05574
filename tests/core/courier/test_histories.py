"""Whatever happens to a town, everybody gets what they asked for: in order, once, and as it stands now."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.model import Mode, Operation, Platform
from core.store import Store, tables
from tests.doubles.chronicle import Chronicle
from tests.doubles.made_up_time import live
from tests.doubles.town import town

HISTORIES = 120
AT_ONCE = 10


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store. SQLite alone: these histories are about the courier, and there are many."""
    path = tmp_path_factory.mktemp("towns") / "empty.sqlite"
    Store.open(f"sqlite:///{path}", mode=Mode.REHEARSAL, create=True).close()
    return path


@pytest.mark.parametrize("first", range(0, HISTORIES, AT_ONCE))
def test_whatever_happens_everybody_gets_what_they_asked_for(empty: Path, tmp_path: Path, first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        # A store of its own for each, so that a seed alone tells its history again.
        path = shutil.copy(empty, tmp_path / f"{seed}.sqlite")
        store = Store.open(f"sqlite:///{path}", mode=Mode.REHEARSAL)
        try:
            live(_history(store, seed))
        finally:
            store.close()


async def _history(store: Store, seed: int) -> None:
    platform = Platform.DISCORD if seed % 3 == 0 else Platform.TELEGRAM
    try:
        async with town(store, platform=platform, name=f"town-{seed}") as it:
            chronicle = Chronicle(it, seed)
            await chronicle.happens(steps=12)
        chronicle.judge()
        await _everybody_is_counted(it.store, chronicle)
    except BaseException as error:
        error.add_note(f"seed {seed}")
        raise


async def _everybody_is_counted(store: Store, chronicle: Chronicle) -> None:
    """Promise P2: whoever was to get an entry has exactly one end, unless they left before the walk came by."""
    for story in chronicle.stories:
        if story.withdrawn:
            # What had not gone out was called off.
            continue
        state, counted = await store.read(_ends, story.entry.bulletin_id)
        if state == tables.FINISHED:
            uncounted = len(story.audience) - counted
            assert 0 <= uncounted <= len(chronicle.missing(story)), f"{counted} ends for {story}"


def _ends(conn: sa.Connection, bulletin_id: int) -> tuple[int, int]:
    its = tables.broadcast.c
    row = conn.execute(
        sa.select(its.state, its.sent + its.skipped + its.failed + its.unknown).where(
            its.bulletin_id == bulletin_id, its.operation == Operation.PUBLISH
        )
    ).one()
    return int(row[0]), int(row[1])
