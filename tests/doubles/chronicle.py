"""A made-up history of one town: editors, readers, a capricious platform and killed processes, all from one seed.

It keeps its own account of who must get what, and `judge` holds the courier to it.
"""

import asyncio
import math
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import sqlalchemy as sa

from core.model import Address, DestinationStatus, Entry, Platform
from core.platform import Forbidden, Gone, Lost, Moved, NotSent, Outcome, Reach, Rejected, Unknown
from core.store import destinations, sending, tables
from tests.doubles.platform import NONCE_KNOWN, Shown, Told
from tests.doubles.town import Town

CHATS = (11, 12, 13, -21, -22)
_HARMLESS_LATENCIES = (0.02, 0.05, 0.3, 1.5)
_STORE_SECONDS = (0.0, 0.0, 0.001, 0.02)
_FINAL = (Gone("blocked"), Forbidden("send messages"), Rejected("can't parse"), RuntimeError("a mistake of ours"))


@dataclass
class Story:
    """What the chronicle knows of one entry."""

    entry: Entry
    alert: bool
    texts: list[list[str]]
    """By revision, part by part."""
    audience: frozenset[int]
    at: float
    opens: float
    withdrawn: str = ""
    undone: bool = False
    shapes: set[int] = field(default_factory=set)


class Chronicle:
    """One history."""

    def __init__(self, it: Town, seed: int) -> None:
        self.it = it
        self.chats: tuple[int, ...] = CHATS
        self.fate = random.Random(seed)
        self.stories: list[Story] = []
        self.following: set[int] = set()
        self.left: dict[int, float] = {}
        """Chats that stopped following, and when last; those that were closed to us or moved have left for ever."""
        self.closed: set[int] = set()
        self.moves: dict[int, int] = {}
        self.doubtful: Counter[int] = Counter()
        """By chat: how often something may be there that we cannot know of."""
        self.unknowns: Counter[int] = Counter()
        self.marred: set[int] = set()
        """Chats in which a change was refused for good: they need not show the newest revision."""
        self.crashes = 0
        self.starts: list[float] = []
        self.calm = True
        self.trouble = self.fate.choice((0.0, 0.05, 0.2, 0.4))
        self.kinds = self.fate.sample(("chat", "account", "before", "after", "final", "lost", "moved"), 3)

    async def happens(self, steps: int) -> None:
        """Let it all happen, then wait until everything is carried."""
        it, fate = self.it, self.fate
        it.sender.latency = lambda: fate.choice(_HARMLESS_LATENCIES)
        it.sender.whim = self._whim
        it.store.seconds = lambda: fate.choice(_STORE_SECONDS)
        for chat in fate.sample(self.chats, fate.randint(2, len(self.chats))):
            await self._follows(chat)
        self.calm = False
        turns = self.turns()
        for _ in range(steps):
            await fate.choices(list(turns), list(turns.values()))[0]()
            await asyncio.sleep(fate.choice((0, 0, 0.3, 1, 4)))
        await asyncio.sleep(fate.choice((0, 20)))
        self.calm = True
        await it.everything_is_carried(give_up=4 * 3600)

    def turns(self) -> dict[Callable[[], Awaitable[None]], int]:
        """What may happen next, and how often."""
        return {
            self._publishes: 8,
            self._corrects: 4,
            self._retracts: 1,
            self._undoes: 2,
            self._comes_or_goes: 2,
            self._restarts: 1,
        }

    def _still_open(self, chat: int) -> bool:
        place = self.it.store.now(destinations.find, self.it.sender.account, Address(self.it.sender.platform, chat))
        return place is not None and place.status is DestinationStatus.ACTIVE

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _follows(self, chat: int) -> None:
        await self.it.follows(chat)
        self.following.add(chat)

    async def _publishes(self) -> None:
        number, alert = len(self.stories), self.fate.random() < 0.2
        undo = 0 if alert else self.fate.choice((0, 0, 2, 5))
        parts = [f"e{number}r1p{part}" for part in range(self.fate.choice((1, 1, 2, 3)))]
        # Who closed the door may not have been booked out yet.
        audience = frozenset(self.following | {chat for chat in self.closed if self._still_open(chat)})
        now = self._now()
        entry = await self.it.publishes("|".join(parts), alert=alert, undo=undo)
        self.stories.append(Story(entry, alert, [parts], audience, now, now + undo, shapes={len(parts)}))

    async def _corrects(self) -> None:
        standing = [story for story in self.stories if not story.withdrawn and not story.undone]
        if not standing:
            return
        story, many = self.fate.choice(standing[-3:]), self.fate.choice((0, 0, 0, 1, -1))
        revision = len(story.texts) + 1
        many = max(1, len(story.texts[-1]) + many)
        number = self.stories.index(story)
        parts = [f"e{number}r{revision}p{part}" for part in range(many)]
        story.entry = await self.it.corrects(story.entry, "|".join(parts))
        story.texts.append(parts)
        story.shapes.add(many)

    async def _retracts(self) -> None:
        standing = [story for story in self.stories if not story.withdrawn and not story.undone]
        if standing:
            story = self.fate.choice(standing)
            story.withdrawn = f"e{self.stories.index(story)}r0p0"
            await self.it.retracts(story.entry, story.withdrawn)

    async def _undoes(self) -> None:
        if self.stories and not self.stories[-1].withdrawn and not self.stories[-1].undone:
            story = self.stories[-1]
            story.undone = await self.it.undoes(story.entry)

    async def _comes_or_goes(self) -> None:
        chat = self.fate.choice(self.chats)
        if self.left.get(chat) == math.inf:
            return
        if chat in self.following:
            self.following.discard(chat)
            self.left[chat] = self._now()
            await self.it.unfollows(chat)
        else:
            await self._follows(chat)

    async def _restarts(self) -> None:
        if self.fate.random() < 0.5:
            await self.it.ends()
        else:
            self.crashes += 1
            for chat in await self.it.crashes():
                self.doubtful[chat] += 1
        await asyncio.sleep(self.fate.choice((0, 3)))
        self.starts.append(self._now())
        await self.it.begins()

    def _whim(self, verb: str, chat: int) -> Told | None:
        if chat in self.moves:
            return Told(Moved(self.moves[chat]))
        if self.calm or self.fate.random() >= self.trouble:
            return None
        kind = self.fate.choice(self.kinds)
        told = self._answer(kind, verb, chat)
        if told is not None and told.after_effect and verb == "send":
            self.doubtful[chat] += 1
        if told is not None and isinstance(told.answer, Unknown):
            self.unknowns[chat] += 1
        # After a second unknown answer nothing more is tried; a part that is refused leaves the rest unsent.
        if told is not None and (self.unknowns[chat] > 1 or not isinstance(told.answer, NotSent | Unknown | Moved)):
            self.marred.add(chat)
        return told

    def _answer(self, kind: str, verb: str, chat: int) -> Told | None:
        fate = self.fate
        match kind:
            case "chat":
                return Told(NotSent(fate.choice((0.0, 3.0, 20.0)), Reach.DESTINATION, "429"))
            case "account":
                return Told(NotSent(fate.choice((0.0, 0.0, 7.0)), Reach.ACCOUNT, "no connection"))
            case "before" | "after":
                return Told(Unknown("timeout"), after_effect=kind == "after")
            case "final":
                answer: Outcome | Exception = fate.choice(_FINAL)
                if isinstance(answer, Gone):
                    self.following.discard(chat)
                    self.left[chat] = math.inf
                    self.closed.add(chat)
                return Told(answer)
            case "lost":
                return Told(Lost("gone")) if verb != "send" else None
            case _:
                # A group becomes a supergroup once, and now and then we know that one already.
                if chat >= 0 or chat < -1000:
                    return None
                self.moves[chat] = chat * 1000
                self.left[chat] = self.left[chat * 1000] = math.inf
                if chat in self.following:
                    self.following.discard(chat)
                    self.following.add(chat * 1000)
                return Told(Moved(chat * 1000))

    # ---- what must be true in the end

    def judge(self) -> None:
        """Hold the courier to what everybody may expect. `ends` of the broadcasts are looked at by the test."""
        for chat in list(self.it.sender.chats):
            shown = [one for message in self.it.sender.chats[chat] for one in _said(message)]
            first = self._first_copies(shown)
            self._nobody_else_got_it(chat, shown)
            self._in_publish_order(chat, first)
            self._parts_stay_together(chat, shown)
            self._no_doubles(chat, shown)
            self._newest_words(chat, shown)
            self._nothing_late(shown)
        self._polite()

    def _story(self, message: Shown) -> tuple[Story, int, int]:
        words = message.text.removeprefix("withdrawn: ")
        number, rest = words[1:].split("r")
        revision, part = rest.split("p")
        return self.stories[int(number)], int(revision), int(part)

    def _home(self, chat: int) -> int:
        return next((old for old, new in self.moves.items() if new == chat), chat)

    def _first_copies(self, shown: list[Shown]) -> dict[int, int]:
        first: dict[int, int] = {}
        for place, message in enumerate(shown):
            story, _, part = self._story(message)
            if part == 0 and message.reply_to is None:
                first.setdefault(self.stories.index(story), place)
        return first

    def _nobody_else_got_it(self, chat: int, shown: list[Shown]) -> None:
        for message in shown:
            story, _, _ = self._story(message)
            assert {chat, self._home(chat)} & story.audience, f"{chat} got {message.text} without asking for it"
            assert not story.undone, f"{message.text} was taken back"
            assert message.at >= story.opens, f"{message.text} left inside its undo window"

    def _in_publish_order(self, chat: int, first: dict[int, int]) -> None:
        if self.doubtful[chat] and chat in self.marred:
            # Refused for good, and the next on the wire: nobody noted either before the process died.
            return
        places = [first[number] for number in sorted(first) if not self.stories[number].alert]
        assert places == sorted(places), f"{chat} read entries out of order: {first}"

    def _parts_stay_together(self, chat: int, shown: list[Shown]) -> None:
        if self.crashes or self.doubtful[chat] or chat in self.left or chat in self.marred:
            # Half an entry is left alone when nobody wants the rest, and completed by its next correction.
            return
        for number, story in enumerate(self.stories):
            places = [place for place, one in enumerate(shown) if self._story(one)[0] is story and not one.reply_to]
            if len(story.shapes) == 1 and places:
                assert places == list(range(places[0], places[-1] + 1)), f"something came between the parts of {number}"

    def _no_doubles(self, chat: int, shown: list[Shown]) -> None:
        if chat in self.marred:
            # A part that could not be removed stands beside the one that took its place.
            return
        ids = Counter(message.id for message in shown)
        last: dict[tuple[int, int], Shown] = {}
        again: dict[int, tuple[Shown, Shown]] = {}
        for message in shown:
            story, _, part = self._story(message)
            said = self.stories.index(story), part
            if not message.deleted and message.reply_to is None:
                before = last.get(said, message)
                if before.id != message.id:
                    # However many entries share a message: it was forgotten once.
                    again.setdefault(before.id, (before, message))
                last[said] = message
        doubles, allowed = list(again.values()), self.doubtful[chat]
        if self.it.sender.platform is Platform.DISCORD:
            # It knows a message again for some minutes; what several share, only with the same company.
            alone = [pair for pair in doubles if all(ids[one.id] == 1 for one in pair)]
            doubles, allowed = [(one, twin) for one, twin in alone if twin.at - one.at <= NONCE_KNOWN], 0
        words = [one.text for one, _ in doubles]
        assert len(words) <= allowed, f"{chat} has {words} twice, {allowed} can be explained"

    def _newest_words(self, chat: int, shown: list[Shown]) -> None:
        if {chat, self._home(chat)} & (self.left.keys() | self.marred):
            return
        stopped = self.it.store.now(_stopped)
        by_story: dict[int, list[Shown]] = defaultdict(list)
        for message in shown:
            by_story[self.stories.index(self._story(message)[0])].append(message)
        for number, messages in by_story.items():
            story = self.stories[number]
            if story.entry.bulletin_id in stopped:
                # Refused so often that it was stopped everywhere.
                continue
            newest = [f"withdrawn: {story.withdrawn}"] if story.withdrawn else story.texts[-1]
            now = [message.text for message in messages if not message.deleted]
            ghosts = len(now) - len(newest)
            if self.doubtful[chat] and story.withdrawn:
                # It may have been there when it was called off, and nobody could tell.
                continue
            if self.doubtful[chat] == 0:
                assert sorted(now) == newest, f"{chat} reads {now} instead of {newest}"
            else:
                # A copy nobody told us of cannot be changed; every one we know of is.
                assert set(newest) <= set(now) or ghosts < 0, f"{chat} reads {now} instead of {newest}"

    def _nothing_late(self, shown: list[Shown]) -> None:
        for message in shown:
            story, _, _ = self._story(message)
            life = sending.ALERT_LIFETIME if story.alert else sending.ENTRY_LIFETIME
            assert (
                message.reply_to
                or message.history
                or message.at <= story.opens + (life + timedelta(minutes=1)).total_seconds()
            )

    def _polite(self) -> None:
        for began, until, chat in self.it.sender.refusals:
            if self._unheard_of(began, until):
                continue
            rude = [at for at, _, to, _ in self.it.sender.calls if began < at < until - 0.001 and chat in (None, to)]
            assert not rude, f"asked to wait from {began} to {until}, called at {rude}"

    def _unheard_of(self, began: float, until: float) -> bool:
        """Whether a process began meanwhile: it knows by what waits for that chat; that may have been called off."""
        return any(began < start < until for start in self.starts)

    def missing(self, story: Story) -> set[int]:
        """Chats of an entry's audience that may have no end counted: they left before the walk came by."""
        return {chat for chat in story.audience if self.left.get(chat, -1.0) >= story.at}


def _stopped(conn: sa.Connection) -> set[int]:
    its = tables.broadcast.c
    return set(conn.execute(sa.select(its.bulletin_id).where(its.stopped_because.is_not(None))).scalars())


def _said(message: Shown) -> Iterator[Shown]:
    """What a message says of each entry it is about: a merged one speaks of several."""
    for text in message.text.split(" + "):
        yield replace(message, text=text)
