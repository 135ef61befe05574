"""The besieged: towns whose courier is killed again and again, and the schedule of it, drawn from one seed."""

import asyncio
import contextlib
import json
import math
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import crashpoint
from core.model import Mode
from tests.faults.cases import Copy, Places
from tests.faults.desk import Desk
from tests.faults.life import DISCORD, TELEGRAM, Orders

HOUSE = Path(__file__).resolve().parents[2]
GIVE_UP = 60.0
"""Seconds after which nobody waits any longer: far more than anything here may take."""

# How late in a life each moment is likely to come: the most times it is lived through.
_TIMES = {
    "after_publish_commit": 1,
    "before_send": 15,
    "after_send_before_receipt": 15,
    "before_commit": 6,
    "after_commit": 6,
    "in_edit_walk": 4,
    "in_take_over": 2,
    "in_tick": 1,
}
_MISTAKES = ("error", "critical")
_SHOWN = 20_000
"""Characters of the processes' own lines that a failed siege shows."""
_OVERDUE = 0.8
"""Seconds after which a life that never came to its moment is killed like the others."""


class Worker:
    """A process of ours that answers line by line, and ends with us whatever happens."""

    def __init__(self, process: asyncio.subprocess.Process, heard: Callable[[dict[str, Any]], None] | None) -> None:
        self._process = process
        self._heard = heard
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._listening = asyncio.create_task(self._listen())

    async def asks(self, **what: Any) -> dict[str, Any]:
        """Ask, and wait for the answer."""
        self.says(**what)
        async with asyncio.timeout(GIVE_UP):
            return await self._answers.get()

    def says(self, **what: Any) -> None:
        """Say something that is not answered here."""
        assert self._process.stdin is not None
        self._process.stdin.write((json.dumps(what) + "\n").encode())

    async def ends(self) -> None:
        """Take it and whatever it has borne away."""
        self._listening.cancel()
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            said = json.loads(line)
            if self._heard is None:
                self._answers.put_nowait(said)
            else:
                self._heard(said)
        self._answers.put_nowait({"ended": True})


