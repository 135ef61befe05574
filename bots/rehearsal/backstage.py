"""What both halves of the stage share: the clock, the journal, the faults, the violations and the final curtain."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bots.rehearsal.faults import Faults
from bots.rehearsal.journal import Journal, Violation


@dataclass(frozen=True, slots=True)
class Backstage:
    """Handed to each world when the stage is built.

    `clock` gives seconds since 1970. `closing` is set when the stage closes: whatever waits must wake up and leave.
    """

    clock: Callable[[], float]
    journal: Journal
    faults: Faults
    violations: list[Violation] = field(default_factory=list)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, platform: str, call: str, what: str) -> None:
        """Remember something a real bot should never have done."""
        self.violations.append(Violation(platform, call, what))

    async def pause(self, seconds: float | None) -> None:
        """Wait so long (None: for ever), but never beyond the closing of the stage."""
        try:
            async with asyncio.timeout(seconds):
                await self.closing.wait()
        except TimeoutError:
            return
