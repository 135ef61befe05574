"""What happens in a rehearsal: people join and follow by their own commands, the coverage replays, editors type.

Everything a person does here goes the way a real person's goes: their client, the platform, our bots.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bots.cli.rehearse.cast import Cast
from bots.rehearsal.discord_world.interactions import Answer
from bots.rehearsal.telegram_world.chats import Chat, Topic
from bots.rehearsal.telegram_world.messages import SeenMessage
from bots.rehearsal.telegram_world.people import Person
from core.commands import content
from core.locales import Said, words
from core.model import Coverage, CoverageStatus, Entry, Role
from core.newsroom import Newsroom
from core.newsroom.enrolment import Enrolment
from core.store import Store, broadcasts

_PATIENCE = 20.0
_REPLAY_SECONDS = 80.0
"""With what editors type this makes about two minutes, slow enough for a group's 20 messages a minute."""
_CORRECTED, _RETRACTED = 4, 9
_NOTE = "A detail was put right by the desk during this rehearsal."
_REASON = "Taken back by the desk during this rehearsal."


class MissedCue(Exception):
    """Somebody on the stage waited in vain for the bots' answer."""


@dataclass(slots=True)
class Director:
    """Tells everybody on the stage what to do. `news` is what happened so far, for the board."""

    cast: Cast
    store: Store
    newsroom: Newsroom
    enrolment: Enrolment
    news: list[str] = field(default_factory=list)
    corrected: int = 0
    """The number of the replayed entry that Erin corrects: #4, or the last of a shorter coverage."""
    retracted: int = 0
    """The number of the replayed entry that Dee retracts: #9, or the first of a shorter coverage."""

    async def gather(self, coverage: Coverage) -> None:
        """Editors enrol by one-time invitations; a reader, a group's admin and a moderator follow by commands."""
        erin, dee = self.cast.telegram_editor, self.cast.discord_editor
        invitation = await self.enrolment.invite("Erin", Role.EDITOR, by="rehearsal")
        await self._says(erin, erin.private_chat(self.cast.telegram_bot), f"/start {invitation.payload}")
        if coverage.status is not CoverageStatus.LIVE:
            await self._says(erin, erin.private_chat(self.cast.telegram_bot), f"/coverage open {coverage.slug}")
            self._tell("Erin opens the page once more, to play it again")
        await self._discord_knows_us()
        invitation = await self.enrolment.invite("Dee", Role.EDITOR, by="rehearsal")
        await self._uses(dee.uses("desk join", channel=self.cast.desk, code=invitation.code))

        ann = self.cast.reader
        await self._says(ann, ann.private_chat(self.cast.telegram_bot), "/start")
        await self._says(ann, ann.private_chat(self.cast.telegram_bot), f"/follow {coverage.slug}")
        self._tell("Ann follows in her private Telegram chat")
        await self._says(self.cast.admin, self.cast.topic, f"/follow@{self.cast.telegram_bot.username} {coverage.slug}")
        self._tell("Bashir follows in the group's topic")
        follow = self.cast.moderator.uses("live follow", channel=self.cast.channel, coverage=coverage.slug)
        await self._uses(follow)
        self._tell("Mo follows in the Discord channel")

    async def replay(self, coverage: Coverage, speed: float | None) -> None:
        """Send the stored coverage in its own rhythm, `speed` times as fast as it happened (None: in 80 seconds)."""
        await self.newsroom.send_summary(coverage)
        self._tell("the standing summary goes out")
        entries = await self.newsroom.unsent(coverage)
        numbers = [entry.number for entry in entries]
        self.corrected = _CORRECTED if _CORRECTED in numbers else numbers[-1]
        self.retracted = _RETRACTED if _RETRACTED in numbers else numbers[0]
        if speed is None:
            speed = max(1.0, (entries[-1].display_at - entries[0].display_at).total_seconds() / _REPLAY_SECONDS)
        loop = asyncio.get_running_loop()
        began = loop.time()
        for entry in entries:
            happened = (entry.display_at - entries[0].display_at) / timedelta(seconds=1)
            await asyncio.sleep(max(0.0, began + happened / speed - loop.time()))
            await self.newsroom.send_stored(entry)
            self._tell(f"#{entry.number} goes out: {entry.content.headline}")

    async def type_at_the_desks(self, coverage: Coverage) -> None:
        """One entry, one correction and one retraction typed by an editor on each platform."""
        await self._type_on_telegram(coverage)
        await self._type_on_discord(coverage)

    async def _type_on_telegram(self, coverage: Coverage) -> None:
        erin = self.cast.telegram_editor
        desk = erin.private_chat(self.cast.telegram_bot)
        await self._says(erin, desk, f"/coverage use {coverage.slug}")
        draft = "The desk is at work\nErin sends this from her phone, as a plain message, and presses **Publish**."
        card = await self._says(erin, desk, draft, until=lambda seen: _label("button.entry") in seen.labels)
        await erin.presses(card, _label("button.entry"))
        own = await self._published(coverage)
        self._tell(f"Erin publishes #{own.number} from her phone")
        corrected = await self.newsroom.entry(coverage, self.corrected)
        await self._says(
            erin, desk, f"/correct {self.corrected}\nNote: {_NOTE}\n{content.typed_again(corrected.content)}"
        )
        self._tell(f"Erin corrects #{self.corrected}")
        await self._left(own)
        await self._says(erin, desk, f"/retract {own.number} {_REASON}")
        self._tell(f"Erin retracts #{own.number}")

    async def _type_on_discord(self, coverage: Coverage) -> None:
        dee, desk = self.cast.discord_editor, self.cast.desk
        await self._uses(dee.uses("desk coverage-use", channel=desk, coverage=coverage.slug))
        await self._uses(dee.uses("desk post", channel=desk, text="Dee joins the desk\nThis one was typed in Discord."))
        own = await self._published(coverage)
        self._tell(f"Dee publishes #{own.number} in Discord")
        await self._left(own)
        better = "Dee joins the desk\nThis one was typed in Discord, and then put right there."
        correct = dee.uses("desk correct", channel=desk, entry=str(own.number), text=better, note=_NOTE)
        await self._uses(correct)
        self._tell(f"Dee corrects #{own.number}")
        await self._uses(dee.uses("desk retract", channel=desk, entry=str(self.retracted), reason=_REASON))
        self._tell(f"Dee retracts #{self.retracted}")

    async def _says(
        self, who: Person, where: Chat | Topic, text: str, *, until: Callable[[SeenMessage], bool] = lambda _: True
    ) -> SeenMessage:
        said = await who.says(where, text)
        bot = self.cast.telegram_bot
        try:
            return await where.wait_for(
                lambda seen: seen.author is bot and seen.id > said.id and until(seen),
                _PATIENCE,
            )
        except TimeoutError as silence:
            raise MissedCue(f"{who.name} typed {text.splitlines()[0]!r} and got no answer: {silence}") from silence

    async def _uses(self, asked: Awaitable[Answer]) -> Answer:
        answer = await asked
        if answer.failed:
            raise MissedCue(f"Discord: {answer!r}")
        return answer

    async def _discord_knows_us(self) -> None:
        """Wait until people find our commands: nobody could use one before."""
        app = self.cast.discord_app

        async def known() -> bool:
            return app.connected and bool(app.commands.everywhere)

        try:
            async with asyncio.timeout(_PATIENCE):
                await _until(known)
        except TimeoutError as silence:
            raise MissedCue("Discord offers people none of our commands, or does not hear us") from silence

    async def _published(self, coverage: Coverage) -> Entry:
        """The entry an editor has just typed: the newest."""
        return (await self.newsroom.newest(coverage, 1))[-1]

    async def everything_is_carried(self) -> None:
        """Wait until nothing is on its way any more."""

        async def carried() -> bool:
            return not await self.store.read(broadcasts.unfinished)

        await _until(carried)

    async def _left(self, entry: Entry) -> None:
        """Wait until the undo window is over and every place has the entry."""

        async def left() -> bool:
            progress = await self.newsroom.progress(entry)
            return bool(progress) and all(one.finished for one in progress.values())

        await _until(left)

    def _tell(self, what: str) -> None:
        self.news.append(what)


def _label(key: str) -> str:
    return words("en").tell(Said(key))


async def _until(so: Callable[[], Awaitable[bool]]) -> None:
    # Neither the store nor Discord's front has a bell to ring; the rehearsal as a whole has a limit to its patience.
    while not await so():  # noqa: ASYNC110 -- see above
        await asyncio.sleep(0.2)
