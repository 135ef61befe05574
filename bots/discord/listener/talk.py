"""One interaction's answers: the first within three seconds, more within fifteen minutes (docs, interactions)."""

from collections.abc import Sequence
from enum import IntEnum

from discord.http import Route

from bots.discord.calls import Calls, NotDone, Payload, Upload
from core.platform import Unknown

ORIGINAL = "@original"
"""Discord's name for the message that was the first answer, or whose button was pressed."""


class First(IntEnum):
    """What the first answer may be (docs, interaction callback type)."""

    MESSAGE = 4
    WAIT = 5
    WAIT_UNSEEN = 6
    UPDATE = 7
    CHOICES = 8
    FORM = 9


class Talk:
    """What we say to one interaction. Every method may raise NotDone."""

    def __init__(self, calls: Calls, application_id: int, interaction_id: int, token: str) -> None:
        """The token is the interaction's and good for fifteen minutes."""
        self._calls = calls
        self._application, self._interaction, self._token = application_id, interaction_id, token
        self.waiting: First | None = None
        """The first answer, when it only was that they must wait."""

    async def first(self, kind: First, data: Payload | None = None, uploads: Sequence[Upload] = ()) -> None:
        """Give the first answer. It does not pass the account's gate: three seconds are not to be queued for."""
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        route = Route("POST", path, webhook_id=self._interaction, webhook_token=self._token)
        await self._calls.make(route, {"type": int(kind), **({"data": data} if data is not None else {})}, uploads)

    async def wait(self, kind: First, data: Payload | None = None) -> None:
        """Ask for patience."""
        self.waiting = kind
        await self.first(kind, data)

    async def more(self, data: Payload, uploads: Sequence[Upload] = ()) -> str:
        """Say something more; gives the message's id."""
        path = "/webhooks/{webhook_id}/{webhook_token}"
        route = Route("POST", path, webhook_id=self._application, webhook_token=self._token)
        body = await self._calls.make(route, data, uploads)
        if not (isinstance(body, dict) and "id" in body):
            raise NotDone(Unknown("the answer is not a message"))
        return str(body["id"])

    async def change(self, message: str, data: Payload, uploads: Sequence[Upload] = ()) -> None:
        """Change one of our answers."""
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
        route = Route("PATCH", path, webhook_id=self._application, webhook_token=self._token, message_id=message)
        await self._calls.make(route, data, uploads)
