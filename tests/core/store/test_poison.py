"""A bulletin that a platform refuses everywhere: when it is stopped, what is counted, and whom one can tell."""

import pytest

from core.model import Address, Change, Destination, Entry, Operation, Platform, Role
from core.store import broadcasts, commits, destinations, drafts, people, poison
from core.store.broadcasts import Broadcast
from core.store.drafts import DraftStatus, Intent
from tests.doubles.desk import DISCORD, EDITOR, TELEGRAM, Desk, says

WHY = "message is too long"


def stops(desk: Desk, broadcast: Broadcast, refused: int) -> poison.Stopped | None:
    return desk.store.write_now(poison.stop, broadcast.id, refused=refused, because=WHY, now=desk.clock())


def published(desk: Desk, readers: int) -> tuple[Entry, Broadcast]:
    for chat in range(1, readers + 1):
        desk.reader(chat)
    entry = desk.publishes()
    return entry, desk.active()[0]


def drafted(
    desk: Desk, account: str, address: Address, by: str = EDITOR, status: DraftStatus = DraftStatus.SENT
) -> None:
    """An editor once sent something in the coverage from here."""
    given = {"person_key": by, "account": account, "address": address, "intent": Intent.ENTRY}
    given |= {"coverage_id": desk.coverage.id, "content": says("News"), "now": desk.clock()}
    draft = desk.store.write_now(drafts.create, **given)
    desk.store.write_now(drafts.settle, draft.id, status, now=desk.clock.passes(seconds=1))


def told(desk: Desk, entry: Entry) -> Destination | None:
    bulletin = desk.store.read_now(broadcasts.bulletin, entry.bulletin_id)
    return desk.store.write_now(poison.desk_of, bulletin, desk.clock())


def test_five_refusals_in_a_row_end_a_broadcast_on_its_lane_alone(desk: Desk) -> None:
    desk.reader(1, DISCORD)
    _, broadcast = published(desk, readers=8)
    assert stops(desk, broadcast, 4) is None
    stopped = stops(desk, broadcast, 5)
    assert stopped is not None
    assert (stopped.operation, stopped.platform) == (Operation.PUBLISH, Platform.TELEGRAM)
    assert desk.active() == ()
    assert len(desk.active(DISCORD)) == 1
    assert stops(desk, broadcast, 6) is None, "it has ended"


def test_a_lane_with_fewer_readers_is_proven_by_all_of_them(desk: Desk) -> None:
    _, broadcast = published(desk, readers=2)
    assert stops(desk, broadcast, 1) is None
    assert stops(desk, broadcast, 2) is not None


def test_what_somebody_has_taken_is_not_poison(desk: Desk) -> None:
    _, broadcast = published(desk, readers=8)
    desk.commits(walks=(commits.WalkMark(broadcast.id, 1, sent=1),))
    assert stops(desk, broadcast, 7) is None


def test_a_correction_may_be_stopped_and_a_retraction_never(desk: Desk) -> None:
    entry, broadcast = published(desk, readers=8)
    desk.commits(walks=(commits.WalkMark(broadcast.id, 8, sent=8, finished=True),))
    entry = desk.revises(entry, "Other news", Change.CORRECTION)
    (edit,) = desk.active()
    stopped = stops(desk, edit, 5)
    assert stopped is not None
    assert stopped.operation is Operation.EDIT
    desk.retracts(entry)
    (retraction,) = desk.active()
    assert stops(desk, retraction, 500) is None


def test_an_answer_to_one_place_is_never_poison(desk: Desk) -> None:
    place = desk.connects(1)
    given = {"destination_id": place.id, "coverage_id": desk.coverage.id, "now": desk.clock()}
    desk.store.write_now(broadcasts.answer, words="Hello", urgency=1, **given)
    (answer,) = desk.active()
    assert stops(desk, answer, 9) is None


def test_whoever_waited_for_it_waits_no_longer_and_everybody_is_counted(desk: Desk) -> None:
    entry, broadcast = published(desk, readers=20)
    places = [one.id for one in desk.store.read_now(destinations.of_chat, TELEGRAM, 1)]
    park = commits.Park(0, broadcast.lane_id, places[0], entry.bulletin_id, broadcast.id, Operation.PUBLISH,
                        broadcast.urgency, desk.clock(), 1, "429")  # fmt: skip
    desk.commits(park=(park,), walks=(commits.WalkMark(broadcast.id, 6, failed=5),))
    assert desk.store.read_now(broadcasts.spared, entry.bulletin_id) == 0
    assert stops(desk, broadcast, 5) is not None
    assert desk.store.read_now(broadcasts.unfinished) == 1, "the other lane's"
    assert desk.store.read_now(broadcasts.spared, entry.bulletin_id) == 15
    # What was on the wire lands after the stop.
    skips = {"below_key": 3, "expired": 1}
    desk.commits(walks=(commits.WalkMark(broadcast.id, 0, failed=2, unknown=1, skipped=4, skips=skips),))
    assert desk.store.read_now(broadcasts.spared, entry.bulletin_id) == 11
    assert desk.store.read_now(broadcasts.skips, entry.bulletin_id) == {**skips, "stopped": 11}


def test_an_editor_is_told_where_they_published(desk: Desk) -> None:
    entry = desk.publishes()
    desk.connects(77)
    drafted(desk, TELEGRAM, Address(Platform.TELEGRAM, 77))
    drafted(desk, DISCORD, Address(Platform.DISCORD, 900))
    drafted(desk, TELEGRAM, Address(Platform.TELEGRAM, 78), status=DraftStatus.DISCARDED)
    drafted(desk, TELEGRAM, Address(Platform.TELEGRAM, 79), by="somebody-else")
    place = told(desk, entry)
    assert place is not None
    assert (place.account, place.address) == (DISCORD, Address(Platform.DISCORD, 900))


def test_who_corrected_it_last_is_the_one_to_tell(desk: Desk) -> None:
    entry = desk.publishes()
    entry = desk.revises(entry, "Other", Change.CORRECTION, actor="night-editor")
    drafted(desk, TELEGRAM, Address(Platform.TELEGRAM, -9, 4), by="night-editor")
    drafted(desk, TELEGRAM, Address(Platform.TELEGRAM, 77))
    place = told(desk, entry)
    assert place is not None
    assert place.address == Address(Platform.TELEGRAM, -9, 4)


def test_an_editor_without_a_draft_is_told_in_private_where_they_spoke_to_us(desk: Desk) -> None:
    desk.store.write_now(
        people.invite, name="Ada", role=Role.EDITOR, code_hash="x", expires_at=desk.clock.passes(hours=1), by="t",
        now=desk.clock(),
    )  # fmt: skip
    given = {"code_hash": "x", "platform": Platform.TELEGRAM, "external_id": 4, "now": desk.clock.passes(hours=-1)}
    ada = desk.store.write_now(people.redeem, **given)
    assert ada is not None
    entry = desk.publishes(actor=ada.key)
    assert told(desk, entry) is None, "they have never spoken to us in private"
    place = desk.connects(4)
    assert told(desk, entry) == place


@pytest.mark.parametrize("why", ["nobody knows them", "their place is paused"])
def test_there_may_be_nobody_to_tell(desk: Desk, why: str) -> None:
    entry = desk.publishes()
    if why == "their place is paused":
        place = desk.connects(77)
        drafted(desk, TELEGRAM, place.address)
        desk.store.write_now(destinations.pause, place.id, "blocked", desk.clock())
    assert told(desk, entry) is None
