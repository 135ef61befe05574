"""How one account's platform is doing: hears how every call ended, and falls silent while nothing would arrive.

The circuit decides; here it meets the lane's clock, the log and the sender's harmless question.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from core.courier import gate
from core.courier.circuit import Circuit
from core.courier.readings import CircuitReading, CircuitState
from core.model import Urgency
from core.platform import NotSent, Outcome, Reach, Sender, Sent, Unknown

log = logging.getLogger(__name__)

_IN_FLIGHT = 300
# Slow answers to entries must not keep an alert from leaving.
_IN_FLIGHT_URGENT = 400


class Pulse:
    """One account's circuit at work."""

    def __init__(self, sender: Sender, lane_id: int, wake: Callable[[], None]) -> None:
        """`wake` is called when the lane may start something that it could not start before."""
        self._sender = sender
        self._lane_id = lane_id
        self._wake = wake
        self._circuit = Circuit()
        self._asking: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._said = False

    def room(self, urgency: Urgency = Urgency.ENTRY) -> int:
        """How many calls may be on the wire just now: none while the platform fails, one while it is being tried."""
        match self._circuit.state:
            case CircuitState.CLOSED:
                return _IN_FLIGHT if urgency >= Urgency.ENTRY else _IN_FLIGHT_URGENT
            case CircuitState.PROBING:
                return 1
            case CircuitState.OPEN:
                return 0

    def heard(self, outcome: Outcome) -> None:
        """Take in how a call ended."""
        good = isinstance(outcome, Sent) or _good(outcome)
        if good is None:
            return
        probing = self._circuit.state is CircuitState.PROBING
        self._circuit.heard(good=good, now=_now())
        self._tell(outcome, confirmed=probing)
        idle = self._asking is None or self._asking.done()
        if self._circuit.state is CircuitState.OPEN and idle and not self._closing.is_set():
            self._asking = asyncio.create_task(self._ask_until_it_answers(), name=f"pulse of lane {self._lane_id}")

    async def close(self) -> None:
        """Ask no more; what is being asked is waited for."""
        self._closing.set()
        if self._asking is not None:
            await asyncio.wait([self._asking])

    def reading(self) -> CircuitReading:
        """For whoever watches from outside."""
        return CircuitReading(self._sender.account, self._circuit.state)

    async def _ask_until_it_answers(self) -> None:
        while self._circuit.state is CircuitState.OPEN:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), max(0.0, self._circuit.probe_at - _now()))
            if self._closing.is_set():
                return
            outcome = await self._ask()
            self._circuit.asked(good=outcome is None or _good(outcome) is True, now=_now())
            if outcome is not None:
                self._tell(outcome, confirmed=True)
        self._wake()

    async def _ask(self) -> Outcome | None:
        with gate.speaking(Urgency.ALERT):
            try:
                return await self._sender.ping()
            except Exception:
                # A mistake of ours in the question must not silence the account: then the bulletins themselves ask.
                log.exception("the platform could not be asked", extra={"lane": self._lane_id})
                return None

    def _tell(self, outcome: Outcome, *, confirmed: bool) -> None:
        """Say once that the platform fails, when it did so again after it was asked, and once that it is back."""
        state = self._circuit.state
        if state is CircuitState.OPEN and confirmed and not self._said:
            self._said = True
            why = outcome.why if isinstance(outcome, Unknown | NotSent) else ""
            log.warning("the platform fails: everything waits in order", extra={"lane": self._lane_id, "why": why})
        if state is CircuitState.CLOSED and self._said:
            self._said = False
            log.warning("the platform answers again: sending goes on", extra={"lane": self._lane_id})


def _good(outcome: Outcome) -> bool | None:
    """Whether the platform answered; None when that says nothing (it asked us to wait)."""
    match outcome:
        case Unknown():
            return False
        case NotSent(retry_after, reach):
            return False if retry_after == 0 and reach is Reach.ACCOUNT else None
        case _:
            return True


def _now() -> float:
    return asyncio.get_running_loop().time()
