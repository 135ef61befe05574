"""People who speak to the desk, on either platform, and read what it answers."""

import hashlib
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from core.commands.desk import Desk
from core.commands.heard import Asking, Incoming, Mark, Place, Press
from core.commands.reply import Button, Reply
from core.commands.rooms import Rooms, furnish
from core.model import Address, Asset, Coverage, Entry, Form, Mode, Person, PlaceKind, Platform, Receipt, Role
from core.store import Store, accounts, broadcasts, commits, destinations, media
from core.store.broadcasts import Broadcast
from tests.doubles.clock import Clock

_UPDATES = count(1)


class Silence(AssertionError):
    """Somebody expected an answer and got none."""


class Office:
    """A newsroom with an account on each platform and nobody enrolled yet."""

    def __init__(self, store: Store, clock: Clock, mode: Mode = Mode.REHEARSAL) -> None:
        self.store, self.clock = store, clock
        self.woken = 0
        both = [("tg", Platform.TELEGRAM), ("dc", Platform.DISCORD)]
        self.lanes = store.write_now(accounts.enrol_lanes, both, clock())
        self.rooms: Rooms = furnish(store, clock=clock, mode=mode, wake=self._wake)
        self.desk = Desk(self.rooms)

    def telegram(self, caller: int = 100, **more: Any) -> "Speaker":
        """Somebody in their private chat with the bot."""
        place = Place("tg", Address(Platform.TELEGRAM, caller), PlaceKind.PRIVATE, bot="livedesk_bot")
        return Speaker(self, place, caller, **more)

    def group(self, caller: int = 100, chat: int = -500, topic: int = 0, **more: Any) -> "Speaker":
        """Somebody in a Telegram group, or in one of its topics."""
        kind = PlaceKind.TOPIC if topic else PlaceKind.GROUP
        place = Place("tg", Address(Platform.TELEGRAM, chat, topic), kind, title="Neighbours", bot="livedesk_bot")
        return Speaker(self, place, caller, **more)

    def discord(self, caller: int = 200, channel: int = 900, **more: Any) -> "Speaker":
        """Somebody in a Discord channel."""
        place = Place("dc", Address(Platform.DISCORD, channel), PlaceKind.CHANNEL, title="Town #news")
        return Speaker(self, place, caller, **more)

    async def editor(self, caller: int = 1, role: Role = Role.EDITOR, **more: Any) -> "Speaker":
        """Somebody enrolled, in their private Telegram chat."""
        return await self.enrols(self.telegram(caller, **more), role)

    async def enrols(self, speaker: "Speaker", role: Role = Role.EDITOR) -> "Speaker":
        """Enrol whoever this is."""
        invitation = await self.rooms.enrolment.invite("Ada", role, by="test")
        speaker.person = await self.rooms.enrolment.redeem(invitation.code, speaker.place.platform, speaker.caller)
        return speaker

    async def opens(self, title: str, **more: str) -> Coverage:
        """A live coverage."""
        by = Person("somebody", "Somebody", Role.OWNER)
        return await self.rooms.newsroom.new_coverage(by, title, **more)

    def carries(self, platform: Platform = Platform.TELEGRAM) -> tuple[Broadcast, ...]:
        """What the courier has to carry on a platform."""
        return self.store.read_now(broadcasts.active, self.lanes["tg" if platform is Platform.TELEGRAM else "dc"])

    def picture(self) -> Asset:
        """A picture that was checked and kept."""
        data = b"a picture"
        digest = hashlib.sha256(data).hexdigest()
        asset = Asset(digest, "image/png", len(data), 640, 480)
        self.store.write_now(media.keep, asset, data, self.clock())
        return asset

    def _wake(self) -> None:
        self.woken += 1


@dataclass
class Speaker:
    """One person in one place. `manages`: the platform says they may manage it."""

    office: Office
    place: Place
    caller: int
    manages: bool = False
    language: str = "en"
    person: Person | None = None
    heard: list[Reply] = field(default_factory=list)

    async def types(self, words: str, *marks: Mark, **more: Any) -> Reply:
        """Say something on Telegram, with or without a slash, and get an answer."""
        answers = await self.tries(words, *marks, **more)
        if not answers:
            raise Silence(words)
        return answers[-1]

    async def tries(self, words: str, *marks: Mark, token: str = "", **more: Any) -> tuple[Reply, ...]:
        """Say something that may get no answer."""
        command, rest = "", words
        if words.startswith("/"):
            head = words.split(maxsplit=1)[0]
            command, rest = head[1:], words[len(head) :].lstrip(" ").removeprefix("\n")
        return await self._says(
            Incoming(
                self.place,
                token or f"update:{next(_UPDATES)}",
                self.caller,
                self.language,
                command,
                rest,
                marks=frozenset(marks),
                place_admin=self.manages,
                **more,
            )
        )

    async def uses(self, path: str, answers: int | None = None, **options: str) -> Reply:
        """Use a slash command on Discord, or one from a message's menu."""
        token = f"interaction:{next(_UPDATES)}"
        given = Incoming(
            self.place,
            token,
            self.caller,
            self.language,
            path,
            options=options,
            reply_to=answers,
            place_admin=self.manages,
        )
        said = await self._says(given)
        if not said:
            raise Silence(path)
        return said[-1]

    async def presses(self, reply: Reply, label: str, typed: str = "") -> Reply:
        """Press the button of a reply whose label has these words."""
        return await self.presses_id(button(reply, label).id, typed)

    async def presses_id(self, button_id: str, typed: str = "") -> Reply:
        """Press a button by what the platform keeps of it."""
        token = f"press:{next(_UPDATES)}"
        press = Press(self.place, token, self.caller, button_id, self.language, typed, self.manages)
        return (await self.office.desk.press(press))[-1]

    async def gets(self, entry: Entry, message_id: int) -> None:
        """The courier brought an entry here."""
        store, now = self.office.store, self.office.clock()
        place = await store.read(destinations.find, self.place.account, self.place.address)
        if place is None:
            raise Silence("nothing is brought to who never followed")
        copy = Receipt(entry.bulletin_id, place.id, 0, message_id, entry.revision, Form.TEXT, False, "en", now)
        walking = [one.id for one in self.office.carries(self.place.platform) if one.bulletin_id == entry.bulletin_id]
        walks = tuple(commits.WalkMark(walk, place.id, sent=1) for walk in walking)
        await store.write(commits.apply, commits.Batch(at=now, receipts=(copy,), walks=walks))

    async def completes(self, path: str, option: str, typed: str) -> list[str]:
        """What Discord offers while an option is being typed."""
        asking = Asking(self.place, self.caller, path, option, typed, self.language)
        return [choice.value for choice in await self.office.desk.suggest(asking)]

    async def _says(self, incoming: Incoming) -> tuple[Reply, ...]:
        answers = await self.office.desk.hear(incoming)
        self.heard += answers
        return answers


def labels(reply: Reply) -> list[str]:
    """The words on a reply's buttons."""
    return [Reply((one.label,), reply.language).text() for row in reply.buttons for one in row]


def button(reply: Reply, label: str) -> Button:
    """The button with these words on it."""
    every = [one for row in reply.buttons for one in row]
    return next(one for one, words in zip(every, labels(reply), strict=True) if label in words)
