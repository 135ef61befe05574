"""Whether it is worth speaking to a platform: a circuit for one account. Pure; time is handed in, in seconds.

While most calls fail, each further one spends a reader's only second try and helps nobody. So the account falls silent,
asks the platform something harmless every few seconds, and goes on once it answers: first with one call at a time.
"""

from collections import deque

from core.courier.readings import CircuitState

_CALLS = 50
# What failed longer ago says nothing of now: an account that speaks once an hour must not wait for 25 failures.
_REMEMBERED = 60.0
_PROBE_EVERY = 5.0
_PROOFS = 2
# After an outage a single hiccup is no new one.
_CREDIT = 10


class Circuit:
    """Opens when at least half of the last calls failed; closes after two in a row that did not."""

    def __init__(self) -> None:
        """Closed: nothing has failed yet."""
        self.state = CircuitState.CLOSED
        self.probe_at = 0.0
        """When to ask the platform next, while it is open."""
        self._calls: deque[tuple[float, bool]] = deque()
        self._failed = 0
        self._proofs = 0

    def heard(self, *, good: bool, now: float) -> None:
        """Take in how a call of ours ended: the platform answered it (a refusal is an answer too), or it failed."""
        match self.state:
            case CircuitState.CLOSED:
                self._count(good=good, now=now)
                if 2 * self._failed >= len(self._calls):
                    self._open(now)
            case CircuitState.PROBING:
                self._prove(good=good, now=now)
            case CircuitState.OPEN:
                # It left before the circuit opened, and says no more about now than those that opened it.
                pass

    def asked(self, *, good: bool, now: float) -> None:
        """Take in how the platform answered when it was asked something harmless."""
        if self.state is CircuitState.OPEN and good:
            self.state = CircuitState.PROBING
            self._proofs = 0
        elif self.state is CircuitState.OPEN:
            self.probe_at = now + _PROBE_EVERY

    def _count(self, *, good: bool, now: float) -> None:
        self._calls.append((now, good))
        self._failed += not good
        while len(self._calls) > _CALLS or self._calls[0][0] < now - _REMEMBERED:
            _, ended_well = self._calls.popleft()
            self._failed -= not ended_well

    def _open(self, at: float) -> None:
        self.state = CircuitState.OPEN
        self.probe_at = at

    def _prove(self, *, good: bool, now: float) -> None:
        if not good:
            self._open(now + _PROBE_EVERY)
            return
        self._proofs += 1
        if self._proofs >= _PROOFS:
            self.state = CircuitState.CLOSED
            self._calls, self._failed = deque([(now, True)] * _CREDIT), 0
