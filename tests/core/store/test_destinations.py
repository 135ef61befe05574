import pytest

from core.errors import StoreTrouble
from core.model import Address, Change, DestinationStatus, Level, Operation, PlaceKind, Platform, Scope, Urgency
from core.store import audiences, broadcasts, commits, destinations, receipts, subscriptions, waiting
from core.store.destinations import copies
from tests.doubles.desk import DISCORD, EDITOR, TELEGRAM, Desk, says


def telegram(chat: int, thread: int = 0) -> Address:
    return Address(Platform.TELEGRAM, chat, thread)


def test_a_place_that_speaks_again_is_the_same_place(desk: Desk) -> None:
    place = desk.connects(1)
    assert desk.connects(1) == place
    again = desk.store.write_now(
        destinations.connect,
        account=TELEGRAM,
        address=telegram(1),
        kind=PlaceKind.GROUP,
        title="New name",
        language="nb",
        now=desk.clock(),
    )
    # The language is the place's own choice by now, the platform does not overrule it.
    assert (again.id, again.title, again.kind, again.language) == (place.id, "New name", PlaceKind.GROUP, "en")
    desk.store.write_now(destinations.language, place.id, "nb")
    assert desk.store.read_now(destinations.get, place.id).language == "nb"


def test_topics_and_accounts_are_places_of_their_own(desk: Desk) -> None:
    group, topic, discord = desk.connects(1), desk.connects(1, thread=5), desk.connects(1, DISCORD)
    assert len({group.id, topic.id, discord.id}) == 3
    find = desk.store.read_now
    assert find(destinations.find, TELEGRAM, telegram(1, 5)) == topic
    assert find(destinations.find, DISCORD, Address(Platform.DISCORD, 1)) == discord
    assert find(destinations.find, TELEGRAM, telegram(2)) is None
    with pytest.raises(LookupError):
        find(destinations.get, 999)


def test_an_account_nobody_enrolled_is_named(desk: Desk) -> None:
    with pytest.raises(StoreTrouble, match="No account is called second-bot"):
        desk.connects(1, "second-bot")


def test_a_blocked_reader_is_paused_not_deleted(desk: Desk) -> None:
    place = desk.connects(1)
    wish = desk.follows(place, level=Level.KEY)
    desk.store.write_now(destinations.pause, place.id, "blocked by the reader", desk.clock())
    paused = desk.store.read_now(destinations.get, place.id)
    assert (paused.status, paused.paused_because) == (DestinationStatus.PAUSED, "blocked by the reader")
    assert desk.store.read_now(subscriptions.of_destination, place.id) == (wish,)
    assert desk.store.read_now(broadcasts.destination, place.id) is None


def test_a_paused_reader_who_comes_back_has_every_setting(desk: Desk) -> None:
    place = desk.connects(1)
    wish = desk.follows(place, level=Level.KEY)
    desk.store.write_now(destinations.pause, place.id, "blocked", desk.clock())
    assert desk.connects(1) == place
    assert desk.store.read_now(subscriptions.of_destination, place.id) == (wish,)
    assert desk.store.read_now(audiences.of_coverage, desk.coverage.id, (Level.KEY,))[desk.lanes[TELEGRAM]] == 1
    assert desk.store.read_now(broadcasts.destination, place.id) == place


def test_what_a_paused_reader_was_owed_is_dropped(desk: Desk) -> None:
    place, other = desk.reader(1), desk.reader(2)
    owe(desk, place)
    owe(desk, other)
    desk.store.write_now(destinations.pause, place.id, "blocked", desk.clock())
    assert [one.destination_id for one in desk.store.read_now(waiting.of_lane, desk.lanes[TELEGRAM])] == [other.id]


def owe(desk: Desk, place, operation: Operation = Operation.PUBLISH) -> None:
    entry = desk.publishes()
    one = next(each for each in desk.active() if each.bulletin_id == entry.bulletin_id)
    parked = commits.Park(
        0, one.lane_id, place.id, one.bulletin_id, one.id, operation, Urgency.ENTRY, desk.clock(), 1, "paced"
    )
    desk.commits(park=(parked,))


def move(desk: Desk, old: int, new: int) -> None:
    desk.store.write_now(destinations.move, TELEGRAM, old, new, desk.clock())


