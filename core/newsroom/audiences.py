"""Whom a publish reaches and by when, told before sending: an estimate from the pace each account may keep."""

from core import pacing, rules
from core.model import Audience, Importance, Platform
from core.store import Connection, accounts, audiences

_PACE = {Platform.TELEGRAM: pacing.TELEGRAM, Platform.DISCORD: pacing.DISCORD}


def of(conn: Connection, coverage_id: int, importance: Importance = Importance.BREAKING) -> Audience:
    """The destinations that get an entry of this importance, by platform, and the seconds until the last has it."""
    by_lane = audiences.of_coverage(conn, coverage_id, rules.asked_for(importance))
    platforms = {lane.id: lane.platform for lane in accounts.enabled(conn)}
    destinations: dict[Platform, int] = {}
    seconds: dict[Platform, float] = {}
    for lane_id, count in by_lane.items():
        if not count:
            continue
        platform = platforms[lane_id]
        overall = _PACE[platform].overall
        destinations[platform] = destinations.get(platform, 0) + count
        # Accounts speak side by side, so the slowest of them says when all is done.
        seconds[platform] = max(seconds.get(platform, 0.0), count * overall.seconds / overall.count)
    return Audience(destinations, seconds)
