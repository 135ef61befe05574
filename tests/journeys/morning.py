"""A newsroom's morning on the stage: the real house, two editors, and three places that may follow."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bots import app
from bots.app import Habits, House, Member
from bots.cli.rehearse import cast as casting
from bots.cli.rehearse.cast import Cast, Line, Seat
from bots.rehearsal.discord_world.channels import Channel
from bots.rehearsal.discord_world.interactions import Answer
from bots.rehearsal.discord_world.person import Person as DiscordPerson
from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world.chats import Chat, PrivateChat, Topic
from bots.rehearsal.telegram_world.messages import SeenMessage
from bots.rehearsal.telegram_world.people import Person as TelegramPerson
from core.locales import Said, words
from core.model import Address, Content, Coverage, Destination, DestinationStatus, Entry, Mode, Person, Platform, Role
from core.newsroom import Newsroom
from core.pacing import Pace, Window
from core.store import Store, broadcasts, destinations, inbox, receipts

TELEGRAM, DISCORD = "telegram-stage", "discord-stage"
TEMPO = 4.0
"""How many seconds pass on the stage in one of ours. Its limits stay the platforms' own, by its own clock."""
_TELEGRAM_PACE = Pace(Window(30, 1.2), (Window(1, 1.3),), (Window(1, 1.3), Window(20, 62.0)), crowd_reserve=3)
_DISCORD_PACE = Pace(Window(45, 1.2), (Window(1, 1.6),), (Window(1, 1.6),))
"""As in core/pacing.py with more to spare, in the stage's seconds: there this machine's jitter is so many times larger.
The real ones, on a real clock, are what `test_rehearse.py` plays with.
"""
GIVE_UP = 30.0
"""Seconds after which nobody waits any longer: ten times what any of it may take."""

Place = Chat | Topic


def label(key: str, **params: Any) -> str:
    """The words of a button or a line, as an English reader gets them."""
    return words("en").tell(Said(key, params))


def content(headline: str) -> Content:
    """An entry of one line."""
    return Content(headline)


def picture(color: tuple[int, int, int] = (30, 90, 160), size: tuple[int, int] = (320, 200)) -> bytes:
    """A picture that is none other's."""
    held = io.BytesIO()
    Image.new("RGB", size, color).save(held, "JPEG")
    return held.getvalue()


def now() -> datetime:
    """The clock on the wall: nothing here waits for a clock of its own."""
    return datetime.now(UTC)


