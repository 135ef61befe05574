"""What a house tells health about itself: readings of its rooms, in words that name nobody who reads or writes."""

from dataclasses import dataclass, field

from core.courier.readings import CourierReading
from core.model import Platform


@dataclass(frozen=True, slots=True)
class Budget:
    """Something a platform counts and punishes; at `limit` we stop by ourselves."""

    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class AccountSigns:
    """One account of this process."""

    account: str
    platform: Platform
    trouble: str = ""
    """One line for the operator when it cannot go on (a refused token, a foreign copy of it); empty while it can."""
    phase: str = ""
    """Where its connection to the platform's gateway is; empty where there is none (Telegram is polled)."""


@dataclass(frozen=True, slots=True)
class Signs:
    """A house at one moment. Cheap: nothing in it was asked of the store or a platform."""

    accounts: tuple[AccountSigns, ...] = ()
    courier: CourierReading = field(default_factory=CourierReading)
    invalid_requests: Budget | None = None
    """Calls Discord refused in the last ten minutes, of all accounts together: they share this machine's address."""
