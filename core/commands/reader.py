"""What readers, and who manages a group or a server, may ask: see what is on, follow, look, stop."""

from datetime import timedelta

from core.commands import forms
from core.commands.buttons import Act, Buttons
from core.commands.call import Call, Pressed, Rows, short, spoken, spot
from core.commands.forms import Speaker
from core.commands.heard import Incoming, Mark, Place
from core.commands.reply import Button, Reply, Style
from core.errors import NothingLive, NotManager
from core.locales import Said, say
from core.model import Coverage, Level, Platform, Rules
from core.readership import Followed, Following, Readership

SHOWN = 5
"""Coverages offered as buttons, one a row: what both platforms show without scrolling or an error."""

_UNDO = timedelta(minutes=1)


class Readers:
    """Answers readers. Following needs the right to manage the place, except in private."""

    def __init__(self, readership: Readership, buttons: Buttons) -> None:
        """`buttons` issues the one that takes a stop back."""
        self._readership = readership
        self._buttons = buttons

    async def start(self, call: Call) -> Reply:
        """Greet; a deep link's `c_<slug>` follows at once."""
        payload = call.given.get("payload")
        if payload.startswith("c_"):
            return await self._follow_words(call, payload.removeprefix("c_"), Level.ALL)
        back = await self._readership.returned(spot(call.place, call.incoming.language))
        live = await self._readership.live()
        followed = await self._readership.following(call.place.account, call.place.address)
        greeting = say("start.back" if back and followed else f"start.{_where(call.place)}")
        lines = (greeting, *_listed(live, followed, call.place))
        desk = (say("start.editor"),) if call.person and call.place.platform is Platform.TELEGRAM else ()
        return call.reply(*lines, *desk, buttons=offers(live, followed), private=False)

    async def live(self, call: Call) -> Reply:
        """What is on now, with a Follow button each."""
        live = await self._readership.live()
        followed = await self._readership.following(call.place.account, call.place.address)
        return call.reply(*_listed(live, followed, call.place), buttons=offers(live, followed))

    async def follow(self, call: Call) -> Reply:
        """Follow what was named, or the only coverage there is; else offer what is on."""
        return await self._follow_words(call, call.given.get("coverage"), Level(call.given.get("level") or Level.ALL))

    async def following(self, call: Call) -> Reply:
        """What this place follows, with a Stop button each."""
        followed = await self._readership.following(call.place.account, call.place.address)
        if not followed:
            return call.reply(say("following.none", live=spoken(call.place.platform, "live")))
        lines = (say("following.list"), *(_followed(one) for one in followed))
        rows = tuple(
            (Button(say("stop.button", title=short(one.coverage.title)), f"stop:{one.coverage.id}"),)
            for one in followed[:SHOWN]
        )
        return call.reply(*lines, buttons=rows)

    async def stop(self, call: Call) -> Reply:
        """Stop one coverage or all of them: no question asked, and a minute to take it back."""
        words = call.given.get("coverage")
        coverage = await self._readership.coverage(words) if words else None
        if _masked(call.incoming):
            proof = Button(say("masked.stop"), f"stop:{coverage.id if coverage else 0}", Style.STOP)
            return call.reply(say("masked.prove"), buttons=((proof,),), private=False)
        _check_manages(call.place, place_admin=call.incoming.place_admin)
        lines, rows = await self._stopped(call.place, call.incoming.caller, coverage)
        return call.reply(*lines, buttons=rows)

    async def help(self, call: Call) -> Reply:
        """What one may say here."""
        platform = call.place.platform
        heard = (Speaker.ANYONE, Speaker.MANAGER, Speaker.EDITOR) if call.person else (Speaker.ANYONE, Speaker.MANAGER)
        shown = [one for one in forms.COMMANDS if one.listed and one.speaker in heard and one.typed(platform)]
        rows = [say("help.line", command=spoken(platform, one.name), what=say(one.key)) for one in shown]
        desk = (say("help.editor"),) if call.person and platform is Platform.TELEGRAM else ()
        return call.reply(say("help.intro"), *rows, *desk)

    async def press_follow(self, pressed: Pressed, coverage_id: int, level: Level) -> Reply:
        """A Follow button: the same as typing it, by whoever pressed."""
        _check_manages(pressed.place, place_admin=pressed.place_admin)
        coverage = await self._readership.get(coverage_id)
        here = spot(pressed.place, pressed.language, pressed.caller)
        followed = await self._readership.follow(here, coverage, Rules(level))
        return pressed.reply(*_confirmation(followed, coverage, level, pressed.place), replaces=False)

    async def press_stop(self, pressed: Pressed, coverage_id: int) -> Reply:
        """A Stop button: the same as typing it; 0 means everything."""
        _check_manages(pressed.place, place_admin=pressed.place_admin)
        coverage = await self._readership.get(coverage_id) if coverage_id else None
        lines, rows = await self._stopped(pressed.place, pressed.caller, coverage)
        return pressed.reply(*lines, buttons=rows, replaces=False)

    async def press_back(self, pressed: Pressed) -> Reply:
        """Take a stop back."""
        wanted = {int(target): Rules(Level(level)) for target, level in pressed.payload["wanted"].items()}
        by = None if pressed.place.private else pressed.caller
        await self._readership.restore(pressed.payload["destination"], wanted, by)
        followed = await self._readership.following(pressed.place.account, pressed.place.address)
        return pressed.reply(say("stop.undone"), *(_followed(one) for one in followed))

    async def _follow_words(self, call: Call, words: str, level: Level) -> Reply:
        live = await self._readership.live()
        if not words and len(live) != 1:
            if not live:
                raise NothingLive
            return call.reply(say("follow.which"), buttons=offers(live, (), level))
        coverage = await self._readership.coverage(words) if words else live[0]
        if _masked(call.incoming):
            proof = Button(_follow_label(coverage), f"follow:{coverage.id}:{level}", Style.GO)
            return call.reply(say("masked.prove"), buttons=((proof,),), private=False)
        _check_manages(call.place, place_admin=call.incoming.place_admin)
        here = spot(call.place, call.incoming.language, call.incoming.caller)
        followed = await self._readership.follow(here, coverage, Rules(level))
        return call.reply(*_confirmation(followed, coverage, level, call.place))

    async def _stopped(self, place: Place, caller: int, coverage: Coverage | None) -> tuple[tuple[Said, ...], Rows]:
        stopped = await self._readership.stop(place.account, place.address, coverage)
        if stopped is None:
            return (say("stop.nothing"),), ()
        wanted = {str(one.coverage.id): one.subscription.rules.entries.value for one in stopped.dropped}
        undo = await self._buttons.make(
            Act.BACK,
            say("stop.undo"),
            {"caller": caller, "destination": stopped.destination_id, "wanted": wanted},
            None,
            lifetime=_UNDO,
        )
        titles = tuple(say("list.line", title=one.coverage.title) for one in stopped.dropped)
        head = say("stop.one", title=stopped.dropped[0].coverage.title) if len(titles) == 1 else say("stop.all")
        return (head, *(titles if len(titles) > 1 else ()), say("stop.how_back")), ((undo,),)


