"""Refusals as replies: what happened, and what the person can do about it, with a button where one press does it."""

from collections.abc import Mapping
from typing import Any

from core.commands import asks
from core.commands.buttons import Act
from core.commands.call import Call, Pressed, short, spoken
from core.commands.forms import Speaker
from core.commands.heard import Incoming, Mark
from core.commands.reader import SHOWN, offers
from core.commands.reply import Reply
from core.commands.rooms import Rooms
from core.errors import CoverageNotOpen, NoSuchCoverage, NothingLive, Refusal, WhichCoverage, WordsMissing
from core.locales import Said, Value, say
from core.model import Asset, Platform


def words(refusal: Refusal, platform: Platform, *, at_the_desk: bool = False) -> Said:
    """A refusal's words. `at_the_desk`: an editor's command was refused, so an editor's command helps."""
    params = {name: _value(name, value) for name, value in refusal.params.items()}
    match refusal:
        case CoverageNotOpen():
            params["command"] = spoken(platform, "coverage.open", coverage=str(refusal.params["slug"]))
        case NothingLive() if at_the_desk:
            new, known = spoken(platform, "coverage.new"), spoken(platform, "coverage.list")
            return say("refused.nothing_open", new=new, known=known)
    return say(refusal.key, **params)


async def reply(refusal: Refusal, call: Call, rooms: Rooms) -> Reply:
    """A refusal as an answer to what was said."""
    line = words(refusal, call.place.platform, at_the_desk=call.given.command.speaker is Speaker.EDITOR)
    match refusal:
        case WordsMissing():
            asked = asks.missing(call)
            if asked is not None:
                return call.reply(ask=asked)
            return call.reply(line, say(f"usage.{refusal.command}"))
        case WhichCoverage():
            return call.reply(line, buttons=await _choices(call, rooms))
        case NoSuchCoverage():
            return await _unknown_coverage(line, call, rooms)
    return call.reply(line)


async def _unknown_coverage(line: Said, call: Call, rooms: Rooms) -> Reply:
    """A press away for who wants to follow; for everybody else where to look."""
    command = call.given.command
    offered = offers(await rooms.readership.live(), ()) if command.name in ("follow", "start") else ()
    if offered:
        return call.reply(line, buttons=offered)
    where = spoken(call.place.platform, "coverage.list" if command.speaker is Speaker.EDITOR else "live")
    return call.reply(line, say("coverage.where", command=where))


def said_again(pressed: Pressed) -> Incoming:
    """What was said before its coverage was known, with the marks it had then."""
    said: Mapping[str, Any] = pressed.payload["said"]
    return Incoming(
        place=pressed.place,
        token=said["token"],
        caller=pressed.caller,
        language=pressed.language,
        command=said["command"],
        words=said["words"],
        options=said["options"],
        pictures=tuple(Asset(**one) for one in said["pictures"]),
        reply_to=said["reply_to"],
        marks=frozenset(Mark(one) for one in said["marks"]),
    )


async def _choices(call: Call, rooms: Rooms) -> tuple[tuple[Any, ...], ...]:
    live = await rooms.readership.live()
    said = _kept(call.incoming)
    return tuple(
        [
            (
                await rooms.buttons.make(
                    Act.CHOOSE,
                    say("list.line", title=short(one.title)),
                    {"coverage": one.id, "said": said},
                    call.editor,
                ),
            )
            for one in live[:SHOWN]
        ]
    )


def _kept(incoming: Incoming) -> dict[str, Any]:
    return {
        "token": incoming.token,
        "command": incoming.command,
        "words": incoming.words,
        "options": dict(incoming.options),
        "pictures": [{name: getattr(one, name) for name in Asset.__dataclass_fields__} for one in incoming.pictures],
        "reply_to": incoming.reply_to,
        "marks": sorted(mark.value for mark in incoming.marks),
    }


def _value(name: str, value: object) -> Value:
    if name == "status":
        return say(f"status.{value}")
    # Numbers that name things have no thousands separator; amounts do.
    return value if isinstance(value, int) and name in ("limit", "length") else str(value)
