"""`make soak`: an hour of a whole `livedesk run` while things go wrong; memory keeps still, and no promise breaks.

python -m tests.benchmarks.soak [--minutes 60] [--per-hour 60] [--seed WORD]
"""

import argparse
import itertools
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from core.model import Address, Change, Content, Coverage, Mode, PlaceKind, Platform, Rules, Scope
from core.store import Connection, Store, accounts, broadcasts, coverages, destinations, entries, subscriptions
from tests.benchmarks import livedesk, weather
from tests.benchmarks.aftermath import Judge, Story
from tests.benchmarks.ground import EDITOR, headline, now, opened
from tests.benchmarks.weather import Stormy

ACCOUNTS = {"telegram": weather.TELEGRAM_TOKEN, "discord": weather.DISCORD_TOKEN}
DRIFT = 0.05
_PEOPLE, _CHANNELS = 700, 300
_CALM = 900.0
"""Seconds after the last fault in which everything must have come to its end."""
_LOOK_EVERY = 2.0


@dataclass
class Desk:
    """An editor who goes on writing whatever happens."""

    store: Store
    coverage: Coverage
    fate: random.Random
    stories: list[Story] = field(default_factory=list)

    def publishes(self) -> None:
        """The next entry; one in ten is an alert."""
        number, alert = len(self.stories) + 1, self.fate.random() < 0.1
        done = self.store.write_now(
            entries.publish,
            coverage_id=self.coverage.id,
            content=headline(f"n{number}r1"),
            actor=EDITOR,
            token=f"soak-{number}",
            now=now(),
            alert=alert,
        )
        self.stories.append(Story(number, done.entry, alert))

    def thinks_again(self) -> None:
        """Correct one of the latest, or take it back."""
        standing = [story for story in self.stories[-5:] if not story.retracted]
        if not standing:
            return
        story = self.fate.choice(standing)
        given = {"entry_id": story.entry.id, "expected": story.entry.revision, "actor": EDITOR, "now": now()}
        token = f"soak-{story.number}-{story.entry.revision}"
        if self.fate.random() < 0.15:
            story.retracted = True
            story.entry = self.store.write_now(entries.retract, reason=f"n{story.number}r0", token=token, **given)
        else:
            content: Content = headline(f"n{story.number}r{story.entry.revision + 1}")
            story.entry = self.store.write_now(
                entries.revise, content=content, change=Change.CORRECTION, token=token, **given
            )


def soak(
    folder: Path, minutes: float, per_hour: float, seed: str, people: int = _PEOPLE, channels: int = _CHANNELS
) -> Judge:
    """Play it, and hand back who judges it; nothing is asserted yet but that it came to its end."""
    url = f"sqlite:///{folder}/soak.sqlite"
    Store.open(url, mode=Mode.LIVE, create=True).close()
    log = folder / "livedesk.log"
    with weather.stage(people=people, channels=channels, seed=seed) as there, opened(url, Mode.LIVE) as store:
        desk = Desk(store, store.write_now(_furnish, there), random.Random(seed))
        with livedesk.running(url, there.url, ACCOUNTS, log) as process:
            process.until_it_holds(store, set(ACCOUNTS))
            held = _hour(desk, minutes * 60, 3600 / per_hour, process.resident)
            there.calm()
            _until(lambda: not store.read_now(broadcasts.unfinished), _CALM)
            # The last receipts' answers are there; so is what a retry may have doubled.
            sight = there.look()
        return Judge(store, desk.stories, sight, held, log.read_text())


def _hour(desk: Desk, seconds: float, between: float, resident: Callable[[], float]) -> list[float]:
    """Work for so long; returns what the process held of memory, look by look."""
    held: list[float] = []
    began, due, again = time.monotonic(), 0.0, between / 2
    while (passed := time.monotonic() - began) < seconds:
        if passed >= due:
            desk.publishes()
            due += between
        if passed >= again:
            if desk.fate.random() < 0.4:
                desk.thinks_again()
            again += between
        held.append(resident())
        time.sleep(_LOOK_EVERY)
    return held


def _furnish(conn: Connection, there: Stormy) -> Coverage:
    """One coverage that every chat follows."""
    at = now()
    accounts.enrol_lanes(conn, [(name, Platform(name)) for name in ACCOUNTS], at)
    said = {"slug": "storm", "title": "Storm Ada", "language": "en", "zone": "Europe/London"}
    coverage = coverages.create(conn, **said, mode=Mode.LIVE, now=at, by=EDITOR)
    places = [(Platform.TELEGRAM, PlaceKind.PRIVATE, chat) for chat in there.chats]
    places += [(Platform.DISCORD, PlaceKind.CHANNEL, channel) for channel in there.channels]
    for platform, kind, chat in places:
        place = destinations.connect(
            conn, account=platform.value, address=Address(platform, chat), kind=kind, title="", language="en", now=at
        )
        wish = {"scope": Scope.COVERAGE, "target_id": coverage.id, "rules": Rules()}
        subscriptions.follow(conn, destination_id=place.id, **wish, now=at)
    return coverage


def drift(held: list[float]) -> float:
    """By how much the last fifth lies above the second, when everything had been done once."""
    fifth = max(1, len(held) // 5)
    return median(held[-fifth:]) / median(held[fifth : 2 * fifth] or held) - 1


def _until(so: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < deadline, "something is never carried"
        time.sleep(0.5)


def main() -> int:
    """1 when a promise was broken or memory grew."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__)
    asked.add_argument("--minutes", type=float, default=60)
    asked.add_argument("--per-hour", type=float, default=60, help="entries")
    asked.add_argument("--seed", default=f"{time.time_ns():x}", help="of everything that goes wrong")
    given = asked.parse_args()
    say = sys.stdout.write
    say(f"soak: {given.minutes:g} minutes at {given.per_hour:g} entries an hour; seed {given.seed}\n")
    with tempfile.TemporaryDirectory(prefix="livedesk-soak-") as folder:
        judge = soak(Path(folder), given.minutes, given.per_hour, given.seed)
    broken = judge.broken()
    grown = drift(judge.held)
    for line in judge.told():
        say(f"  {line}\n")
    load = os.getloadavg()[0]
    say(f"  memory: {median(judge.held):.0f} MB, drift {grown:+.1%} (asked: < {DRIFT:.0%}), load {load:.1f}\n")
    for line in itertools.islice(broken, 20):
        say(f"  BROKEN: {line}\n")
    say(f"soak: {len(broken)} broken promises\n")
    return int(bool(broken) or grown >= DRIFT)


if __name__ == "__main__":
    sys.exit(main())