@dataclass
class Morning:
    """Everybody, and the house they talk to. `troubles` are the ends of accounts a journey expects."""

    stage: Stage
    cast: Cast
    store_url: str
    habits: Habits
    store: Store = field(init=False)
    house: House = field(init=False)
    erin: Person = field(init=False)
    """The editor on Telegram, as the newsroom knows her."""
    dee: Person = field(init=False)
    """The editor on Discord."""
    coverage: Coverage = field(init=False)
    troubled: frozenset[str] = frozenset()
    """The accounts that a journey makes end by themselves."""
    _living: "asyncio.Task[None] | None" = None

    # The house

    async def opens(self) -> None:
        """Open the house on its store, and wait until both platforms know it."""
        self.opens_store()
        members = (
            Member(TELEGRAM, Platform.TELEGRAM, casting.TELEGRAM_TOKEN, self.stage.url),
            Member(DISCORD, Platform.DISCORD, casting.DISCORD_TOKEN, self.stage.url),
        )
        self.house = House(self.store, members, mode=Mode.REHEARSAL, clock=now, habits=self.habits)
        self._living = asyncio.create_task(self.house.live())

    def opens_store(self) -> None:
        """Open the store alone."""
        self.store = Store.open(self.store_url, mode=Mode.REHEARSAL)

    async def is_known(self) -> None:
        """Wait until Discord offers our commands and hears us."""
        app = self.cast.discord_app
        await until(lambda: app.connected and bool(app.commands.everywhere))

    async def closes(self) -> None:
        """Close the house in good order."""
        if self._living is None:
            return
        living, self._living = self._living, None
        await self.house.leave()
        async with asyncio.timeout(GIVE_UP):
            await living
        assert self.house.troubles().keys() == self.troubled
        self.store.close()

    async def restarts(self) -> None:
        """Close the house and open another on the same store."""
        await self.closes()
        await self.opens()

    async def is_carried(self) -> None:
        """Wait until nothing is on its way any more."""

        async def carried() -> bool:
            return not await self.store.read(broadcasts.unfinished)

        await until(carried)

    async def has_heard(self) -> None:
        """Wait until everything said to the Telegram bot so far is dealt with."""
        queue = self.cast.telegram_bot.updates

        async def heard() -> bool:
            return not queue.pending and not await self.store.read(inbox.pending, TELEGRAM)

        # An update leaves the stage's queue once it is in our inbox and the next poll has begun.
        await until(heard)

    def store_bytes(self) -> bytes:
        """Everything the store's files hold (SQLite)."""
        file = Path(self.store_url.removeprefix("sqlite:///"))
        return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))

    @property
    def newsroom(self) -> Newsroom:
        return self.house.rooms.newsroom

    # People

    @property
    def desk(self) -> PrivateChat:
        """Erin's chat with the bot."""
        return self.cast.telegram_editor.private_chat(self.cast.telegram_bot)

    @property
    def ann(self) -> PrivateChat:
        """The reader Ann's chat with the bot."""
        return self.cast.reader.private_chat(self.cast.telegram_bot)

    @property
    def group(self) -> Chat:
        """The group around the topic that follows."""
        return self.cast.topic.chat

    async def enrols(self) -> None:
        """Put one editor of each platform on the desk (journeys/test_editors.py has the way they take)."""
        enrolment = self.house.rooms.enrolment
        told = []
        for platform, who in (
            (Platform.TELEGRAM, self.cast.telegram_editor),
            (Platform.DISCORD, self.cast.discord_editor),
        ):
            invitation = await enrolment.invite(who.name, Role.EDITOR, by="journey")
            told.append(await enrolment.redeem(invitation.code, platform, who.id))
        self.erin, self.dee = told
        self.coverage = await self.newsroom.new_coverage(self.erin, "Storm Ada", zone="Europe/London", slug="storm")
        await self.newsroom.choose(self.dee, self.coverage)

    async def everybody_follows(self) -> None:
        """Ann follows in private, Bashir in the group's topic, Mo in the channel: by their own commands."""
        await asyncio.gather(
            self.reads(self.cast.reader, self.ann, "/start c_storm"),
            self.reads(self.cast.admin, self.cast.topic, "/follow storm"),
            self.mo("live follow", coverage="storm"),
        )

    async def reads(
        self,
        who: TelegramPerson,
        where: Place,
        text: str,
        *,
        reply_to: SeenMessage | None = None,
        until: Callable[[SeenMessage], bool] = lambda _: True,
        **manner: Any,
    ) -> SeenMessage:
        """Somebody says something on Telegram, and reads the first answer that is as wanted."""
        said = await who.says(where, text, reply_to=reply_to, **manner)
        return await self.answer(where, said, until)

    async def answer(
        self, where: Place, said: SeenMessage, until: Callable[[SeenMessage], bool] = lambda _: True
    ) -> SeenMessage:
        """What the bot says after something was said."""
        bot = self.cast.telegram_bot

        def answers(seen: SeenMessage) -> bool:
            return seen.author is bot and seen.id > said.id and seen.service is None and until(seen)

        return await where.wait_for(answers, GIVE_UP)

    async def tells(self, text: str, *, reply_to: SeenMessage | None = None, key: str = "") -> SeenMessage:
        """Erin says something at her desk and reads the answer; the one with the button `key`, where one is named."""
        wanted = label(key) if key else ""
        return await self.reads(
            self.cast.telegram_editor,
            self.desk,
            text,
            reply_to=reply_to,
            until=lambda seen: wanted in seen.labels if wanted else True,
        )

    async def erin_presses(self, card: SeenMessage, key: str, **params: Any) -> SeenMessage:
        """Erin presses a button of a card, and reads what the card says then."""
        await self.cast.telegram_editor.presses(card, label(key, **params), give_up=GIVE_UP)
        return await self.desk.wait_for(lambda seen: seen.id == card.id and seen.shown != card.shown, GIVE_UP)

    async def mo(self, typed: str, **options: Any) -> Answer:
        """Mo, who manages the Discord server, uses a command in the channel."""
        return await uses(self.cast.moderator, typed, self.cast.channel, **options)

    async def dee_uses(self, typed: str, **options: Any) -> Answer:
        """Dee, the editor, uses a command in the desk's channel."""
        return await uses(self.cast.discord_editor, typed, self.cast.desk, **options)

    async def publishes(self, text: str) -> Entry:
        """Erin publishes, everybody who follows has it."""
        await self.tells(f"/post {text}")
        await self.is_carried()
        return (await self.newsroom.newest(self.coverage, 1))[-1]

    # What is to be read

    @property
    def seats(self) -> tuple[Seat, ...]:
        """The three places."""
        return self.cast.seats

    def readings(self, text: str) -> list[int]:
        """How often these words stand in each of the three places now."""
        return [sum(text in line.text for line in seat.read()) for seat in self.seats]

    def texts(self, seat: int = 0) -> list[str]:
        """What is to be read in one of the three places, from top to bottom."""
        return [line.text for line in self.seats[seat].read()]

    def lines(self, text: str) -> list[Line]:
        """The message with these words in each place that has one."""
        return [line for seat in self.seats for line in seat.read() if text in line.text]

    async def everybody_reads(self, text: str) -> None:
        """Wait until these words stand once in each of the three places."""
        await until(lambda: all(self.readings(text)), lambda: f"{text!r} stands in {self.readings(text)}")
        await self.is_carried()
        assert self.readings(text) == [1, 1, 1]

    async def place(self, account: str, chat: int, thread: int = 0) -> Destination | None:
        """What the store knows of a place."""
        platform = Platform.TELEGRAM if account == TELEGRAM else Platform.DISCORD
        return await self.store.read(destinations.find, account, Address(platform, chat, thread))

    async def was_refused_since_long(self, account: str, chat: int, thread: int = 0, times: int = 2) -> None:
        """So many refusals for a missing right, the first of them two hours ago: the third one pauses a place."""
        place = await self.place(account, chat, thread)
        assert place is not None
        for hours in (2, 1)[:times]:
            await self.store.write(destinations.strike, place.id, "", datetime.now(UTC) - timedelta(hours=hours))

    async def becomes(self, status: DestinationStatus, account: str, chat: int, thread: int = 0) -> None:
        """Wait until a place is active or paused."""

        async def so() -> bool:
            found = await self.place(account, chat, thread)
            return found is not None and found.status is status

        await until(so)

    async def copies(self, entry: Entry) -> int:
        """How many messages of ours the store remembers for an entry, in all three places."""
        found = 0
        for seat, account in zip(self.seats, (TELEGRAM, TELEGRAM, DISCORD), strict=True):
            place = await self.place(account, seat.chat_id, seat.thread_id)
            if place is not None:
                found += len(await self.store.read(receipts.of, entry.bulletin_id, place.id))
        return found


