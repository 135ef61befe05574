"""Whether another program speaks with our token: Discord lets both hear, and refuses the answer of who comes second."""

import logging
import time
from collections import deque
from collections.abc import Callable

from core.courier.gate import AccountGate

_log = logging.getLogger(__name__)

ANSWERED_ALREADY = 40060
"""Discord's code for an answer to what somebody answered before us. We answer each of them once."""
_TIMES, _WITHIN = 3, 60.0
# Three in a minute are no coincidence (faults.md I3); it counts as gone after so long without one.
_LINGERS = 180.0


class Foreign:
    """Counts how often somebody was there before us."""

    def __init__(self, account: str, gate: AccountGate, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        """`gate` is held while it lasts: whoever it is may be speaking to the same people."""
        self._account = account
        self._gate = gate
        self._elapsed = elapsed
        self._at: deque[float] = deque(maxlen=_TIMES)
        self._until = 0.0

    def refused(self, code: int) -> None:
        """Discord refused a call with this code of its own."""
        if code != ANSWERED_ALREADY:
            return
        now = self._elapsed()
        self._at.append(now)
        if len(self._at) == _TIMES and now - self._at[0] <= _WITHIN:
            known, self._until = self.trouble, now + _LINGERS
            self._gate.pause(_LINGERS)
            if not known:
                _log.error("%s: %s", self._account, self.trouble)

    @property
    def trouble(self) -> str:
        """What a person has to do something about; "" while we are alone."""
        if self._elapsed() >= self._until:
            return ""
        return (
            f"Another program answers people on Discord with the token of account {self._account!r}. "
            "Stop it, or give it a token of its own. Until then we send nothing."
        )
