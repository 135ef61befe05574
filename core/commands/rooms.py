"""The rooms a command may walk into, handed over together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.commands.buttons import Buttons
from core.model import Mode
from core.newsroom import Newsroom
from core.newsroom.deciding import Deciding
from core.newsroom.drafting import Drafting
from core.newsroom.enrolment import Enrolment
from core.readership import Readership
from core.store import Store


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the desk works with."""

    newsroom: Newsroom
    drafting: Drafting
    deciding: Deciding
    readership: Readership
    enrolment: Enrolment
    buttons: Buttons


def furnish(
    store: Store,
    *,
    clock: Callable[[], datetime],
    mode: Mode,
    wake: Callable[[], None],
    undo_seconds: float = 5,
    alert_delay_seconds: float = 30,
) -> Rooms:
    """Every room around one store. `wake` tells the courier that something was committed."""
    newsroom = Newsroom(
        store,
        clock=clock,
        mode=mode,
        wake=wake,
        undo_seconds=undo_seconds,
        alert_delay_seconds=alert_delay_seconds,
    )
    return Rooms(
        newsroom,
        Drafting(store, newsroom, wake=wake),
        Deciding(store, clock=clock, wake=wake),
        Readership(store, clock=clock, wake=wake),
        Enrolment(store, clock=clock),
        Buttons(store, clock=clock),
    )
