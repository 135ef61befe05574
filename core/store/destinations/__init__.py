"""Places that can receive: connected once, paused with every setting kept, moved when a chat gets another id."""

from core.store.destinations.copies import entry_of_copy
from core.store.destinations.moves import BEHIND, move
from core.store.destinations.places import connect, find, get, language, noun, pause, resume, some

__all__ = [
    "BEHIND",
    "connect",
    "entry_of_copy",
    "find",
    "get",
    "language",
    "move",
    "noun",
    "pause",
    "resume",
    "some",
]
