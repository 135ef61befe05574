"""Who may speak for the newsroom: one-time invitations, redeemed by a numeric account (TH1, TH24)."""

import hashlib
import logging
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import markup
from core.errors import CodeSpent, TooManyTries
from core.model import Person, Platform, Role
from core.store import Store, people

log = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=15)
_PER_CALLER, _CALLER_WINDOW = 5, timedelta(hours=1)
_OVERALL, _OVERALL_WINDOW = 20, timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A way in for one person, once. The code is shown now and never again: the store keeps only its hash."""

    code: str
    expires_at: datetime

    @property
    def payload(self) -> str:
        """What a Telegram deep link carries: `https://t.me/<bot>?start=<payload>`."""
        return f"join_{self.code}"


class Enrolment:
    """Invites and enrols. Wrong codes are counted in memory: a guess against 128 bits needs no longer memory."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        """The clock decides when a code is too old."""
        self._store = store
        self._clock = clock
        self._wrong: deque[tuple[datetime, Platform, int]] = deque(maxlen=10_000)

    async def invite(self, name: str, role: Role, *, by: str, lifetime: timedelta = LIFETIME) -> Invitation:
        """A one-time code that enrols whoever redeems it as `name`. `by` is whose audit row it is."""
        now = self._clock()
        invitation = Invitation(secrets.token_urlsafe(16), now + lifetime)
        await self._store.write(
            people.invite,
            name=markup.clean_line(name),
            role=role,
            code_hash=_hash(invitation.code),
            expires_at=invitation.expires_at,
            by=by,
            now=now,
        )
        return invitation

    async def redeem(self, code: str, platform: Platform, external_id: int) -> Person:
        """Enrol an account by its code. Raises CodeSpent, or TooManyTries after too many wrong codes."""
        now = self._clock()
        self._forget(now)
        own = sum(1 for _, where, caller in self._wrong if (where, caller) == (platform, external_id))
        recent = sum(1 for at, _, _ in self._wrong if now - at < _OVERALL_WINDOW)
        if own >= _PER_CALLER or recent >= _OVERALL:
            raise TooManyTries
        person = await self._store.write(
            people.redeem, code_hash=_hash(code), platform=platform, external_id=external_id, now=now
        )
        if person is None:
            self._wrong.append((now, platform, external_id))
            log.warning("a wrong invitation code", extra={"platform": platform.value, "recent": recent + 1})
            raise CodeSpent
        return person

    async def who(self, platform: Platform, external_id: int) -> Person | None:
        """Who is enrolled under this numeric id."""
        return await self._store.read(people.who, platform, external_id)

    def _forget(self, now: datetime) -> None:
        while self._wrong and now - self._wrong[0][0] >= _CALLER_WINDOW:
            self._wrong.popleft()


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().encode()).hexdigest()