def test_a_group_that_became_a_supergroup_keeps_everything(desk: Desk) -> None:
    group, topic = desk.reader(-1, kind=PlaceKind.GROUP), desk.reader(-1, thread=3, kind=PlaceKind.TOPIC)
    owe(desk, group)
    move(desk, -1, -100)
    moved = desk.store.read_now(destinations.find, TELEGRAM, telegram(-100))
    assert moved.id == group.id
    assert desk.store.read_now(destinations.find, TELEGRAM, telegram(-100, 3)).id == topic.id
    assert desk.store.read_now(destinations.find, TELEGRAM, telegram(-1)) is None
    assert len(desk.store.read_now(subscriptions.of_destination, moved.id)) == 1
    assert len(desk.store.read_now(waiting.of_lane, desk.lanes[TELEGRAM])) == 1


def test_being_told_twice_that_a_group_moved_changes_nothing(desk: Desk) -> None:
    group = desk.reader(-1)
    move(desk, -1, -100)
    move(desk, -1, -100)
    move(desk, -7, -8)
    assert desk.store.read_now(destinations.find, TELEGRAM, telegram(-100)).id == group.id


def test_copies_left_behind_in_the_old_chat_are_never_edited_in_the_new_one(desk: Desk) -> None:
    group = desk.reader(-1)
    entry = desk.publishes()
    desk.receives(group, entry, 55)
    move(desk, -1, -100)
    desk.revises(entry, "Two", Change.CORRECTION)
    copies_to_edit = desk.store.read_now(
        receipts.older, bulletin_id=entry.bulletin_id, lane_id=desk.lanes[TELEGRAM], revision=2, after=0, limit=9
    )
    assert copies_to_edit == ()
    # It still counts as delivered: the walk must not send it again.
    assert len(desk.store.read_now(receipts.of, entry.bulletin_id, group.id)) == 1
    assert desk.store.read_now(destinations.entry_of_copy, TELEGRAM, telegram(-100), 55) is None


def test_when_both_ids_are_known_the_newer_keeps_its_settings_and_gains_wishes(desk: Desk) -> None:
    other = desk.opens("election")
    old, new = desk.connects(-1), desk.connects(-100)
    desk.follows(old, level=Level.KEY)
    desk.follows(old, Scope.COVERAGE, other.id, level=Level.BREAKING)
    desk.follows(new, level=Level.ALL)
    both, only_old = desk.publishes("Both"), desk.publishes("Only old")
    desk.receives(old, both, 1)
    desk.receives(new, both, 2)
    desk.receives(old, only_old, 3)
    owe(desk, old)
    answer = {"destination_id": old.id, "coverage_id": desk.coverage.id, "urgency": Urgency.ANSWER}
    desk.store.write_now(broadcasts.answer, words="Hello", now=desk.clock(), **answer)
    move(desk, -1, -100)
    read = desk.store.read_now
    with pytest.raises(LookupError):
        read(destinations.get, old.id)
    assert read(destinations.find, TELEGRAM, telegram(-100)) == new
    wishes = {one.target_id: one.rules.entries for one in read(subscriptions.of_destination, new.id)}
    assert wishes == {desk.coverage.id: Level.ALL, other.id: Level.BREAKING}
    assert [one.message_id for one in read(receipts.of, both.bulletin_id, new.id)] == [2]
    assert [one.message_id for one in read(receipts.of, only_old.bulletin_id, new.id)] == [destinations.BEHIND]
    assert [one.destination_id for one in read(waiting.of_lane, desk.lanes[TELEGRAM])] == [new.id]
    assert [one.only_destination_id for one in desk.active() if one.urgency is Urgency.ANSWER] == [new.id]


def test_an_item_both_ids_were_owed_is_owed_once(desk: Desk) -> None:
    old, new = desk.reader(-1), desk.reader(-100)
    desk.publishes()
    one = desk.active()[0]
    rows = tuple(
        commits.Park(
            0, one.lane_id, place.id, one.bulletin_id, one.id, one.operation, one.urgency, desk.clock(), 1, "paced"
        )
        for place in (old, new)
    )
    desk.commits(park=rows)
    move(desk, -1, -100)
    assert [each.destination_id for each in desk.store.read_now(waiting.of_lane, one.lane_id)] == [new.id]