async def uses(who: DiscordPerson, typed: str, channel: Channel, **options: Any) -> Answer:
    """Somebody uses a Discord command and is answered."""
    answer = await who.uses(typed, channel=channel, options=options, patience=GIVE_UP)
    assert not answer.failed, f"/{typed} found nobody"
    return answer


async def with_button(asked: Awaitable[Answer], key: str) -> Answer:
    """An answer once it carries this button: a preview comes before it."""
    answer = await asked
    return await answer.wait_for(lambda seen: any(one.label == label(key) for one in seen.buttons), GIVE_UP)


async def until(happened: Callable[[], bool | Awaitable[bool]], told: Callable[[], str] = lambda: "") -> None:
    """Wait until something is so; `told` says how it was when nobody waits any longer."""
    try:
        async with asyncio.timeout(GIVE_UP):
            while True:
                so = happened()
                if so if isinstance(so, bool) else await so:
                    return
                # Neither the store nor every corner of the stage has a bell to ring.
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise TimeoutError(f"nobody waits longer than {GIVE_UP:g} s: {told()}") from None


def every_call(stage: Stage, platform: str, methods: Iterable[str]) -> list[Any]:
    """The calls of some kinds that the stage heard."""
    return [call for call in stage.journal.of(platform) if call.method in set(methods)]


def _quick(pace: Pace) -> Pace:
    """A pace of the stage's seconds in ours."""

    def windows(every: tuple[Window, ...]) -> tuple[Window, ...]:
        return tuple(Window(one.count, one.seconds / TEMPO) for one in every)

    (overall,) = windows((pace.overall,))
    return Pace(overall, windows(pace.private), windows(pace.crowd), pace.crowd_reserve)


def _stage_clock() -> Callable[[], float]:
    began = time.time()
    return lambda: began + (time.time() - began) * TEMPO


@asynccontextmanager
async def begun(store_url: str, journal: Path, **habits: float) -> AsyncIterator[Morning]:
    """Begin a morning: stage, people, house, a coverage; and end it in good order."""
    paces = {Platform.TELEGRAM: _quick(_TELEGRAM_PACE), Platform.DISCORD: _quick(_DISCORD_PACE)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "_PACES", paces)
        async with Stage(journal=journal, clock=_stage_clock()) as stage, _played(stage, store_url, habits) as morning:
            yield morning


@asynccontextmanager
async def _played(stage: Stage, store_url: str, habits: Mapping[str, float]) -> AsyncIterator[Morning]:
    # Nobody asks Discord for a second session while the first is 5 s old, except a house that restarts at once.
    stage.discord.identify_spacing = 0.0
    # As Discord's three seconds are: how soon the house has to answer does not depend on how fast the stage's clock is.
    stage.telegram.callbacks.latest_answer *= TEMPO
    morning = Morning(stage, casting.assemble(stage), store_url, Habits(**{"undo": 0.2, **habits}))
    await morning.opens()
    try:
        await morning.enrols()
        await morning.is_known()
        yield morning
    finally:
        await morning.closes()
