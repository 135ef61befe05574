"""What readers and moderators do: follow, look at what they follow, stop; and what the platforms tell us of places."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.errors import NoSuchCoverage
from core.model import (
    Address,
    Coverage,
    CoverageStatus,
    Destination,
    DestinationStatus,
    PlaceKind,
    Rules,
    Scope,
    Subscription,
)
from core.store import Connection, Store, broadcasts, coverages, destinations, sending, subscriptions


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as its platform describes it now: what a destination is made of."""

    account: str
    address: Address
    kind: PlaceKind
    title: str
    language: str
    by: int | None = None
    """The platform's number of whoever speaks for it; None where nobody can be told apart."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of following: `new` when the place did not follow it before, `changed` when it asked for else."""

    destination: Destination
    subscription: Subscription
    new: bool
    changed: bool
    summary: bool
    """Whether the standing summary is on its way there: a place new to the coverage gets it as it stands."""


@dataclass(frozen=True, slots=True)
class Following:
    """One thing a place follows."""

    subscription: Subscription
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a place does not follow any more; `Readership.restore` brings it back."""

    destination_id: int
    dropped: tuple[Following, ...]


class Readership:
    """What readers do. Who may do it in a group or a server is decided before, in `core/commands`."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime], wake: Callable[[], None]) -> None:
        """`wake` tells the courier that something was committed."""
        self._store = store
        self._clock = clock
        self._wake = wake

    async def live(self) -> tuple[Coverage, ...]:
        """What is on now, the newest first."""
        return await self._store.read(coverages.listed, statuses=(CoverageStatus.LIVE,))

    async def coverage(self, words: str) -> Coverage:
        """The coverage people mean: its slug, or the beginning of its title when only one live coverage has it.

        Raises NoSuchCoverage.
        """
        return await self._store.read(_meant, words)

    async def get(self, coverage_id: int) -> Coverage:
        """A coverage by its id. Raises NoSuchCoverage."""
        return await self._store.read(coverages.get, coverage_id)

    async def follow(self, spot: Spot, coverage: Coverage, rules: Rules) -> Followed:
        """Make a place follow a coverage; a first follower gets its standing summary as it stands."""
        followed = await self._store.write(_follow, spot, coverage, rules, self._clock())
        self._wake()
        return followed

    async def following(self, account: str, address: Address) -> tuple[Following, ...]:
        """What a place follows, the newest coverage first."""
        return await self._store.read(_following, account, address)

    async def stop(self, account: str, address: Address, coverage: Coverage | None) -> Stopped | None:
        """End one subscription, or all of a place's. None when there was nothing to end."""
        return await self._store.write(_stop, account, address, coverage)

    async def restore(self, destination_id: int, wanted: Mapping[int, Rules], by: int | None = None) -> None:
        """Take a `/stop` back: rules by coverage id. What was published meanwhile stays unsent. `by` as of a Spot."""
        await self._store.write(_restore, destination_id, wanted, by, self._clock())

    async def returned(self, spot: Spot) -> Destination | None:
        """A place that had paused is there again: everything is as it was, its chat's topics too. None when we never
        knew it.
        """
        return await self._store.write(_returned, spot)

    async def left(self, account: str, address: Address, because: str) -> None:
        """A chat is gone: blocked, kicked, deleted. All its places are paused with every setting kept (P9)."""
        await self._store.write(_pause, account, address, because, self._clock())

    async def moved(self, account: str, old_chat_id: int, new_chat_id: int) -> None:
        """A group became a supergroup: the same place under another id."""
        await self._store.write(destinations.move, account, old_chat_id, new_chat_id, self._clock())

    async def sizeless(self, account: str, address: Address) -> int | None:
        """A place that follows something and whose size was not told for a day: ask its platform, tell `sized`."""
        return await self._store.read(destinations.sizeless, account, address, self._clock())

    async def sized(self, destination_id: int, size: int) -> None:
        """How many people read there, as its platform says."""
        await self._store.write(destinations.sized, destination_id, size, self._clock())


