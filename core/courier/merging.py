"""Entries that a destination cannot take one by one any more go to it in one message.

A merged message has one receipt for each of its entries, all with the same message id, so that every later correction
and retraction still finds its place in it (design §4, Walk, order, holds).
"""

import itertools
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from core.courier.items import Item, Turn
from core.courier.shelf import Shelf
from core.model import Operation, Urgency
from core.store import sending

MOST = 10
"""Entries in one message."""

# A destination that is owed several gets them in one message when it lags further behind (design §4).
_LAG = timedelta(seconds=60)


def gather(dealt: Sequence[list[Item]], now: datetime) -> list[list[Item]]:
    """Put what one destination is owed by several broadcasts into one message where it lags behind.

    `dealt` are the items of each broadcast, in publish order.
    """
    owed: dict[int, list[Item]] = {}
    for items in dealt:
        for item in items:
            owed.setdefault(item.destination.id, []).append(item)
    led: set[int] = set()
    for mine in owed.values():
        for leader, followers in _groups(mine, now):
            leader.also = followers
            led.update(id(one) for one in followers)
    return [[item for item in items if id(item) not in led] for items in dealt]


def companions(item: Item, owed: Iterable[Item], bulletins: Shelf, now: datetime) -> tuple[Item, ...]:
    """What of all its destination is `owed` may go in one message with `item` now, in publish order."""
    if bulletins[item.bulletin_id].entry is None:
        return ()
    coverage_id = bulletins[item.bulletin_id].coverage.id
    behind = (one for one in owed if one is not item and _entry(one))
    line = sorted((one for one in behind if bulletins[one.bulletin_id].coverage.id == coverage_id), key=_turn)
    # Nothing overtakes what has to go by itself.
    waiting = itertools.takewhile(lambda one: _fits(one) and bulletins[one.bulletin_id].entry is not None, line)
    for leader, followers in _groups([item, *waiting], now):
        if leader is item:
            return followers
    return ()


def standing(item: Item, broadcasts: Collection[int]) -> Item | None:
    """What is left of an item whose message may hold some that were called off; None when nothing is."""
    left = [one for one in item.all if one.broadcast_id in broadcasts]
    if not left:
        return None
    left[0].also = tuple(left[1:])
    return left[0]


def _groups(owed: Sequence[Item], now: datetime) -> Iterable[tuple[Item, tuple[Item, ...]]]:
    for fit, run in itertools.groupby(owed, key=_fits):
        together = list(run) if fit else []
        for first in range(0, len(together) - 1, MOST):
            group = together[first : first + MOST]
            if len(group) > 1 and _lags(group[0], now):
                yield group[0], tuple(group[1:])


def _fits(item: Item) -> bool:
    """Whether it may share a message: an entry that nobody tried yet."""
    untried = item.attempts == 0 and not item.receipts and not item.also and item.said is None
    return untried and not item.alone and _entry(item)


def _entry(item: Item) -> bool:
    return item.operation is Operation.PUBLISH and item.urgency is Urgency.ENTRY


def _turn(item: Item) -> Turn:
    return item.turn


def _lags(item: Item, now: datetime) -> bool:
    return item.expires_at is not None and item.expires_at - now < sending.ENTRY_LIFETIME - _LAG
