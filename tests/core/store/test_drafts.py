from datetime import timedelta

import pytest

from core.store import buttons, drafts
from core.store.drafts import DraftStatus, Intent
from tests.doubles.desk import EDITOR, TELEGRAM, Desk, says


def create(desk: Desk, words: str = "Half a thought", chat: int = 42, **more) -> drafts.Draft:
    given = {"person_key": EDITOR, "account": TELEGRAM, "address": desk.connects(chat).address}
    given |= {"intent": Intent.ENTRY, "coverage_id": desk.coverage.id, "now": desk.clock()}
    return desk.store.write_now(drafts.create, content=says(words), **{**given, **more})


def issue(desk: Desk, **more) -> str:
    given = {"action": "publish", "payload": {"draft": 7}, "person_key": EDITOR, "lifetime": timedelta(minutes=10)}
    return desk.store.write_now(buttons.issue, now=desk.clock(), **{**given, **more})


def press(desk: Desk, button_id: str, person_key: str | None = EDITOR):
    return desk.store.write_now(buttons.press, button_id, person_key, desk.clock())


@pytest.mark.parametrize("intent", list(Intent))
def test_a_draft_is_there_as_it_was_typed(desk: Desk, intent: Intent) -> None:
    entry = desk.publishes()
    draft = create(desk, intent=intent, entry_id=entry.id, expected_revision=1, phrase="SEND 12")
    assert desk.store.read_now(drafts.get, draft.id) == draft
    assert (draft.intent, draft.status, draft.content) == (intent, DraftStatus.OPEN, says("Half a thought"))
    assert desk.store.read_now(drafts.get, 999) is None


def test_open_drafts_are_those_of_one_person_in_one_place_newest_first(desk: Desk) -> None:
    first, second = create(desk, "First"), create(desk, "Second")
    create(desk, "Elsewhere", chat=43)
    create(desk, "Another's", person_key="another")
    sent = create(desk, "Sent")
    desk.store.write_now(drafts.settle, sent.id, DraftStatus.SENT, now=desk.clock())
    assert desk.store.read_now(drafts.open_of, EDITOR, TELEGRAM, first.address) == (second, first)


def test_a_draft_is_decided_once(desk: Desk) -> None:
    draft = create(desk)
    settled = desk.store.write_now(drafts.settle, draft.id, DraftStatus.SENT, now=desk.clock())
    assert settled.status is DraftStatus.SENT
    assert desk.store.write_now(drafts.settle, draft.id, DraftStatus.DISCARDED, now=desk.clock()) is None
    assert desk.store.write_now(drafts.update, draft.id, content=says("Late"), now=desk.clock()) is None


def test_a_draft_can_be_reworded_while_it_is_open(desk: Desk) -> None:
    draft = create(desk)
    changed = desk.store.write_now(drafts.update, draft.id, content=says("Whole thought"), now=desk.clock())
    assert changed.content == says("Whole thought")
    assert desk.store.read_now(drafts.get, draft.id) == changed


def test_a_draft_is_found_by_its_card(desk: Desk) -> None:
    draft = create(desk)
    desk.store.write_now(drafts.show, draft.id, card_message_id=77, now=desk.clock())
    found = desk.store.read_now(drafts.of_card, TELEGRAM, draft.address, 77)
    assert (found.id, found.card_message_id) == (draft.id, 77)
    assert desk.store.read_now(drafts.of_card, TELEGRAM, draft.address, 78) is None


def test_forgotten_drafts_and_buttons_go(desk: Desk) -> None:
    create(desk)
    issue(desk)
    fresh = create(desk, now=desk.clock.passes(days=2))
    before = desk.clock() - timedelta(days=1)
    assert desk.store.write_now(drafts.prune, before) == 1
    assert desk.store.write_now(buttons.prune, before) == 1
    assert desk.store.read_now(drafts.open_of, EDITOR, TELEGRAM, fresh.address) == (fresh,)


def test_a_button_name_says_nothing_and_fits_any_callback(desk: Desk) -> None:
    ids = {issue(desk) for _ in range(20)}
    assert len(ids) == 20
    assert all(len(one) == 22 and one.replace("-", "").replace("_", "").isalnum() for one in ids)


def test_a_button_is_pressed_once(desk: Desk) -> None:
    button_id = issue(desk)
    pressed = press(desk, button_id)
    assert (pressed.action, pressed.payload, pressed.used_at) == ("publish", {"draft": 7}, desk.clock())
    assert press(desk, button_id) is None
    assert desk.store.read_now(buttons.peek, button_id) == pressed


def test_a_button_is_pressed_by_its_own_person_only(desk: Desk) -> None:
    button_id = issue(desk)
    assert press(desk, button_id, "another") is None
    assert press(desk, button_id, None) is None
    assert press(desk, button_id)
    anyones = issue(desk, person_key=None)
    assert press(desk, anyones, None)


def test_a_button_grows_old(desk: Desk) -> None:
    button_id = issue(desk)
    desk.clock.passes(minutes=10)
    assert press(desk, button_id) is None
    assert desk.store.read_now(buttons.peek, button_id).used_at is None
    assert press(desk, "made-up") is None
    assert desk.store.read_now(buttons.peek, "made-up") is None
