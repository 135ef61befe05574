"""One account's road out on Discord: draw, send, change, remove, and say what came of it in the port's words."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from discord.http import Route

from bots.discord import messages, outcomes
from bots.discord.calls import Calls, NotDone, Payload, Upload
from bots.discord.pictures import Fetch, Pictures
from bots.discord.render import Drawn, draw, merge
from core import locales
from core.model import Address, Bulletin, Form, Platform
from core.platform import Copy, Forbidden, Manner, Outcome, Part, Sent, Unknown

Missing = Callable[[int], str]
"""Names the right we lack in a channel, as Discord's settings call it."""


class DiscordSender:
    """Implements `core.platform.Sender`."""

    platform = Platform.DISCORD

    def __init__(self, account: str, calls: Calls, fetch: Fetch, missing: Missing) -> None:
        """`account` is the name in the settings."""
        self.account = account
        self._calls = calls
        self._pictures = Pictures(fetch)
        self._missing = missing

    def draw(self, bulletin: Bulletin, language: str, kept: tuple[Form, ...] = ()) -> tuple[Part, ...]:
        """Draw a bulletin in a language."""
        return _drawn(bulletin, language, kept)

    def merge(self, bulletins: tuple[Bulletin, ...], language: str) -> Part:
        """Draw several entries of one coverage as one message in a language."""
        return _merged(bulletins, language)

    async def send(self, to: Address, part: Part, manner: Manner) -> Outcome:
        """Send one message. What may not go along (pictures, cards, the link to an older message) stays behind."""
        drawn = _ours(part)
        try:
            return await self._create(to, drawn, manner)
        except NotDone as refusal:
            lighter, alone = _lighter(drawn, refusal), _alone(manner, refusal)
            if (lighter, alone) == (drawn, manner) and not await self._woken(to, refusal):
                return self._named(to, refusal)
        try:
            return await self._create(to, lighter, alone)
        except NotDone as refusal:
            return self._named(to, refusal)

    async def edit(self, to: Address, copies: tuple[Copy, ...], part: Part) -> Outcome:
        """Make a message say what `part` says."""
        drawn, copy = _ours(part), copies[0]
        try:
            return await self._change(to, copy, drawn)
        except NotDone as refusal:
            lighter = _lighter(drawn, refusal)
            if lighter == drawn and not await self._woken(to, refusal):
                return self._named(to, refusal)
        try:
            return await self._change(to, copy, lighter)
        except NotDone as refusal:
            return self._named(to, refusal)

    async def remove(self, to: Address, copy: Copy) -> Outcome:
        """Delete one message."""
        try:
            await self._calls.make(_route("DELETE", to, copy))
        except NotDone as refusal:
            return self._named(to, refusal)
        return Sent(())

    async def ping(self) -> Outcome:
        """Ask Discord who we are."""
        try:
            await self._calls.make(Route("GET", "/users/@me"))
        except NotDone as refusal:
            return refusal.outcome
        return Sent(())

    async def _create(self, to: Address, drawn: Drawn, manner: Manner) -> Outcome:
        uploads = await self._pictures.uploads(drawn.pictures)
        if len(uploads) < len(drawn.pictures):
            drawn = replace(drawn, content=drawn.bare)
        payload = messages.created(drawn, manner, uploads)
        return _copied(await self._calls.make(_route("POST", to), payload, uploads), drawn)

    async def _change(self, to: Address, copy: Copy, drawn: Drawn) -> Outcome:
        payload = messages.edited(drawn)
        if not drawn.pictures:
            return _copied(await self._patch(to, copy, payload | {"attachments": []}), drawn)
        body = await self._patch(to, copy, payload)
        if isinstance(body, dict) and not messages.shows(body, drawn.pictures):
            uploads = await self._pictures.uploads(drawn.pictures)
            body = await self._patch(to, copy, messages.with_pictures(payload, drawn.pictures, uploads), uploads)
        return _copied(body, drawn)

    async def _patch(self, to: Address, copy: Copy, payload: Payload, uploads: tuple[Upload, ...] = ()) -> Any:
        return await self._calls.make(_route("PATCH", to, copy), payload, uploads)

    async def _woken(self, to: Address, refusal: NotDone) -> bool:
        """Whether a sleeping thread could be woken."""
        if refusal.code != outcomes.ARCHIVED:
            return False
        try:
            await self._calls.make(Route("PATCH", "/channels/{channel_id}", channel_id=to.chat_id), {"archived": False})
        except NotDone:
            return False
        return True

    def _named(self, to: Address, refusal: NotDone) -> Outcome:
        if refusal.code == outcomes.MISSING_PERMISSIONS:
            return Forbidden(self._missing(to.chat_id))
        return refusal.outcome


@lru_cache(maxsize=256)
def _drawn(bulletin: Bulletin, language: str, kept: tuple[Form, ...]) -> tuple[Part, ...]:
    """Drawn once for all who get the same."""
    return draw(bulletin, locales.words(language), kept)


@lru_cache(maxsize=256)
def _merged(bulletins: tuple[Bulletin, ...], language: str) -> Part:
    """Drawn once for all who lagged alike."""
    return merge(bulletins, locales.words(language))


def _ours(part: Part) -> Drawn:
    if not isinstance(part, Drawn):
        raise TypeError(f"not drawn for Discord: {part!r:.80}")
    return part


def _route(verb: str, to: Address, copy: Copy | None = None) -> Route:
    if copy is None:
        return Route(verb, "/channels/{channel_id}/messages", channel_id=to.chat_id)
    path = "/channels/{channel_id}/messages/{message_id}"
    return Route(verb, path, channel_id=to.chat_id, message_id=copy.message_id)


def _lighter(drawn: Drawn, refusal: NotDone) -> Drawn:
    """The same words without what may have been too much or not allowed."""
    too_much = refusal.code == outcomes.MISSING_PERMISSIONS or refusal.code in outcomes.TOO_LARGE
    if too_much and (drawn.pictures or drawn.cards):
        return replace(drawn, content=drawn.bare, form=Form.TEXT, pictures=(), cards=())
    return drawn


def _alone(manner: Manner, refusal: NotDone) -> Manner:
    return replace(manner, reply_to=None) if refusal.code == outcomes.NO_HISTORY else manner


def _copied(body: Any, drawn: Drawn) -> Outcome:
    """The copy of what was drawn that a message body tells of. Anything else came from what is not Discord."""
    try:
        words = Form.MERGED if drawn.form is Form.MERGED else Form.TEXT
        form = Form.PHOTO if body["attachments"] else words
        return Sent((Copy(int(body["id"]), form),))
    except (KeyError, TypeError, ValueError):
        return Unknown("the answer is not a message")
