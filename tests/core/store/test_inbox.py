from core.store import inbox
from tests.doubles.desk import DISCORD, TELEGRAM, Desk


def take(desk: Desk, *ids: int, account: str = TELEGRAM, **payload: object) -> None:
    desk.store.write_now(inbox.take, account, [(one, {"update_id": one, **payload}) for one in ids], desk.clock())


def pending(desk: Desk, account: str = TELEGRAM) -> list[int]:
    return [update_id for update_id, _ in desk.store.read_now(inbox.pending, account)]


def test_updates_are_handled_oldest_first(desk: Desk) -> None:
    take(desk, 12, 11)
    take(desk, 10, account=DISCORD)
    assert desk.store.read_now(inbox.pending, TELEGRAM) == ((11, {"update_id": 11}), (12, {"update_id": 12}))
    assert pending(desk, DISCORD) == [10]


def test_an_update_that_comes_again_is_known(desk: Desk) -> None:
    take(desk, 11, text="first")
    desk.store.write_now(inbox.done, TELEGRAM, 11, desk.clock())
    take(desk, 11, 11, 12, text="again")
    assert pending(desk) == [12]


def test_a_handled_update_is_forgotten_but_its_number_is_not(desk: Desk) -> None:
    assert desk.store.read_now(inbox.last, TELEGRAM) is None
    take(desk, 11)
    desk.store.write_now(inbox.done, TELEGRAM, 11, desk.clock())
    assert pending(desk) == []
    assert desk.store.read_now(inbox.last, TELEGRAM) == 11


def test_no_words_are_kept_longer_than_48_hours(desk: Desk) -> None:
    take(desk, 11, 12)
    desk.clock.passes(hours=47)
    take(desk, 13)
    desk.clock.passes(hours=2)
    assert desk.store.write_now(inbox.prune, desk.clock()) == 2
    assert pending(desk) == [13]
    desk.store.write_now(inbox.done, TELEGRAM, 13, desk.clock())
    desk.clock.passes(days=9)
    # The newest number stays: it says where to go on.
    assert desk.store.write_now(inbox.prune, desk.clock()) == 0
    assert desk.store.read_now(inbox.last, TELEGRAM) == 13


def test_any_text_a_chat_can_hold_survives(desk: Desk) -> None:
    nasty = "a\0b \ud83d 🌩 'quoted' \\ \u2028"
    take(desk, 11, text=nasty)
    ((_, payload),) = desk.store.read_now(inbox.pending, TELEGRAM)
    assert payload["text"] == nasty


def test_taking_nothing_is_fine(desk: Desk) -> None:
    take(desk)
    assert pending(desk) == []
