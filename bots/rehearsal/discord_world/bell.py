"""Waiting for the world to change: whoever waits looks again each time something happened."""

import asyncio
from collections.abc import Callable


class Bell:
    """Rings at every change."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake everybody who waits."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def wait_until(self, happened: Callable[[], bool], patience: float) -> bool:
        """Wait until something is so; say whether it came within so many seconds."""
        try:
            async with asyncio.timeout(patience):
                while not happened():
                    future = asyncio.get_running_loop().create_future()
                    self._waiting.add(future)
                    try:
                        await future
                    finally:
                        self._waiting.discard(future)
        except TimeoutError:
            return happened()
        return True