def test_replying_to_a_copy_finds_its_entry(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_SEARCHED_AT_ONCE", 2)
    place, other = desk.reader(1), desk.reader(2)
    made = [desk.publishes(f"Entry {number}") for number in range(7)]
    for message_id, entry in enumerate(made, 50):
        desk.receives(place, entry, message_id)
    desk.receives(other, made[0], 99)
    find = desk.store.read_now
    assert find(destinations.entry_of_copy, TELEGRAM, place.address, 50) == made[0]
    assert find(destinations.entry_of_copy, TELEGRAM, place.address, 56) == made[6]
    assert find(destinations.entry_of_copy, TELEGRAM, place.address, 99) is None
    assert find(destinations.entry_of_copy, TELEGRAM, telegram(3), 50) is None


def test_replying_to_something_that_is_no_entry_finds_none(desk: Desk) -> None:
    place = desk.reader(1)
    answer = {"destination_id": place.id, "coverage_id": desk.coverage.id, "urgency": Urgency.ANSWER}
    bulletin_id = desk.store.write_now(broadcasts.answer, words="Hello", now=desk.clock(), **answer)
    entry = desk.publishes(content=says("News"), actor=EDITOR)
    desk.receives(place, entry, 8)
    from tests.doubles.desk import receipt

    desk.commits(receipts=(receipt(bulletin_id, place.id, 9, at=desk.clock()),))
    assert desk.store.read_now(destinations.entry_of_copy, TELEGRAM, place.address, 9) is None


@pytest.mark.parametrize("because", ["kicked", "not a member", "deleted"])
def test_thrown_out_of_one_topic_is_thrown_out_of_the_chat(desk: Desk, because: str) -> None:
    topics = [desk.reader(-500, thread=thread, kind=PlaceKind.TOPIC) for thread in (0, 7, 8)]
    elsewhere = desk.reader(-600)
    other_bot = desk.reader(-500, DISCORD)
    desk.commits(paused=((topics[1].id, because),))
    read = desk.store.read_now
    now = [read(destinations.get, one.id) for one in topics]
    assert [(one.status, one.paused_because) for one in now] == [(DestinationStatus.PAUSED, because)] * 3
    assert {read(destinations.get, one.id).status for one in (elsewhere, other_bot)} == {DestinationStatus.ACTIVE}


@pytest.mark.parametrize("because", ["topic deleted", "missing right: send messages", "blocked"])
def test_a_topic_that_takes_nothing_says_nothing_about_its_neighbours(desk: Desk, because: str) -> None:
    topic, neighbour = (desk.reader(-500, thread=thread, kind=PlaceKind.TOPIC) for thread in (7, 8))
    desk.commits(paused=((topic.id, because),))
    assert desk.store.read_now(destinations.get, topic.id).status is DestinationStatus.PAUSED
    assert desk.store.read_now(destinations.get, neighbour.id).status is DestinationStatus.ACTIVE


def test_a_topic_paused_for_its_own_reason_keeps_it_when_the_chat_is_lost(desk: Desk) -> None:
    closed, topic = (desk.reader(-500, thread=thread, kind=PlaceKind.TOPIC) for thread in (7, 8))
    desk.commits(paused=((closed.id, "topic deleted"),))
    desk.commits(paused=((topic.id, "kicked"),))
    assert desk.store.read_now(destinations.get, closed.id).paused_because == "topic deleted"


def test_a_group_that_follows_is_measured_once_a_day(desk: Desk) -> None:
    group = desk.connects(-100, kind=PlaceKind.GROUP)
    ask = desk.store.read_now
    assert ask(destinations.sizeless, TELEGRAM, group.address, desk.clock()) is None
    desk.follows(group)
    assert ask(destinations.sizeless, TELEGRAM, group.address, desk.clock()) == group.id
    desk.store.write_now(destinations.sized, group.id, 2500, desk.clock())
    assert ask(destinations.sizeless, TELEGRAM, group.address, desk.clock()) is None
    assert ask(destinations.sizeless, TELEGRAM, group.address, desk.clock.passes(hours=25)) == group.id
    desk.store.write_now(destinations.pause, group.id, "kicked", desk.clock())
    assert ask(destinations.sizeless, TELEGRAM, group.address, desk.clock()) is None


def test_a_private_chat_has_one_reader_and_is_never_measured(desk: Desk) -> None:
    reader = desk.reader(1)
    assert desk.store.read_now(destinations.sizeless, TELEGRAM, reader.address, desk.clock()) is None


def test_the_largest_place_is_tried_first(desk: Desk) -> None:
    small, large = (desk.reader(chat, kind=PlaceKind.GROUP) for chat in (-100, -200))
    desk.store.write_now(destinations.sized, small.id, 12, desk.clock())
    desk.store.write_now(destinations.sized, large.id, 90_000, desk.clock())
    given = {"lane_id": desk.lanes[TELEGRAM], "coverage_id": desk.coverage.id, "audience_seq": 99, "limit": 5}
    first = desk.store.read_now(subscriptions.largest, **given)
    assert [one.destination.id for one in first] == [large.id, small.id]