@asynccontextmanager
async def worker(
    module: str, *words: str, log: Path, heard: Callable[[dict[str, Any]], None] | None = None
) -> AsyncIterator[Worker]:
    """Start a module of ours in a process group of its own."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *words),
            cwd=HOUSE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            limit=64 * 1024 * 1024,
        )
    started = Worker(process, heard)
    try:
        yield started
    finally:
        await started.ends()


@dataclass
class Life:
    """One process from its birth to its end, in seconds of the clock on the wall."""

    plan: str
    diary: Path
    pid: int = 0
    born_at: float = 0.0
    held_at: float = 0.0
    killed_at: float = 0.0
    """When it was killed, or frozen for longer than its lease, unless it came to its moment before."""
    thawed_at: float = math.inf
    """When it went on after it was frozen."""
    died_at: float = 0.0
    status: int | None = None
    took_at: list[float] = field(default_factory=list)
    """When an account became its own."""
    born: asyncio.Event = field(default_factory=asyncio.Event)
    holds: asyncio.Event = field(default_factory=asyncio.Event)
    died: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def was_ended(self) -> bool:
        """Whether it could not finish what it did: it was killed, or frozen for longer than its lease."""
        return self.status == -signal.SIGKILL or bool(self.killed_at)

    async def within(self, event: asyncio.Event, seconds: float) -> bool:
        """Whether it comes to this in time."""
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        return True


class Town:
    """One store, two accounts, many readers, and one process after the other that carries everything."""

    speaks_for_itself = False
    """Whether it also says what no desk told it to."""

    def __init__(self, number: int, desk: Desk, orders: Orders, seed: str, folder: Path) -> None:
        self.number = number
        self.name = orders.of
        self.desk = desk
        self.lives: list[Life] = []
        self.orders = orders
        self._folder = folder
        self._fate = random.Random(f"fate {seed}")

    @property
    def kills(self) -> int:
        """How many of its processes were killed."""
        return sum(life.status == -signal.SIGKILL for life in self.lives)

    def hears(self, said: dict[str, Any]) -> None:
        """Take in what its lives, or the nursery about them, report."""
        match said:
            case {"born": pid}:
                life = self.lives[-1]
                life.pid, life.born_at = pid, time.time()
                life.born.set()
            case {"holds": pid}:
                life = next(one for one in reversed(self.lives) if one.pid == pid)
                life.held_at = life.held_at or time.time()
                life.holds.set()
            case {"ours": True, "pid": pid, "at": at}:
                next(one for one in reversed(self.lives) if one.pid == pid).took_at.append(at)
            case {"saved": number, "at": at}:
                self.desk.stories[number].saved.append(at)

    def dies(self, said: dict[str, Any]) -> bool:
        """Whether it was a life of this town that ended."""
        life = next((one for one in self.lives if one.pid == said["died"] and one.status is None), None)
        if life is not None:
            life.died_at, life.status = time.time(), said["status"]
            life.died.set()
            # Nobody waits any longer for what it will not do.
            life.holds.set()
        return life is not None

    async def is_besieged(self, nursery: Worker, kills: int) -> None:
        """Let so many lives be killed, and go on publishing meanwhile."""
        while self.kills < kills:
            await self._lives_and_dies(nursery)

    async def recovers(self, nursery: Worker) -> None:
        """One last life, which nobody kills, carries what is left and leaves in good order."""
        life = await self.begins_life(nursery, "in peace")
        assert await life.within(life.holds, GIVE_UP), "it never begins to work"
        await self.desk.is_heard(GIVE_UP)
        await self.desk.is_carried(GIVE_UP)
        await self.sends_home(life)

    async def sends_home(self, life: Life) -> None:
        """SIGTERM: it leaves in good order."""
        os.kill(life.pid, signal.SIGTERM)
        assert await life.within(life.died, GIVE_UP), "it does not leave"
        assert life.status == 0, f"it left with {life.status}"

    async def freezes(self, life: Life) -> None:
        """SIGSTOP, as a machine that is suspended or swaps: it does nothing, and does not know."""
        life.killed_at = time.time()
        os.kill(life.pid, signal.SIGSTOP)

    async def thaws(self, life: Life) -> float:
        """SIGCONT; returns when."""
        life.thawed_at = time.time()
        os.kill(life.pid, signal.SIGCONT)
        return life.thawed_at

    async def is_ended(self, life: Life) -> None:
        """SIGKILL, now."""
        os.kill(life.pid, signal.SIGKILL)
        assert await life.within(life.died, GIVE_UP), "it cannot be killed"

    async def begins_life(self, nursery: Worker, plan: str, **more: Any) -> Life:
        """Let the next life begin."""
        number = len(self.lives) + 1
        life = Life(plan, self._folder / f"{self.name} {number}.diary")
        self.lives.append(life)
        orders = self.orders.asked() | {"seed": f"{self.orders.seed} {number}", "diary": str(life.diary)} | more
        nursery.says(**orders)
        assert await life.within(life.born, GIVE_UP), "it is never born"
        return life

    async def _lives_and_dies(self, nursery: Worker) -> None:
        fate = self._fate
        plan = fate.choices(("at random", "early", "at its moment"), (55, 10, 35))[0]
        moment = fate.choice(crashpoint.NAMES)
        crash_at = f"{moment}:{fate.randint(1, _TIMES[moment])}" if plan == "at its moment" else ""
        tells = moment == "after_publish_commit" or fate.random() < 0.1
        more: dict[str, Any] = {"crash_at": crash_at, "tells": [self.desk.takes_number()] if tells else []}
        wait = {"at random": fate.uniform(0, 0.45), "early": fate.uniform(0, 0.2), "at its moment": _OVERDUE}[plan]
        # There is something to do from the first moment on, and sometimes more comes in between.
        await self.desk.does_something()
        later = fate.uniform(0, 0.3) if fate.random() < 0.4 else None
        async with asyncio.TaskGroup() as both:
            both.create_task(self._desk_work(later))
            life = await self.begins_life(nursery, crash_at or plan, **more)
            if plan != "early":
                assert await life.within(life.holds, GIVE_UP), "it never begins to work"
            await self._kill(life, wait)

    async def _kill(self, life: Life, wait: float) -> None:
        """Kill it after so many seconds, unless it dies at its moment before."""
        if not await life.within(life.died, wait):
            life.killed_at = time.time()
            # It may have come to its moment just now.
            with contextlib.suppress(ProcessLookupError):
                os.kill(life.pid, signal.SIGKILL)
        assert await life.within(life.died, GIVE_UP), "it cannot be killed"
        assert life.status == -signal.SIGKILL, f"it ended by itself with {life.status}"

    async def _desk_work(self, later: float | None) -> None:
        if later is not None:
            await asyncio.sleep(later)
            await self.desk.does_something()


class Household(Town):
    """A town whose processes are whole `livedesk run`s, and whose editor also speaks on Telegram."""

    speaks_for_itself = True

    def __init__(self, number: int, desk: Desk, orders: Orders, seed: str, folder: Path, theatre: Worker) -> None:
        super().__init__(number, desk, orders, seed, folder)
        self._theatre = theatre
        self._listening: set[asyncio.Task[None]] = set()

    async def begins_life(self, nursery: Worker, plan: str, **more: Any) -> Life:
        """Let the next life begin. It holds its lanes once the stage hears from it."""
        life = await super().begins_life(nursery, plan, **more)
        listening = asyncio.create_task(self._listen_for(life))
        self._listening.add(listening)
        listening.add_done_callback(self._listening.discard)
        return life

    async def _lives_and_dies(self, nursery: Worker) -> None:
        fate = self._fate
        plan = fate.choices(("at random", "early", "at its moment"), (55, 15, 30))[0]
        moment = fate.choice(crashpoint.NAMES)
        crash_at = f"{moment}:{fate.randint(1, _TIMES[moment])}" if plan == "at its moment" else ""
        rests, wait = [fate.uniform(0, 1.5) for _ in range(3)], fate.uniform(0, 3.0)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._busy_desk(rests))
            life = await self.begins_life(nursery, crash_at or plan, crash_at=crash_at)
            if plan != "early":
                assert await life.within(life.holds, GIVE_UP), "it never begins to work"
            await self._kill(life, wait)

    async def _busy_desk(self, rests: list[float]) -> None:
        for rest in rests:
            await asyncio.sleep(rest)
            await self.desk.does_something()
        number = self.desk.takes_number()
        self.desk.stories[number].said = True
        await self._theatre.asks(do="says", town=self.number, text=f"/post s{number}r1")

    async def _listen_for(self, life: Life) -> None:
        while life.status is None and not life.holds.is_set():
            told = await self._theatre.asks(do="heard", town=self.number)
            if told["at"] > life.born_at:
                life.held_at = told["at"]
                life.holds.set()
            await asyncio.sleep(0.1)


class Siege:
    """Several towns side by side, on one stage and out of one nursery."""

    def __init__(self, theatre: Worker, nursery: Worker, towns: list[Town], log: Path) -> None:
        self.theatre = theatre
        self.nursery = nursery
        self.towns = towns
        self._log = log

    def said(self) -> list[dict[str, Any]]:
        """The lines its processes logged; what is none was written by a mistake."""
        lines = self._log.read_text().splitlines()
        return [json.loads(line) if line.startswith("{") else {"level": "error", "event": line} for line in lines]

    def errors(self, *expected: str) -> list[dict[str, Any]]:
        """The lines in which a process told of a mistake of ours, but for those that say what was to be expected."""
        mistakes = [line for line in self.said() if line["level"] in _MISTAKES]
        return [line for line in mistakes if not any(words in line["event"] for words in expected)]

    async def goes_on(self, kills: int) -> None:
        """Kill so many lives, spread over the towns, then let every town recover."""
        shares = [kills // len(self.towns) + (number < kills % len(self.towns)) for number in range(len(self.towns))]
        async with asyncio.TaskGroup() as everywhere:
            for town, share in zip(self.towns, shares, strict=True):
                everywhere.create_task(self._of(town, share))

    async def seen(self) -> tuple[list[list[Copy]], list[str], list[str]]:
        """What stood on the stage, town by town; what no real bot would have done; the calls that were refused."""
        told = await self.theatre.asks(do="seen")
        return [[Copy(*row) for row in rows] for rows in told["towns"]], told["violations"], told["refused"]

    async def _of(self, town: Town, kills: int) -> None:
        await town.is_besieged(self.nursery, kills)
        await town.recovers(self.nursery)


@asynccontextmanager
async def begun(
    stores: list[str], folder: Path, seed: str, *, houses: bool = False, **habits: Any
) -> AsyncIterator[Siege]:
    """A siege of as many towns as there are stores; of whole houses at the platforms' own pace if told so.

    `habits` are what their lives' orders say beyond the usual.
    """
    towns: list[Town] = []
    mode = Mode.LIVE if houses else Mode.REHEARSAL

    def heard(said: dict[str, Any]) -> None:
        if "died" in said:
            assert any(town.dies(said) for town in towns)
        elif "of" in said:
            next(town for town in towns if town.name == said["of"]).hears(said)

    log = folder / "siege.log"
    async with (
        worker("tests.faults.theatre", str(folder / "journal.jsonl"), log=log) as theatre,
        worker("tests.faults.nursery", *(["houses"] if houses else []), log=log, heard=heard) as nursery,
    ):
        size = {"towns": len(stores), "people": 8, "groups": 3, "channels": 6}
        # How fast anybody talks is other tests' matter: kills are for machines with more to do than they can.
        stage = await theatre.asks(do="play", **size, slowest=0.06, rates=False, seed=seed)
        try:
            for number, (url, places) in enumerate(zip(stores, stage["towns"], strict=True)):
                there, its_seed = Places(**places), f"{seed}/{number}"
                desk = Desk(url, there, its_seed, mode)
                tokens = {TELEGRAM: there.telegram, DISCORD: there.discord}
                orders = Orders(f"town {number}", url, stage["url"], tokens, seed=its_seed, **habits)
                if houses:
                    towns.append(Household(number, desk, orders, its_seed, folder, theatre))
                else:
                    towns.append(Town(number, desk, orders, its_seed, folder))
                await desk.opens()
            yield Siege(theatre, nursery, towns, log)
        except BaseException:
            # pytest shows it beside the failure.
            sys.stderr.write(log.read_text()[-_SHOWN:])
            run, _, _ = seed.partition(" ")
            sys.stderr.write(f"\nLIVEDESK_SEED={run} repeats the schedule\n")
            raise
        finally:
            for town in towns:
                town.desk.store.close()
