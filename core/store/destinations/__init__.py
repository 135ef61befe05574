"""Places that can receive: connected once, paused with every setting kept, moved when a chat gets another id."""

from core.store.destinations.copies import entry_of_copy
from core.store.destinations.minders import minded, minder
from core.store.destinations.moves import BEHIND, move
from core.store.destinations.places import (
    LEAN,
    THROWN_OUT,
    connect,
    find,
    get,
    gone,
    language,
    noun,
    of_chat,
    on_lane,
    pause,
    resume,
    some,
    waited_for,
)
from core.store.destinations.sizes import sized, sizeless
from core.store.destinations.strikes import forgive, strike, struck

__all__ = [
    "BEHIND",
    "LEAN",
    "THROWN_OUT",
    "connect",
    "entry_of_copy",
    "find",
    "forgive",
    "get",
    "gone",
    "language",
    "minded",
    "minder",
    "move",
    "noun",
    "of_chat",
    "on_lane",
    "pause",
    "resume",
    "sized",
    "sizeless",
    "some",
    "strike",
    "struck",
    "waited_for",
]
