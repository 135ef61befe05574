"""Who waits gets what they are owed in order, and finding out who is next costs nobody's time."""

import math
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

import pytest

from core.courier.items import Item
from core.courier.parking import Parking
from core.model import Address, Destination, Form, Operation, PlaceKind, Platform, Receipt, Urgency
from tests.doubles.clock import NOON

ENTRY, EDIT, ALERT, NOTICE = Urgency.ENTRY, Urgency.EDIT, Urgency.ALERT, Urgency.NOTICE
PUBLISH = Operation.PUBLISH


@dataclass
class Street:
    """Destinations by number, and when each may get something: 0 unless told."""

    busy_until: dict[int, float] = field(default_factory=dict)
    asked: int = 0
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.parking = Parking(self._ready_at)

    def _ready_at(self, item: Item) -> float:
        self.asked += 1
        return max(item.due, self.busy_until.get(item.destination.id, 0.0))

    def owes(
        self,
        place: int,
        bulletin: int,
        urgency: Urgency = ENTRY,
        operation: Operation = PUBLISH,
        *,
        broadcast: int = 0,
        begun: bool = False,
    ) -> Item:
        destination = Destination(place, "desk", Address(Platform.TELEGRAM, place), PlaceKind.PRIVATE, "", "en")
        copy = Receipt(bulletin, place, 0, 1, 1, Form.TEXT, loud=False, language="en", sent_at=NOON)
        ends: datetime | None = None
        number = broadcast or next(self._numbers)
        item = Item(destination, bulletin, number, operation, urgency, ends, (copy,) if begun else ())
        self.parking.add(item)
        return item

    def hands_out(self, now: float = 1.0) -> list[Item]:
        """Everything that may leave at `now`, one after the other."""
        out: list[Item] = []
        while (item := self.parking.next(now)) is not None:
            out.append(item)
            self.parking.remove(item)
        return out


@pytest.fixture
def street() -> Street:
    return Street()


def test_entries_leave_in_publish_order_whichever_began_to_wait_first(street: Street) -> None:
    later = street.owes(1, bulletin=2, broadcast=20)
    earlier = street.owes(1, bulletin=1, broadcast=10)
    assert street.hands_out() == [earlier, later]


def test_an_alert_overtakes_what_its_destination_is_owed(street: Street) -> None:
    entry, alert = street.owes(1, 1), street.owes(1, 2, ALERT)
    assert street.hands_out() == [alert, entry]


def test_not_even_an_alert_comes_between_the_parts_of_an_entry(street: Street) -> None:
    alert, half = street.owes(1, 2, ALERT), street.owes(1, 1, begun=True)
    assert street.hands_out() == [half, alert]


def test_the_most_urgent_leaves_first_whoever_it_is_for(street: Street) -> None:
    entry, edit, alert = street.owes(1, 1), street.owes(2, 9, EDIT, Operation.EDIT), street.owes(3, 2, ALERT)
    assert street.hands_out() == [alert, entry, edit]


def test_a_correction_never_leaves_before_its_original_however_urgent_it_is(street: Street) -> None:
    correction = street.owes(1, 1, NOTICE, Operation.EDIT)
    original = street.owes(1, 1)
    assert street.hands_out() == [original, correction]


def test_who_is_busy_or_paced_is_passed_over_until_then(street: Street) -> None:
    street.busy_until = {1: 5.0, 2: math.inf}
    paced, busy, free = street.owes(1, 1), street.owes(2, 1), street.owes(3, 1)
    assert street.hands_out(now=1.0) == [free]
    assert street.parking.next_at() == 5.0
    assert street.hands_out(now=5.0) == [paced]
    assert street.parking.next_at() == math.inf

    street.busy_until.clear()
    street.parking.look_again(2)
    assert street.hands_out(now=5.0) == [busy]


def test_a_chat_that_got_something_else_meanwhile_is_asked_again_before_it_is_its_turn(street: Street) -> None:
    item = street.owes(1, 1)
    assert street.parking.next(1.0) is item
    street.busy_until[1] = 3.0
    assert street.parking.next(1.0) is None
    assert street.parking.next(3.0) is item


def test_nothing_of_a_destination_leaves_before_what_it_waits_for(street: Street) -> None:
    first, second = street.owes(1, 1), street.owes(1, 2)
    first.due = 60.0
    street.parking.look_again(1)
    assert street.hands_out(now=30.0) == []
    assert street.hands_out(now=60.0) == [first, second]


def test_what_was_called_off_is_forgotten_and_the_rest_moves_up(street: Street) -> None:
    gone, stays = street.owes(1, 1), street.owes(1, 2)
    gone.parked = stays.parked = True
    assert street.parking.withdraw(lambda item: item.bulletin_id == 1) == (gone.key,)
    assert not gone.parked
    assert street.hands_out() == [stays]
    assert 1 not in street.parking


def test_it_knows_for_whom_a_bulletin_waits(street: Street) -> None:
    items = [street.owes(place, 7) for place in (1, 2)] + [street.owes(1, 7, NOTICE, Operation.EDIT)]
    assert street.parking.holding(7, PUBLISH) == {1, 2}
    assert street.parking.holding(7, Operation.EDIT) == {1}
    assert street.parking.bulletins() == {7}
    for item in items:
        street.parking.remove(item)
    assert street.parking.holding(7, PUBLISH) == frozenset()
    assert street.parking.bulletins() == set()


def test_ten_thousand_who_wait_are_not_looked_through_for_each_that_leaves(street: Street) -> None:
    for place in range(10_000):
        street.owes(place, 1)
    street.asked = 0
    assert len(street.hands_out()) == 10_000
    assert street.asked < 30_000


def test_nothing_is_left_behind_when_everybody_has_what_they_were_owed(street: Street) -> None:
    for place in range(100):
        street.owes(place, 1)
        street.owes(place, 2)
    street.hands_out()
    assert len(street.parking) == 0
    assert not street.parking._owed
    assert not street.parking._look
    assert not street.parking._holding
