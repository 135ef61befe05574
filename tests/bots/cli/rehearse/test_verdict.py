"""The verdict names everything a reader misses, in sentences, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bots.cli.rehearse import verdict
from bots.cli.rehearse.cast import Line, Seat
from bots.rehearsal.journal import Violation
from bots.rehearsal.stage import Stage
from core.model import Change, Content, Correction, Mode, Platform
from core.store import Store, commits, coverages
from core.store import entries as stored_entries
from tests.doubles.clock import Clock
from tests.doubles.desk import DISCORD, EDITOR, TELEGRAM, Desk

CHAT = 5


@pytest.fixture
def store(tmp_path, clock: Clock) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'desk.db'}", mode=Mode.REHEARSAL, create=True)
    yield opened
    opened.close()


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    return Desk(store, clock)


@pytest.fixture
def wall() -> list[Line]:
    """What stands in the reader's chat."""
    return []


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def judge(store: Store, desk: Desk, wall: list[Line], stage: Stage):
    """Ask for the verdict on the reader's chat."""

    async def ask() -> list[str]:
        seat = Seat("Ann's chat", CHAT, 0, lambda: wall)
        return await verdict.missing(store, stage, desk.coverage, [(seat, TELEGRAM, Platform.TELEGRAM)])

    return ask


def stands(wall: list[Line], message_id: int, text: str) -> None:
    wall.append(Line(message_id, "Livedesk", text, edited=False))


def is_carried(desk: Desk) -> None:
    """End everything that is on its way."""
    marks = tuple(commits.WalkMark(one.id, cursor=9, finished=True) for one in desk.active())
    marks += tuple(commits.WalkMark(one.id, cursor=9, finished=True) for one in desk.active(DISCORD))
    desk.commits(walks=marks)


async def test_when_everything_is_there_to_read_nothing_is_missing(desk: Desk, wall: list[Line], judge) -> None:
    ann = desk.reader(CHAT)
    entry = desk.publishes("Bridge closed")
    desk.receives(ann, entry, 11)
    stands(wall, 11, "Bridge closed\n\nBridge closed.\n\n12:00 · storm#1")
    is_carried(desk)
    assert await judge() == []


async def test_a_place_that_does_not_follow_is_named(judge) -> None:
    assert await judge() == ["Ann's chat does not follow"]


async def test_an_entry_without_a_receipt_is_named(desk: Desk, judge) -> None:
    desk.reader(CHAT)
    desk.publishes("Bridge closed")
    is_carried(desk)
    assert await judge() == ["Ann's chat: #1 has no receipt"]


async def test_a_receipt_for_words_nobody_can_read_is_named(desk: Desk, judge) -> None:
    ann = desk.reader(CHAT)
    desk.receives(ann, desk.publishes("Bridge closed"), 11)
    is_carried(desk)
    assert await judge() == ["Ann's chat: #1 has a receipt but is not there to read"]


async def test_words_that_are_not_the_entrys_are_named(desk: Desk, wall: list[Line], judge) -> None:
    ann = desk.reader(CHAT)
    desk.receives(ann, desk.publishes("Bridge closed"), 11)
    stands(wall, 11, "Something else")
    is_carried(desk)
    assert await judge() == ["Ann's chat: #1 does not show 'Bridge closed'"]


async def test_a_platforms_markup_does_not_hide_the_words(desk: Desk, wall: list[Line], judge) -> None:
    ann = desk.reader(CHAT)
    desk.receives(ann, desk.publishes("Three_star hotel: full"), 11)
    stands(wall, 11, "**Three\\_star hotel: full**")
    is_carried(desk)
    assert await judge() == []


async def test_a_correction_that_did_not_reach_a_copy_is_named(
    desk: Desk, wall: list[Line], clock: Clock, judge
) -> None:
    ann = desk.reader(CHAT)
    entry = desk.publishes("Three rescued")
    desk.receives(ann, entry, 11)
    better = Content("Four rescued", corrections=(Correction("Not three.", clock()),))
    desk.revises(entry, "", Change.CORRECTION, content=better)
    stands(wall, 11, "Three rescued")
    is_carried(desk)
    assert await judge() == [
        "Ann's chat: #1 does not say what it was changed to",
        "Ann's chat: #1 does not show 'Not three.'",
        "Ann's chat: #1 does not show 'Four rescued'",
    ]


async def test_a_retraction_must_show_its_reason(desk: Desk, wall: list[Line], judge) -> None:
    ann = desk.reader(CHAT)
    entry = desk.publishes("Mayor resigns")
    desk.retracts(entry, "The mayor denies it")
    desk.receives(ann, entry, 11, revision=2)
    stands(wall, 11, "This entry was withdrawn.")
    is_carried(desk)
    assert await judge() == ["Ann's chat: #1 does not show 'The mayor denies it'"]


async def test_an_entry_that_was_taken_back_is_missed_by_nobody(desk: Desk, store: Store, clock: Clock, judge) -> None:
    desk.reader(CHAT)
    entry = desk.publishes("Not yet", not_before=clock() + timedelta(seconds=5))
    assert store.write_now(stored_entries.undo, entry_id=entry.id, actor=EDITOR, now=clock())
    is_carried(desk)
    assert await judge() == []


async def test_entries_in_the_wrong_order_are_named(desk: Desk, wall: list[Line], clock: Clock, judge) -> None:
    ann = desk.reader(CHAT)
    for message_id, words in ((12, "Bridge closed"), (11, "Ferry stopped")):
        clock.passes(minutes=1)
        desk.receives(ann, desk.publishes(words), message_id)
        stands(wall, message_id, words)
    is_carried(desk)
    assert await judge() == ["Ann's chat: entries stand out of order"]


async def test_a_summary_nobody_got_is_named(desk: Desk, store: Store, clock: Clock, judge) -> None:
    desk.reader(CHAT)
    store.write_now(coverages.set_summary, desk.coverage.id, ("Two rivers are high",), by=EDITOR, now=clock())
    is_carried(desk)
    assert await judge() == ["Ann's chat: the standing summary is missing"]


async def test_what_is_still_on_its_way_is_counted(desk: Desk, wall: list[Line], judge) -> None:
    ann = desk.reader(CHAT)
    desk.receives(ann, desk.publishes("Bridge closed"), 11)
    stands(wall, 11, "Bridge closed")
    assert await judge() == ["2 deliveries are still under way"]


async def test_what_the_stage_saw_is_told(desk: Desk, stage: Stage, judge) -> None:
    desk.reader(CHAT)
    stage.violations.append(Violation("telegram", "sendMessage", "too fast"))
    assert await judge() == ["the stage saw something illegal: telegram sendMessage: too fast"]


async def test_a_long_list_is_cut_and_says_by_how_much(desk: Desk, judge) -> None:
    desk.reader(CHAT)
    for number in range(20):
        desk.publishes(f"Entry {number}")
    is_carried(desk)
    told = await judge()
    assert len(told) == 13
    assert told[-1] == "and 8 more"
