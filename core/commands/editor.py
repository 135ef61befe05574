"""What editors may say about entries: publish, alert, correct, retract, sum up. The gate has let them in already."""

from core.commands import asks, forms, previews
from core.commands import content as contents
from core.commands.call import Call, Pressed, spoken
from core.commands.cards import Cards
from core.commands.given import read
from core.commands.meant import Meant
from core.commands.reply import Button, Reply
from core.commands.rooms import Rooms
from core.errors import CoverageNotOpen, SecondHand, TooLong, WordsMissing
from core.locales import Said, say
from core.model import Content, Coverage, CoverageStatus, Entry, Importance, Platform, Summary
from core.store.drafts import Intent

LONGEST_ALERT = 200
"""Characters: an alert is read on a locked phone."""


class Editors:
    """Does what editors say. Typed commands act at once; what was shown first acts by its button."""

    def __init__(self, rooms: Rooms, cards: Cards) -> None:
        """The rooms, and the cards for what must be seen before it goes."""
        self._rooms = rooms
        self._cards = cards
        self._meant = Meant(rooms)

    async def post(self, call: Call) -> Reply:
        """`/post text`: publish, with a few seconds to take it back. What was said already is shown first.

        The command changed afterwards opens the correction of what it published.
        """
        entry = await self._rooms.newsroom.published_as(call.editor, call.incoming.edits)
        if entry is not None:
            return await self._correction(call, entry, call.given.get("text"), "")
        coverage = await self._open(call)
        content = _typed(call, "post")
        if call.drafting or await self._repeats(call, coverage, content):
            return await self._cards.open(call, Intent.ENTRY, coverage, content)
        published = await self._rooms.newsroom.publish(call.editor, coverage, content, token=call.incoming.token)
        return await self._queued(call, coverage, published.entry)

    async def words(self, call: Call) -> Reply:
        """Text or pictures without a command, in private: a draft; in answer to a copy, its correction.

        A copy forwarded here is no new entry: its words come back to be corrected.
        """
        copied = await self._meant.forwarded(call)
        if copied is not None:
            return _to_correct(call, copied)
        if call.incoming.reply_to is not None:
            entry = await self._meant.copy(call)
            if entry is not None:
                given = read(forms.named("correct"), call.incoming.words, answers=True)
                return await self._correction(call, entry, given.get("text"), given.get("note"))
        coverage = await self._open(call)
        return await self._cards.open(call, Intent.ENTRY, coverage, _typed(call, "post"))

    async def alert(self, call: Call) -> Reply:
        """`/alert text`: always shown first, with whom it reaches; then a phrase, and time to cancel (P12)."""
        words = call.given.get("text")
        if words.upper().startswith("SEND ") and not call.drafting:
            sent = await self._cards.phrased(call, words)
            if sent is not None:
                return sent
        coverage = await self._open(call)
        content = _typed(call, "alert", Importance.BREAKING)
        length = contents.length(content)
        if length > LONGEST_ALERT:
            raise TooLong(limit=LONGEST_ALERT, length=length)
        return await self._cards.open(call, Intent.ALERT, coverage, content)

    async def correct(self, call: Call) -> Reply:
        """`/correct 17 new text`, or in answer to a copy; a line "Note: …" tells readers what was wrong."""
        entry, answered = await self._meant.entry(call)
        words, note = call.given.get("text"), call.given.get("note")
        if not (words.strip() or call.incoming.pictures or (note and call.place.platform is Platform.TELEGRAM)):
            return await self._ask(call, entry, contents.typed_again(entry.content))
        newsroom = self._rooms.newsroom
        content = contents.corrected(entry.content, words, call.incoming.pictures, note=note, now=newsroom.now())
        # Who meant one word of a long entry would leave readers with that word.
        doubtful = not note and contents.shrinks(entry.content, content)
        if answered or call.drafting or doubtful:
            return await self._cards.open(call, Intent.CORRECT, await newsroom.home(entry), content, entry=entry)
        changed = await newsroom.correct(
            call.editor, entry, content, expected=entry.revision, token=call.incoming.token
        )
        return call.reply(*await self._cards.changes.corrected(changed), *_untold(call, entry, content))

    async def retract(self, call: Call) -> Reply:
        """`/retract 17 reason`: every copy becomes a notice. In answer to a copy it is shown first."""
        entry, answered = await self._meant.entry(call)
        reason = call.given.get("reason")
        if not reason.strip():
            return await self._ask(call, entry)
        newsroom = self._rooms.newsroom
        home = await newsroom.home(entry)
        if answered or call.drafting:
            content = contents.withdrawn(entry.content, reason)
            return await self._cards.open(call, Intent.RETRACT, home, content, entry=entry)
        gone = await newsroom.retract(
            call.editor, entry, contents.reason(reason), expected=entry.revision, token=call.incoming.token
        )
        lines, later = await self._cards.changes.retracted(gone)
        return call.reply(*lines, later=later)

    async def summary(self, call: Call) -> Reply:
        """`/summary` with a point a line replaces the standing summary; alone it shows it."""
        coverage = await self._meant.coverage(call)
        points = contents.points(call.given.get("points"))
        if points and call.drafting:
            raise SecondHand
        standing = await self._rooms.newsroom.summary(coverage)
        if points:
            return await self._summed_up(call, coverage, standing, points)
        platform = call.place.platform
        how = say(f"summary.how.{platform.value}", command=spoken(platform, "summary"))
        label = say("summary.change" if standing else "summary.write")
        rows = ((Button(label, f"ask:summary:{coverage.id}"),),) if platform is Platform.DISCORD else ()
        if standing is None:
            return call.reply(say("summary.none", title=coverage.title), how, buttons=rows)
        return call.reply(how, buttons=rows, preview=previews.of_summary(coverage, standing))

    async def _summed_up(
        self, call: Call, coverage: Coverage, standing: Summary | None, points: tuple[str, ...]
    ) -> Reply:
        if standing is not None and standing.points == points:
            return call.reply(say("summary.same", title=coverage.title))
        await self._rooms.newsroom.set_summary(call.editor, coverage, points)
        key = "summary.done" if coverage.status is CoverageStatus.LIVE else "summary.kept"
        status = say(f"status.{coverage.status.value}")
        return call.reply(say(key, count=len(points), title=coverage.title, status=status))

    async def change_summary(self, pressed: Pressed, coverage_id: int) -> Reply:
        """Discord: a modal with the summary as it stands."""
        coverage = await self._rooms.readership.get(coverage_id)
        standing = await self._rooms.newsroom.summary(coverage)
        now = "\n".join(standing.points) if standing else ""
        return pressed.reply(ask=asks.form(forms.named("summary"), {"coverage": coverage.slug}, now), replaces=False)

    async def _open(self, call: Call) -> Coverage:
        """The coverage that is meant, for something new. Raises CoverageNotOpen and what `Meant.coverage` raises."""
        coverage = await self._meant.coverage(call)
        if coverage.status is not CoverageStatus.LIVE:
            raise CoverageNotOpen(coverage.slug, coverage.status.value)
        return coverage

    async def _queued(self, call: Call, coverage: Coverage, entry: Entry) -> Reply:
        lines, buttons, later = await self._cards.queued(call.editor, call.place, coverage, entry, alert=False)
        return call.reply(*lines, buttons=buttons, later=later)

    async def _correction(self, call: Call, entry: Entry, words: str, note: str) -> Reply:
        newsroom = self._rooms.newsroom
        content = contents.corrected(entry.content, words, call.incoming.pictures, note=note, now=newsroom.now())
        return await self._cards.open(call, Intent.CORRECT, await newsroom.home(entry), content, entry=entry)

    async def _ask(self, call: Call, entry: Entry, value: str = "") -> Reply:
        """Ask for the words an entry is to be changed with. Raises WordsMissing where nothing can be asked."""
        home = await self._rooms.newsroom.home(entry)
        asked = asks.missing(call, value=value, entry=f"{home.slug}#{entry.number}")
        if asked is not None:
            return call.reply(ask=asked)
        if not value:
            raise WordsMissing(call.given.command.name)
        return _to_correct(call, entry)

    async def _repeats(self, call: Call, coverage: Coverage, content: Content) -> bool:
        newsroom = self._rooms.newsroom
        if await newsroom.said_already(coverage, content) is None:
            return False
        # The same command once more is not a repetition: it gets the same answer.
        return not await newsroom.answered(call.editor, call.incoming.token)


def _to_correct(call: Call, entry: Entry) -> Reply:
    """How an entry is corrected, with its words to copy."""
    now = say("correct.now", number=str(entry.number))
    return call.reply(say("usage.correct"), now, say("list.line", title=contents.typed_again(entry.content)))


def _untold(call: Call, entry: Entry, after: Content) -> tuple[Said, ...]:
    """That readers were not told of a correction, if they were not, and how to tell them."""
    if after.corrections != entry.content.corrections:
        return ()
    platform = call.place.platform
    return (say(f"untold.{platform.value}", command=spoken(platform, "correct", entry=str(entry.number))),)


def _typed(call: Call, command: str, importance: Importance = Importance.NORMAL) -> Content:
    """The content that was typed. Raises WordsMissing when there is none."""
    words = call.given.get("text")
    pictures = call.incoming.pictures
    if call.given.get("importance") == "key":
        importance = Importance.KEY
    content = contents.written(words, pictures, alt=call.given.get("alt"), importance=importance)
    if not content.headline and not content.blocks:
        raise WordsMissing(command)
    return content
