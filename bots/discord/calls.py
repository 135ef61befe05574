"""One call to Discord with a deadline of our own: what came back, or the outcome that says why nothing did."""

import asyncio
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bots.discord import outcomes
from bots.discord.transport import Crossing, Http
from core.platform import NotSent, Outcome, Reach, Unknown

Payload = dict[str, Any]

PATIENCE = 10.0
"""Seconds to wait for an answer once a request has left (faults.md N7)."""
_CONNECT = 10.0
# A slow line still gets its pictures up.
_BYTES_A_SECOND = 250_000


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a message."""

    filename: str
    content: bytes
    media_type: str


class NotDone(Exception):
    """The call did not do what was asked; `outcome` says so in the port's words, `code` in Discord's (0: none)."""

    def __init__(self, outcome: Outcome, code: int = 0) -> None:
        """Carry both."""
        super().__init__(outcome)
        self.outcome, self.code = outcome, code


class Calls:
    """Makes calls and never cancels one that has left: somebody may be reading it already.

    It outlives the clients it speaks through, of which there is one for each time the account is ours.
    """

    def __init__(self, patience: float = PATIENCE, refused: Callable[[int], None] = lambda _: None) -> None:
        """`patience`: seconds to wait for an answer after a request has left. Nothing can be said before `over`.

        `refused` hears Discord's code for each call that failed (0: none).
        """
        self._http: Http | None = None
        self._patience = patience
        self._refused = refused
        self._running: set[asyncio.Task[Any]] = set()

    def over(self, http: Http) -> None:
        """Speak through this from now on."""
        self._http = http

    async def make(
        self, route: Route, payload: Payload | list[Payload] | None = None, uploads: Sequence[Upload] = ()
    ) -> Any:
        """Make one call and give its body. NotDone when it failed, or when nobody can know."""
        if self._http is None:
            raise NotDone(NotSent(0.0, Reach.ACCOUNT, "not logged in to Discord yet"))
        crossing = Crossing()
        # Silence ends the request when it ends our patience: its bucket must not keep the next try waiting.
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT, sock_read=self._patience)
        request = self._http.request(route, crossing=crossing, timeout=timeout, **_body(payload, uploads))
        task = asyncio.create_task(request)
        self._running.add(task)
        task.add_done_callback(self._ended)
        patience = self._patience + sum(len(upload.content) for upload in uploads) / _BYTES_A_SECOND
        try:
            await _wait(task, crossing, patience)
        except asyncio.CancelledError:
            if not crossing.left:
                task.cancel()
            raise
        if not task.done():
            raise NotDone(Unknown(f"no answer in {patience:g} s"))
        if task.cancelled():
            left = "the account was given up meanwhile"
            raise NotDone(Unknown(left) if crossing.left else NotSent(0.0, Reach.ACCOUNT, left))
        error = task.exception()
        if error is None:
            return task.result()
        if not isinstance(error, Exception):
            raise error
        self._refused(_code(error))
        raise NotDone(outcomes.outcome(error, crossing), _code(error)) from error

    async def close(self) -> None:
        """Let go of the calls whose answers nobody waits for any more."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            # Looked at here, so that an answer nobody waited for is not reported as a lost exception.
            task.exception()


async def _wait(task: asyncio.Task[Any], crossing: Crossing, patience: float) -> None:
    """Wait as long as the gate and the bucket want, then `patience` for the answer."""
    departure = asyncio.create_task(crossing.departed.wait())
    try:
        await asyncio.wait({task, departure}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            await asyncio.wait({task}, timeout=patience)
    finally:
        departure.cancel()


def _body(payload: Payload | list[Payload] | None, uploads: Sequence[Upload]) -> dict[str, Any]:
    if not uploads:
        return {} if payload is None else {"json": payload}
    form: list[dict[str, Any]] = [{"name": "payload_json", "value": json.dumps(payload)}]
    for at, upload in enumerate(uploads):
        form.append(
            {
                "name": f"files[{at}]",
                "value": io.BytesIO(upload.content),
                "filename": upload.filename,
                "content_type": upload.media_type,
            }
        )
    return {"form": form}


def _code(error: BaseException) -> int:
    return error.code if isinstance(error, discord.HTTPException) else 0
