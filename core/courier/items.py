"""One bulletin on its way to one destination, and what came of it."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from core.courier.outcomes import Verdict
from core.model import Destination, Operation, Receipt, Urgency

Key = tuple[int, int, Operation]
"""(destination, bulletin, operation): what the waiting table and the receipts agree on."""


@dataclass(slots=True, eq=False)
class Item:
    """One bulletin on its way to one destination. Mutable: it remembers its own tries."""

    destination: Destination
    bulletin_id: int
    broadcast_id: int
    operation: Operation
    urgency: Urgency
    expires_at: datetime | None
    receipts: tuple[Receipt, ...] = ()
    """Copies that are there already: an interrupted bulletin goes on behind them, an edit changes them."""
    attempts: int = 0
    unknowns: int = 0
    first_try: datetime | None = None
    due_at: datetime | None = None
    why: str = ""
    parked: bool = field(default=False)
    """Whether the waiting table holds it: then its walk has already passed it."""

    @property
    def key(self) -> Key:
        """What names it in the store."""
        return (self.destination.id, self.bulletin_id, self.operation)

    @property
    def chat(self) -> int:
        """The chat whose pace holds for it."""
        return self.destination.address.chat_id


@dataclass(frozen=True, slots=True)
class Result:
    """What came of carrying an item once."""

    item: Item
    verdict: Verdict
    receipts: tuple[Receipt, ...]
    """Every copy that is there now and says the current revision."""
    removed: tuple[tuple[int, int, int], ...] = ()
    """Receipts (bulletin, destination, part) whose copies are gone."""


def nonce(bulletin_id: int, destination_id: int, part: int) -> str:
    """24 characters, the same for each attempt at one part whatever its revision (Discord takes at most 25)."""
    seed = f"{bulletin_id}.{destination_id}.{part}".encode()
    return base64.b32encode(hashlib.blake2b(seed, digest_size=15).digest()).decode()
