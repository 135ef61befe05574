"""The last look before any byte leaves for Telegram: is the account still ours?"""

from collections.abc import Callable
from typing import Any

import aiohttp

_CONNECTIONS = 256
# Shorter than any idle limit on the way, so that an idle socket's death is not mistaken for a lost request.
_KEEPALIVE_SECONDS = 15.0


class LostError(aiohttp.ClientConnectionError):
    """The account is not ours any more: nothing was sent."""


class Connector(aiohttp.TCPConnector):
    """Hands out no connection while the account is not ours (P10)."""

    def __init__(self, ours: Callable[[], bool]) -> None:
        """`ours` is asked each time."""
        super().__init__(limit=_CONNECTIONS, keepalive_timeout=_KEEPALIVE_SECONDS)
        self._ours = ours

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 -- aiohttp's signature
    ) -> aiohttp.connector.Connection:
        """Connect, or find an idle connection. Raises LostError."""
        connection = await super().connect(req, traces, timeout)
        # Connecting may take longer than a lease lasts, and so may the sleep of a process that was stopped.
        if not self._ours():
            connection.release()
            raise LostError
        return connection