def _meant(conn: Connection, words: str) -> Coverage:
    wanted = words.strip().casefold()
    exact = coverages.by_slug(conn, wanted)
    if exact is not None:
        return exact
    live = coverages.listed(conn, statuses=(CoverageStatus.LIVE,))
    close = [one for one in live if one.title.casefold().startswith(wanted) or one.slug.startswith(wanted)]
    same = [one for one in close if one.title.casefold() == wanted]
    if wanted and len(same or close) == 1:
        return (same or close)[0]
    raise NoSuchCoverage(words.strip())


def _follow(conn: Connection, spot: Spot, coverage: Coverage, rules: Rules, now: datetime) -> Followed:
    destination = destinations.connect(
        conn,
        account=spot.account,
        address=spot.address,
        kind=spot.kind,
        title=spot.title,
        language=spot.language,
        now=now,
    )
    if spot.by is not None and spot.kind is not PlaceKind.PRIVATE:
        destinations.minded(conn, destination.id, spot.by)
    before = {one.target_id: one for one in _subscriptions(conn, destination.id)}.get(coverage.id)
    subscription, _ = subscriptions.follow(
        conn,
        destination_id=destination.id,
        scope=Scope.COVERAGE,
        target_id=coverage.id,
        rules=rules,
        now=now,
    )
    # One that was stored but never published is not public yet: a newcomer gets it with everybody else.
    bulletin_id = coverages.summary_bulletin(conn, coverage.id)
    shown = before is None and bulletin_id is not None and sending.exist(conn, bulletin_id)
    if shown:
        broadcasts.show_summary(conn, destination_id=destination.id, coverage_id=coverage.id, now=now)
    changed = before is not None and before.rules != rules
    return Followed(destination, subscription, new=before is None, changed=changed, summary=shown)


def _subscriptions(conn: Connection, destination_id: int) -> tuple[Subscription, ...]:
    every = subscriptions.of_destination(conn, destination_id)
    return tuple(one for one in every if one.scope is Scope.COVERAGE)


def _following(conn: Connection, account: str, address: Address) -> tuple[Following, ...]:
    destination = destinations.find(conn, account, address)
    if destination is None:
        return ()
    mine = [Following(one, coverages.get(conn, one.target_id)) for one in _subscriptions(conn, destination.id)]
    return tuple(sorted(mine, key=lambda one: one.coverage.created_at, reverse=True))


def _stop(conn: Connection, account: str, address: Address, coverage: Coverage | None) -> Stopped | None:
    destination = destinations.find(conn, account, address)
    mine = _following(conn, account, address)
    dropped = tuple(one for one in mine if coverage is None or one.coverage.id == coverage.id)
    if destination is None or not dropped:
        return None
    for one in dropped:
        subscriptions.unfollow(conn, destination.id, one.subscription.scope, one.subscription.target_id)
    if len(dropped) == len(mine):
        destinations.minded(conn, destination.id, None)
    return Stopped(destination.id, dropped)


def _restore(conn: Connection, destination_id: int, wanted: Mapping[int, Rules], by: int | None, now: datetime) -> None:
    destinations.minded(conn, destination_id, by)
    for coverage_id, rules in wanted.items():
        subscriptions.follow(
            conn, destination_id=destination_id, scope=Scope.COVERAGE, target_id=coverage_id, rules=rules, now=now
        )


def _returned(conn: Connection, spot: Spot) -> Destination | None:
    """Resume the place itself whatever it was paused for, and the chat's other topics that we were thrown out of."""
    known = None
    for one in destinations.of_chat(conn, spot.account, spot.address.chat_id):
        here = one.address == spot.address
        if one.status is DestinationStatus.PAUSED and (here or one.paused_because in destinations.THROWN_OUT):
            destinations.resume(conn, one.id)
        known = one if here else known
    return known


def _pause(conn: Connection, account: str, address: Address, because: str, now: datetime) -> None:
    for one in destinations.of_chat(conn, account, address.chat_id):
        if one.status is DestinationStatus.ACTIVE:
            destinations.pause(conn, one.id, because, now)
