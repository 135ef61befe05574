"""`livedesk lanes`: each account's road out: who holds it, how fast it goes, what waits and when that is done."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bots.cli import asked, stores, troubles
from core.model import Platform, Urgency
from core.newsroom import audiences
from core.store import Connection, accounts, backlogs, leases, standing
from core.store.backlogs import Backlog, Named
from core.store.leases import Standing

_NOBODY = "no account is known yet: `livedesk run` makes them known, from the settings"
_ANSWERS = (Urgency.DESK_ANSWER, Urgency.ANSWER)
_SHOWN = 5
"""Broadcasts a lane shows by name; --json has them all."""
# Elsewhere than on a terminal nobody has told us how wide it is, and a line that is cut is worse than a long one.
_WIDE = 160


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one class still owes."""

    urgency: str
    destinations: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Carried:
    """One broadcast under way."""

    name: str
    operation: str
    urgency: str
    left: int
    done: datetime | None
    """When the last place has it, if nothing more urgent comes; None while nobody holds the account."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One account."""

    account: str
    platform: str
    enabled: bool
    """Whether it is in the settings of the process that started last."""
    owner: str
    """The process that holds it; empty when nobody does."""
    host: str
    lease_until: datetime | None
    pace: float
    """Messages a second, at most."""
    held_until: datetime | None
    """Until when the platform refuses it; None when it does not."""
    held_because: str
    waiting: tuple[Waiting, ...]
    broadcasts: tuple[Carried, ...]


def command(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: every broadcast, exact times.")] = False,
) -> None:
    """Say how each account's road out stands. It only reads, and may be asked while `livedesk run` runs."""
    now = asked.now()
    with stores.opened_to_read(asked.of(context).settings()) as store:
        lanes = store.read_now(look, now)
    if as_json:
        told = {"at": now, "lanes": [dataclasses.asdict(lane) for lane in lanes]}
        print(json.dumps(told, default=datetime.isoformat, indent=2, ensure_ascii=False))
    elif not lanes:
        print(_NOBODY)
    else:
        width = None if sys.stdout.isatty() else _WIDE
        Console(file=sys.stdout, width=width, highlight=False, emoji=False, markup=False).print(table(lanes, now))


def look(conn: Connection, now: datetime) -> tuple[Lane, ...]:
    """Every account that is in the settings, or still has something to do, at one moment."""
    queues = standing.queues(conn)
    every = backlogs.everything(conn)
    shown = [one for one in every if one.urgency not in _ANSWERS]
    named = backlogs.names(conn, {one.bulletin_id for one in shown})
    roads = {road.account: road for road in accounts.enabled(conn)}
    lanes = []
    for one in leases.standing(conn, now):
        waiting = tuple(
            Waiting(queue.urgency.name.lower(), queue.destinations, queue.since)
            for queue in queues
            if queue.account == one.account
        )
        if one.enabled or one.owned:
            road = roads.get(one.account)
            mine = [each for each in shown if road is not None and each.lane_id == road.id]
            carried = [_carried(each, every, road if one.owned else None, named, now) for each in mine]
            lanes.append(_lane(one, waiting, carried, now))
    return tuple(lanes)


def table(lanes: Sequence[Lane], now: datetime) -> Table:
    """The lanes, one below the other."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name in ("account", "held by", "pace", "waiting", "oldest", "done at", "refused until"):
        drawn.add_column(name, overflow="fold")
    for lane in lanes:
        cells = (_account(lane), lane.owner or "nobody", f"{lane.pace:.1f}/s", _waiting(lane), _oldest(lane, now))
        drawn.add_row(*(Text(troubles.safe(cell)) for cell in (*cells, _done(lane, now), _refused(lane, now))))
    return drawn


def _lane(one: Standing, waiting: tuple[Waiting, ...], carried: list[Carried], now: datetime) -> Lane:
    refused = one.paused_until is not None and one.paused_until > now
    return Lane(
        account=one.account,
        platform=one.platform.value,
        enabled=one.enabled,
        owner=one.owner if one.owned else "",
        host=one.host if one.owned else "",
        lease_until=one.lease_until if one.owned else None,
        pace=round(1 / audiences.seconds_each(one.platform), 2),
        held_until=one.paused_until if refused else None,
        held_because=one.pause_reason if refused else "",
        waiting=waiting,
        broadcasts=tuple(carried),
    )


def _carried(
    one: Backlog, every: Sequence[Backlog], road: accounts.Lane | None, named: dict[int, Named], now: datetime
) -> Carried:
    name = named[one.bulletin_id]
    return Carried(
        name=name.slug if name.number is None else f"{name.slug}#{name.number}",
        operation=one.operation.value,
        urgency=one.urgency.name.lower(),
        left=one.left,
        done=None if road is None else audiences.forecast(one, every, road, now).done,
    )


def _account(lane: Lane) -> str:
    known = Platform(lane.platform).value
    return f"{lane.account} ({known})" if lane.enabled else f"{lane.account} ({known}, not in the settings)"


def _waiting(lane: Lane) -> str:
    return "\n".join(f"{one.urgency.replace('_', ' ')} {one.destinations:,}" for one in lane.waiting) or "nothing"


def _oldest(lane: Lane, now: datetime) -> str:
    since = min((one.since for one in lane.waiting), default=None)
    # What can still be taken back has not begun to wait.
    return "" if since is None else _age(max(0.0, (now - since).total_seconds()))


def _age(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _done(lane: Lane, now: datetime) -> str:
    lines = [
        f"{one.name} {one.operation}: {_clock(one.done, now) if one.done else 'when somebody holds it'}"
        for one in lane.broadcasts[:_SHOWN]
    ]
    rest = len(lane.broadcasts) - _SHOWN
    return "\n".join([*lines, *([f"and {rest} more"] if rest > 0 else [])])


def _refused(lane: Lane, now: datetime) -> str:
    return "" if lane.held_until is None else f"{_clock(lane.held_until, now)}: {lane.held_because}"


def _clock(at: datetime, now: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at:%H:%M:%S} UTC" if at.date() == now.astimezone(UTC).date() else f"{at:%Y-%m-%d %H:%M:%S} UTC"
