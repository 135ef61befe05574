"""One bulletin on its way to one destination."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.model import Bulletin, Destination, Operation, Receipt, Urgency

Key = tuple[int, int, Operation]
"""(destination, bulletin, operation): what the waiting table and the receipts agree on."""

Turn = tuple[bool, Urgency, int]
"""What sorts the items one destination is owed; see `Item.turn`."""


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
    """Tries at the part that is next."""
    unknowns: int = 0
    """How many of them may have reached the reader."""
    said: int | None = None
    """The oldest revision that a try without an answer, or an earlier process, may have left there in any part."""
    first_try: datetime | None = None
    """When it was tried first of all tries that may have reached the reader."""
    due: float = 0.0
    """Not before this instant of the loop's clock: a jump of the wall clock moves no wait."""
    taken_at: float = 0.0
    """When the last try used up its chat's pace."""
    why: str = ""
    parked: bool = False
    """Whether the waiting table holds it: then its walk has already passed it."""
    superseded: bool = False
    """Whether its broadcast was called off while it was on the wire: it is not tried again."""
    also: tuple["Item", ...] = ()
    """What goes to the same destination in the same message, in publish order behind this one."""
    stale: bool = False
    """Whether `receipts` may not be all there is by now."""
    alone: bool = False
    """Whether it goes by itself: it is no entry, or the message it was to share was refused."""
    place: int = field(init=False)
    """The destination as its walk knows it, also when the chat has moved and become another one."""

    def __post_init__(self) -> None:
        """The place is where it was first for."""
        self.place = self.destination.id

    @property
    def key(self) -> Key:
        """What names it in the store."""
        return (self.destination.id, self.bulletin_id, self.operation)

    @property
    def chat(self) -> int:
        """The chat whose pace holds for it."""
        return self.destination.address.chat_id

    @property
    def all(self) -> tuple["Item", ...]:
        """Everything that goes in this message."""
        return (self, *self.also)

    @property
    def called_off(self) -> bool:
        """Whether this message would say something that was called off since it was put together."""
        return self.superseded or any(one.superseded for one in self.also)

    @property
    def begun(self) -> bool:
        """Whether a part of it is there and another may be missing: nothing may come in between."""
        return self.operation is Operation.PUBLISH and bool(self.receipts)

    def facts(self, bulletin: Bulletin) -> dict[str, object]:
        """What the log says of it: ids, and the entry as editors call it."""
        entry = {} if bulletin.entry is None else {"entry": f"{bulletin.coverage.slug}#{bulletin.entry.number}"}
        ids = {"bulletin": self.bulletin_id, "destination": self.destination.id}
        return {"account": self.destination.account, **entry, **ids}

    def shift(self, by: timedelta) -> None:
        """The wall clock was set by so much."""
        self.expires_at = self.expires_at and self.expires_at + by
        self.first_try = self.first_try and self.first_try + by

    @property
    def turn(self) -> Turn:
        """Its place in its destination's line: what has begun, then the most urgent, then in publish order."""
        return (not self.begun, self.urgency, self.broadcast_id)


def nonce(bulletin_id: int, destination_id: int, part: int, also: tuple[int, ...] = ()) -> str:
    """24 characters, the same for each attempt at one part whatever its revision (Discord takes at most 25).

    `also`: the other bulletins of a message that several share.
    """
    seed = ".".join(map(str, (bulletin_id, destination_id, part, *also))).encode()
    return base64.b32encode(hashlib.blake2b(seed, digest_size=15).digest()).decode()
