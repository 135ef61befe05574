"""Forms: what is asked for in one, what was said before it, and what comes back; all of it survives a restart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.commands.reply import Ask
from core.model import Asset
from core.store import Store, buttons

COMMAND, TYPED = "form:", "typed:"
"""How a form's custom_id begins: one that fills in a command, one that answers a button."""

_LIFETIME = timedelta(hours=1)
_ACTION = "form"


@dataclass(frozen=True, slots=True)
class Said:
    """A command as somebody gave it, so far."""

    command: str
    options: Mapping[str, str]
    reply_to: int | None = None
    pictures: tuple[Asset, ...] = ()


class Forms:
    """Names forms and knows them again."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        """What was said before a form is kept in the store: Discord keeps a hundred characters of it."""
        self._store = store
        self._clock = clock

    async def custom_id(self, ask: Ask, before: Said | None) -> str:
        """The name a form is opened under, by which it is known again when it comes back."""
        if ask.button:
            return TYPED + ask.button
        # A command that came with a picture never opens a form: the picture is something to publish.
        reply_to = before.reply_to if before else None
        payload = {"command": ask.command, "options": dict(ask.kept), "reply_to": reply_to}
        return COMMAND + await self._store.write(
            buttons.issue, action=_ACTION, payload=payload, person_key=None, now=self._clock(), lifetime=_LIFETIME
        )

    async def sent(self, custom_id: str, written: Mapping[str, str]) -> Said | None:
        """The command a sent form completes; None when what was said before it is forgotten."""
        found = await self._store.read(buttons.peek, custom_id.removeprefix(COMMAND))
        if found is None or found.action != _ACTION:
            return None
        kept: Mapping[str, Any] = found.payload
        return Said(kept["command"], {**kept["options"], **written}, kept["reply_to"])
