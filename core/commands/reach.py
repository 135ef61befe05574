"""Words for how far something goes: whom it reaches, by when, how far it has come, and how much is too much (TH27)."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from core.locales import Moment, Said, say
from core.model import Audience, Coverage, Entry, Importance, Platform
from core.store.broadcasts import Progress

_ENTRIES_A_MINUTE = 6
_ALERTS_A_DAY = 10
_SOON = 10
"""Seconds: what is done by then needs no time of day."""


def reach(audience: Audience) -> Said:
    """Whom it reaches and how long that takes, before it is sent."""
    by_platform = {platform: count for platform, count in audience.destinations.items() if count}
    if not by_platform:
        return say("audience.nobody")
    seconds = max(1, math.ceil(max(audience.seconds.values())))
    if len(by_platform) == 1:
        (platform,) = by_platform
        named = say(f"platform.{platform.value}")
        return say("audience.one", count=audience.total, platform=named, seconds=seconds)
    telegram, discord = by_platform[Platform.TELEGRAM], by_platform[Platform.DISCORD]
    return say("audience.both", count=audience.total, telegram=telegram, discord=discord, seconds=seconds)


def ends(audience: Audience, coverage: Coverage, leaves: datetime, now: datetime) -> tuple[Said, ...]:
    """By when the last place has it, where that is a while, and what goes first."""
    seconds = max(audience.seconds.values(), default=0.0)
    if seconds < _SOON:
        return ()
    by = Moment(leaves + timedelta(seconds=seconds), coverage.zone, seconds=True, now=now)
    return (say("audience.behind", count=audience.ahead, time=by) if audience.ahead else say("audience.by", time=by),)


def queued(entry: Entry, coverage: Coverage, audience: Audience, leaves: datetime, now: datetime) -> Said:
    """What an editor sees once an entry is safe in the store: from here on it survives a power cut (P1)."""
    number = str(entry.number)
    if not audience.total:
        return say("queued.nobody", number=number, title=coverage.title)
    done = leaves + timedelta(seconds=max(audience.seconds.values()))
    by = Moment(done, coverage.zone, seconds=True, now=now)
    return say("queued.entry", number=number, places=places(audience.total), time=by)


def places(count: int) -> Said:
    """So many places."""
    return say("places", count=count)


def copies(progress: Mapping[str, Progress]) -> Said:
    """How many places have an entry that is to change."""
    count = copied(progress)
    return say("copies.some", places=places(count)) if count else say("copies.none")


def changed(what: str, entry: Entry, progress: Mapping[str, Progress]) -> Said:
    """That a correction or a retraction is on its way, and to how many copies."""
    count = copied(progress)
    number = str(entry.number)
    return say(f"{what}.done", number=number, places=places(count)) if count else say(f"{what}.nobody", number=number)


def copied(progress: Mapping[str, Progress]) -> int:
    """Places that have a copy, and those that may have one."""
    return sum(lane.sent + lane.unknown for lane in progress.values())


def board(entry: Entry, progress: Iterable[Progress]) -> tuple[tuple[Said, ...], bool]:
    """How far an entry has come, and whether that is its end."""
    lanes = tuple(progress)
    number = str(entry.number)
    sent = sum(lane.sent for lane in lanes)
    if not all(lane.finished for lane in lanes):
        waiting = sum(lane.waiting for lane in lanes)
        held = (say("board.waiting", count=waiting),) if waiting else ()
        return (say("board.sending", number=number, count=sent), *held), False
    counts = {name: sum(getattr(lane, name) for lane in lanes) for name in ("failed", "unknown", "skipped")}
    rest = tuple(say(f"board.{name}", count=count) for name, count in counts.items() if count)
    return (say("board.sent", number=number, count=sent), *rest), True


def too_much(entries: Iterable[Entry], now: datetime, *, alert: bool) -> tuple[Said, ...]:
    """A word of warning when readers get more than they bear; nobody is refused over it."""
    if alert:
        today = [one for one in entries if one.content.importance is Importance.BREAKING]
        alerts = sum(1 for one in today if now - one.published_at < timedelta(days=1))
        return (say("warn.alerts", count=alerts),) if alerts > _ALERTS_A_DAY else ()
    lately = sum(1 for one in entries if now - one.published_at < timedelta(minutes=1))
    return (say("warn.fast", count=lately),) if lately > _ENTRIES_A_MINUTE else ()
