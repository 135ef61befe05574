"""What refusals in a row lead to: a bulletin that nobody can take is stopped, a place that lacks a right is paused."""

import contextlib
import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from core import locales
from core.courier.items import Item
from core.errors import StoreTrouble
from core.locales import Said, say
from core.model import Bulletin, Destination, Operation, Urgency
from core.store import Connection, Store, broadcasts, destinations, poison

log = logging.getLogger(__name__)

T = TypeVar("T")

# Broadcasts of which it is remembered whether somebody took them; older ones have long ended.
_REMEMBERED = 1000

OURS = "internal: "
"""What the reason begins with when the mistake is our own."""


class Refusals:
    """One lane's memory of who refused what."""

    def __init__(self, lane_id: int, store: Store, clock: Callable[[], datetime], wake: Callable[[], None]) -> None:
        """`wake` has the lane look at once at what is still to be carried."""
        self._lane_id = lane_id
        self._store = store
        self._clock = clock
        self._wake = wake
        self._struck: set[int] = set()
        self._row: dict[int, int] = {}
        self._taken: dict[int, None] = {}

    async def recall(self) -> None:
        """Take up the places that refused the lane's last owner."""
        self._struck = set(await self._store.read(destinations.struck, self._lane_id))

    async def taken(self, item: Item) -> None:
        """A place took it: so it is no poison, and whatever right the place lacked is there."""
        if item.broadcast_id not in self._taken:
            _remember(self._taken, item.broadcast_id, None)
        if item.destination.id in self._struck:
            # In a store in trouble the next success forgives.
            with contextlib.suppress(StoreTrouble):
                await self._store.write(destinations.forgive, item.destination.id)
                self._struck.discard(item.destination.id)

    async def strike(self, item: Item, missing: str) -> bool:
        """A place lacks a right; whether that paused it. May raise StoreTrouble."""
        place = item.destination.id
        because = f"missing right: {missing}"
        paused = await self._store.write(_strike, item, missing, because, self._clock())
        self._struck.add(place)
        if paused is not None:
            self._struck.discard(place)
            facts = {"destination": place, "missing": missing, "minder_told": paused}
            log.warning("destination paused: it lacks a right", extra=facts)
            self._wake()
        else:
            log.info("refused for a missing right", extra={"destination": place, "missing": missing})
        return paused is not None

    async def refused(self, item: Item, why: str) -> None:
        """A place refused the bulletin itself: stop it where that proves that everybody will."""
        if item.broadcast_id in self._taken:
            return
        refused = self._row.get(item.broadcast_id, 0) + 1
        _remember(self._row, item.broadcast_id, refused)
        try:
            stopped = await self._store.write(_stop, item.broadcast_id, refused, why, self._clock())
        except StoreTrouble as trouble:
            # The next refusal counts this one, too.
            log.warning("a refusal could not be weighed", extra={"bulletin": item.bulletin_id, "why": str(trouble)})
            return
        if stopped is not None:
            log.warning(
                "stopped: it is refused everywhere",
                extra={"bulletin": item.bulletin_id, "lane": self._lane_id, "why": why, "editor_told": stopped},
            )
            self._wake()
        elif refused >= poison.IN_A_ROW:
            # Somebody had taken it before we looked, or it may not be stopped: nothing more to weigh.
            _remember(self._taken, item.broadcast_id, None)


def _strike(conn: Connection, item: Item, missing: str, because: str, now: datetime) -> bool | None:
    """Whether the one who looks after the place is told that it is paused; None when it is not."""
    if not destinations.strike(conn, item.destination.id, because, now):
        return None
    minder = destinations.minder(conn, item.destination, now)
    if minder is None:
        return False
    coverage = broadcasts.bulletin(conn, item.bulletin_id).coverage
    platform = say(f"platform.{item.destination.address.platform.value}")
    words = say("right.missing", place=item.destination.title or "?", right=missing, platform=platform)
    _tell(conn, minder, coverage.id, words, now)
    return True


def _stop(conn: Connection, broadcast_id: int, refused: int, why: str, now: datetime) -> bool | None:
    """Whether its editor is told that it was stopped; None when it was not."""
    stopped = poison.stop(conn, broadcast_id, refused=refused, because=why, now=now)
    if stopped is None:
        return None
    place = poison.desk_of(conn, stopped.bulletin, now)
    if place is None:
        return False
    _tell(conn, place, stopped.bulletin.coverage.id, _told(stopped, why), now)
    return True


def _tell(conn: Connection, place: Destination, coverage_id: int, what: Said, now: datetime) -> None:
    words = locales.words(place.language).tell(what)
    urgency = Urgency.DESK_ANSWER
    broadcasts.answer(conn, destination_id=place.id, coverage_id=coverage_id, words=words, urgency=urgency, now=now)


def _told(stopped: poison.Stopped, why: str) -> Said:
    platform = say(f"platform.{stopped.platform.value}")
    if why.startswith(OURS):
        reason = say("poison.ours", name=why.removeprefix(OURS))
    else:
        reason = say("poison.theirs", platform=platform, why=why)
    key = "poison.correction" if stopped.operation is Operation.EDIT else "poison.stopped"
    return say(key, platform=platform, what=_what(stopped.bulletin), reason=reason)


def _what(bulletin: Bulletin) -> Said:
    entry = bulletin.entry
    if entry is None:
        return say("poison.summary", coverage=bulletin.coverage.title)
    if not entry.content.headline:
        return say("poison.entry", number=str(entry.number))
    return say("poison.headline", number=str(entry.number), headline=entry.content.headline)


def _remember(memory: dict[int, T], key: int, value: T) -> None:
    """Keep the newest of a lane that never ends."""
    memory[key] = value
    if len(memory) > _REMEMBERED:
        del memory[next(iter(memory))]
