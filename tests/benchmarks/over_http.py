"""Our whole way out over HTTP, with the network's 50 ms: at Telegram's paid pace, flat out, and at the free limits."""

import asyncio
import os
from collections.abc import Sequence

from core.model import Platform
from core.pacing import DISCORD, TELEGRAM, Pace, Window
from tests.benchmarks import far, held_against, near
from tests.benchmarks.far import DISCORD_TOKEN, TELEGRAM_TOKEN, Report, Wire
from tests.benchmarks.figures import FULL, Figure, at_least, at_most
from tests.benchmarks.ground import Ground, opened
from tests.benchmarks.held_against import Did
from tests.benchmarks.platforms import WIDE_OPEN

FIFTY = Wire((0.025, 0.025), (0.025, 0.025))
JITTER = Wire((0.0, 0.1))
# Telegram's paid broadcasts: 1000 in any 1.05 s (design §4), which the gate turns into 936 a second.
PAID = Pace(Window(1000, 1.05), (Window(1, 1.05),), (Window(1, 1.05), Window(20, 60.5)), crowd_reserve=3)
GATE_RATE = 936.0
OFFERED = 1000.0


RIVALS = {
    "ptb_aiohttp": "PTB on aiohttp",
    "ptb_stock": "PTB",
    "ptb_limited": "PTB, AIORateLimiter",
    "aiogram_plain": "aiogram",
    "aiogram_broadcasting": "aiogram-broadcaster",
}


def paid_pace(
    ground: Ground, seconds: float = 60.0, theirs: float = 20.0, rivals: Sequence[str] = tuple(RIVALS)
) -> list[Figure]:
    """1,000 a second offered to ours for a minute, and to the others for as long as shows."""
    many = int(GATE_RATE * seconds)
    with (
        ground.stores() as made,
        opened(made.migrated()) as store,
        far.stage(readers=many, wire=FIFTY, strict=False) as there,
    ):
        coverage = near.follow(store, {(near.TELEGRAM, Platform.TELEGRAM): there.readers})
        carried = asyncio.run(near.carry_over_telegram(store, coverage, there, PAID))
        seen = there.report()
    assert seen.answered(200) == many, seen.statuses
    kind, ours = ground.kind, seen.rate()
    each = carried.cpu / many
    what = "over HTTP, 50 ms, 1000/s offered"
    figures = [
        Figure(f"{what}: rate", kind, ours, "/s", GATE_RATE, "the gate's", at_least(0.99, ratio=True)),
        Figure(f"{what}: most in a second", kind, seen.most(1.0), "", bound=at_most(1000)),
        Figure(f"{what}: violations", kind, len(seen.violations), "", bound=at_most(0)),
    ]
    for rival in filter(held_against.there, rivals):
        did, name = _paced(rival, theirs), RIVALS[rival]
        figures.append(Figure(f"{what}: rate", kind, ours, "/s", did.rate, name))
        bound = at_most(0.85, ratio=True) if rival == "ptb_aiohttp" else None
        figures.append(Figure(f"{what}: CPU of a message", kind, each * 1e6, "µs", did.cpu_each * 1e6, name, bound))
    return figures


def _paced(rival: str, seconds: float) -> Did:
    many = int(OFFERED * seconds)
    with far.stage(readers=many, wire=FIFTY, strict=False) as there:
        return held_against.offer(rival, there.url, TELEGRAM_TOKEN, there.readers, seconds=seconds, rate=OFFERED)


def flat_out(
    ground: Ground, many: int = 20_000, rounds: int = 2, rivals: Sequence[str] = ("aiogram_plain",)
) -> list[Figure]:
    """As fast as it goes, in turn with aiogram; the far end only answers, since the stage would be what is measured."""
    ours, theirs = [], []
    for _ in range(rounds):
        with ground.stores() as made, opened(made.migrated()) as store, far.answerer(readers=many, wire=FIFTY) as there:
            coverage = near.follow(store, {(near.TELEGRAM, Platform.TELEGRAM): there.readers})
            asyncio.run(near.carry_over_telegram(store, coverage, there, WIDE_OPEN))
            seen = there.report()
            assert seen.answered(200) == many, seen.statuses
            ours.append(seen.rate())
        for rival in filter(held_against.there, rivals):
            with far.answerer(readers=many, wire=FIFTY) as there:
                held_against.offer(rival, there.url, TELEGRAM_TOKEN, there.readers, seconds=60.0, in_flight=256)
                theirs.append(there.report().rate())
    best = max(theirs) if theirs else None
    bound = at_least(1.5, ratio=True) if theirs else None
    return [
        Figure(f"over HTTP, 50 ms, flat out, best of {rounds}", ground.kind, max(ours), "/s", best, "aiogram", bound)
    ]


def free_limits(ground: Ground, each: int | None = None, rivals: Sequence[str] = ("discordpy",)) -> list[Figure]:
    """An entry to both platforms at once, at what they allow for nothing, behind a network that jitters."""
    each = each or (5_000 if os.environ.get(FULL) else 600)
    with ground.stores() as made, opened(made.migrated()) as store:
        with far.stage(readers=each, channels=each, wire=JITTER) as there:
            coverage = near.follow(
                store,
                {(near.TELEGRAM, Platform.TELEGRAM): there.readers, (near.DISCORD, Platform.DISCORD): there.channels},
            )
            carried = asyncio.run(near.carry_over_both(store, coverage, there))
            seen = there.report()
        figures = []
        for platform, pace in (("telegram", TELEGRAM), ("discord", DISCORD)):
            assert seen.answered(200, platform) == each, seen.statuses
            took = seen.arrivals[platform][-1] - carried.at
            least = each / (pace.overall.count / pace.overall.seconds)
            what = f"{each:,} on {platform.title()} at the free limit, 0-100 ms of jitter"
            figures += [
                Figure(what, ground.kind, took, "s", least, "÷ gate rate", at_most(1.02, ratio=True)),
                Figure(f"{what}: 429", ground.kind, seen.answered(429, platform), "", bound=at_most(0)),
            ]
        figures.append(Figure("free limits: violations", ground.kind, len(seen.violations), "", bound=at_most(0)))
    for rival in filter(held_against.there, rivals):
        figures += _unpaced(rival, ground, seen, min(each, 500))
    return figures


def _unpaced(rival: str, ground: Ground, ours: Report, many: int) -> list[Figure]:
    with far.stage(channels=many, wire=JITTER) as there:
        did = held_against.offer(rival, there.url, DISCORD_TOKEN, there.channels, seconds=60.0)
        refused = there.report().answered(429, "discord")
    lost = len(ours.arrivals["discord"]) - ours.answered(200, "discord")
    what = f"of {many:,} on Discord, all published at once"
    return [
        Figure(f"{what}: lost", ground.kind, lost, "", did.failed, "discord.py, unpaced"),
        Figure(f"{what}: 429", ground.kind, ours.answered(429, "discord"), "", refused, "discord.py, unpaced"),
    ]
