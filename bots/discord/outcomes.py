"""What Discord or the network did, as an outcome of the port; the courier alone decides what follows.

Codes are Discord's own (docs, topics/opcodes-and-status-codes); rights are called what Discord's settings call them.
"""

import aiohttp
import discord

from bots.discord.transport import Crossing, Flooded, NotOursError
from core.platform import Forbidden, Gone, Lost, NotSent, Outcome, Reach, Rejected, Unknown

ARCHIVED = 50083
"""The thread sleeps; it may be woken once and the call repeated."""
TOO_LARGE = frozenset({40005, 50045, 50046})
"""Request too large, file too large, not a file: without its pictures the same words may pass."""
MISSING_PERMISSIONS = 50013
NO_HISTORY = 160002
"""Nothing may be answered here; the same words may stand on their own."""

# A token refused or our address blocked: a person must act, so there is no hurry.
_ACCOUNT_TROUBLE = 60.0
_BLOCKED = 40333

_GONE = {
    10003: "deleted",
    10004: "deleted",
    40058: "takes no messages",
    50007: "blocked",
    50008: "takes no messages",
    50024: "takes no messages",
    50278: "no server in common",
}
_LOST = {
    10008: "the message no longer exists",
    50005: "the message is not ours",
    50021: "the message is one of Discord's own",
}
_MISSING = {
    50001: "View Channel",
    MISSING_PERMISSIONS: "Send Messages",
    NO_HISTORY: "Read Message History",
    ARCHIVED: "Manage Threads",
    160005: "Manage Threads",
    200000: "an exception from AutoMod",
    200001: "an exception from AutoMod",
}
# Slow mode and write limits, when they come without a time of their own; edits of messages older than an hour (30046)
# and of published ones (20022) come back slowly.
_LATER = {20016: 10.0, 20028: 10.0, 20029: 10.0, 20022: 600.0, 30046: 60.0}


def outcome(error: Exception, crossing: Crossing) -> Outcome:
    """The outcome an exception of discord.py or aiohttp means. Raises what neither a platform nor a network does."""
    match error:
        case Flooded():
            return NotSent(error.seconds, error.reach, error.why)
        case discord.RateLimited():
            return NotSent(error.retry_after, Reach.DESTINATION, "the channel's own rate limit")
        case NotOursError():
            return NotSent(0.0, Reach.ACCOUNT, "another process owns this account")
        case discord.DiscordServerError():
            return Unknown(f"Discord failed ({error.status})")
        case discord.HTTPException():
            return _refused(error)
        case aiohttp.ClientError() | OSError() | ValueError() | KeyError():
            # The last two: an answer that is not JSON, or that lacks the headers discord.py counts on.
            return _broken(error, crossing)
        case _:
            raise error


def _broken(error: Exception, crossing: Crossing) -> Outcome:
    why = type(error).__name__
    if crossing.left:
        return Unknown(f"no usable answer ({why})")
    return NotSent(0.0, Reach.ACCOUNT, f"no connection to Discord ({why})")


def _refused(error: discord.HTTPException) -> Outcome:
    code = error.code
    if error.status == 401 or code == _BLOCKED or (error.status == 403 and not code):
        return NotSent(_ACCOUNT_TROUBLE, Reach.ACCOUNT, f"Discord refuses this account ({error.status}, {code})")
    if code in _GONE:
        return Gone(_GONE[code])
    if code in _MISSING:
        return Forbidden(_MISSING[code])
    if code in _LOST:
        return Lost(_LOST[code])
    if code in _LATER:
        return NotSent(_LATER[code], Reach.DESTINATION, f"Discord asks us to wait ({code})")
    return _unnamed(error)


def _unnamed(error: discord.HTTPException) -> Outcome:
    if error.status == 403:
        return Forbidden(f"something Discord does not name ({error.code})")
    if error.status == 404:
        # No code of Discord's: a proxy's page between us, or an address that Discord no longer serves.
        return NotSent(_ACCOUNT_TROUBLE, Reach.ACCOUNT, "something answers for Discord that is not Discord (404)")
    return Rejected(_short(error.text) or f"refused ({error.status}, {error.code})")


def _short(words: str) -> str:
    return " ".join(words.split())[:200]