def offers(live: tuple[Coverage, ...], followed: tuple[Following, ...], level: Level = Level.ALL) -> Rows:
    """A Follow button for each coverage that is on and not followed yet."""
    mine = {one.coverage.id for one in followed}
    fresh = [one for one in live if one.id not in mine][:SHOWN]
    return tuple((Button(_follow_label(one), f"follow:{one.id}:{level}", Style.GO),) for one in fresh)


def _closed_note(coverage: Coverage) -> tuple[Said, ...]:
    """What a follower of a coverage that is not live should know."""
    return (say(f"follow.{coverage.status.value}", title=coverage.title),) if coverage.status.value != "live" else ()


def _check_manages(place: Place, *, place_admin: bool) -> None:
    if not (place.private or place_admin):
        raise NotManager


def _masked(incoming: Incoming) -> bool:
    return not incoming.place.private and bool(incoming.marks & {Mark.ANONYMOUS, Mark.AS_CHANNEL})


def _where(place: Place) -> str:
    return "private" if place.private else "place"


def _listed(live: tuple[Coverage, ...], followed: tuple[Following, ...], place: Place) -> tuple[Said, ...]:
    if not live:
        return (say("live.nothing"),)
    mine = {one.coverage.id for one in followed}
    rows = tuple(
        say("live.followed" if one.id in mine else "live.line", title=one.title, slug=one.slug) for one in live[:SHOWN]
    )
    more = (say("live.more", count=len(live) - SHOWN, follow=spoken(place.platform, "follow")),)
    return (say("live.list"), *rows, *(more if len(live) > SHOWN else ()))


def _follow_label(coverage: Coverage) -> Said:
    return say("follow.button", title=short(coverage.title))


def _followed(one: Following) -> Said:
    return say("following.line", title=one.coverage.title, level=say(f"choice.{one.subscription.rules.entries.value}"))


def _confirmation(followed: Followed, coverage: Coverage, level: Level, place: Place) -> tuple[Said, ...]:
    known = "again" if not (followed.new or followed.changed) else "done"
    head = say(f"follow.{known}", title=coverage.title, level=say(f"choice.{level.value}"))
    stop = say("follow.how_stop", stop=spoken(place.platform, "stop", coverage=coverage.slug))
    return (head, *_closed_note(coverage), *((say("follow.summary"),) if followed.summary else ()), stop)
