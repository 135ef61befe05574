"""Whom a publish reaches and by when, told before sending, from counters and from what is under way on each lane.

An estimate from the pace each account may keep. It costs the same for any number of readers, and nothing of it is
promised: what is more urgent and comes later goes first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core import pacing, rules
from core.model import Audience, Entry, Importance, Operation, Platform, Urgency
from core.store import Connection, accounts, audiences, backlogs
from core.store.backlogs import Backlog

_PACE = {Platform.TELEGRAM: pacing.TELEGRAM, Platform.DISCORD: pacing.DISCORD}


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that is to go out, or just went into the store, as far as it decides whom it reaches and when."""

    coverage_id: int
    now: datetime
    importance: Importance = Importance.BREAKING
    urgency: Urgency = Urgency.ENTRY
    leaves: datetime | None = None
    """Not before that; at once when nobody can take it back."""
    bulletin_id: int = 0
    """Its own, once it has one."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the last place has something, and how many messages leave before."""

    done: datetime
    ahead: int


def of(conn: Connection, planned: Planned) -> Audience:
    """The destinations that get it, by platform, and the seconds from its leaving until the last has it."""
    by_lane = audiences.of_coverage(conn, planned.coverage_id, rules.asked_for(planned.importance))
    others = [one for one in backlogs.everything(conn) if one.bulletin_id != planned.bulletin_id]
    leaves = max(planned.leaves or planned.now, planned.now)
    asked = Backlog(0, planned.bulletin_id, planned.coverage_id, Operation.PUBLISH, planned.urgency, 0, leaves)
    lanes = _lanes(conn)
    destinations: dict[Platform, int] = {}
    seconds: dict[Platform, float] = {}
    ahead = 0
    for lane_id, count in by_lane.items():
        if not count:
            continue
        lane = lanes[lane_id]
        told = forecast(replace(asked, lane_id=lane_id, left=count), others, lane, planned.now)
        destinations[lane.platform] = destinations.get(lane.platform, 0) + count
        # Accounts speak side by side, so the slowest of them says when all is done.
        lasts = (told.done - leaves).total_seconds()
        seconds[lane.platform] = max(seconds.get(lane.platform, 0.0), lasts)
        ahead += told.ahead
    return Audience(destinations, seconds, ahead)


def changes(conn: Connection, entry: Entry, now: datetime) -> datetime | None:
    """When the last copy of an entry is changed; None when nothing of it is under way."""
    every, lanes = backlogs.everything(conn), _lanes(conn)
    mine = [one for one in every if one.bulletin_id == entry.bulletin_id and one.operation is not Operation.PUBLISH]
    return max(
        (forecast(one, every, lanes[one.lane_id], now).done for one in mine if one.lane_id in lanes), default=None
    )


def forecast(mine: Backlog, others: Sequence[Backlog], lane: accounts.Lane, now: datetime) -> Forecast:
    """When something on a lane is done, if nothing more urgent comes: what is ahead of it, and then itself."""
    ahead = _ahead(mine, others)
    each = seconds_each(lane.platform)
    begins = max(now, lane.paused_until or now) + timedelta(seconds=ahead * each)
    return Forecast(max(begins, mine.since) + timedelta(seconds=mine.left * each), ahead)


def seconds_each(platform: Platform) -> float:
    """Seconds from one message of an account to the next, at the gate's rate."""
    overall = _PACE[platform].overall
    return overall.seconds / overall.count


def _ahead(mine: Backlog, others: Iterable[Backlog]) -> int:
    """Messages of a lane that leave before the last of these: classes are strict, coverages of one take turns."""
    ahead = 0
    turns: defaultdict[int, int] = defaultdict(int)
    for one in others:
        itself = (one.bulletin_id, one.operation) == (mine.bulletin_id, mine.operation)
        if one.lane_id != mine.lane_id or itself or one.urgency > mine.urgency:
            continue
        if one.urgency < mine.urgency or one.coverage_id == mine.coverage_id:
            ahead += one.left
        else:
            turns[one.coverage_id] += one.left
    return ahead + sum(min(theirs, mine.left) for theirs in turns.values())


def _lanes(conn: Connection) -> dict[int, accounts.Lane]:
    return {lane.id: lane for lane in accounts.enabled(conn)}
