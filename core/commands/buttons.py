"""Buttons that mean something in the store: opaque, for one person, once, for a while (TH23).

A reader's Follow and Stop need none of that: they say what anyone may type, so their ids spell it out and last.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from core.commands.reply import Button, Style
from core.errors import ButtonSpent, NotYours
from core.locales import Said
from core.model import Person
from core.store import Store, buttons

LIFETIME = timedelta(minutes=10)


class Act(StrEnum):
    """What a stored button does."""

    PUBLISH = "publish"
    DISCARD = "discard"
    KEY = "key"
    UNDO = "undo"
    CHOOSE = "choose"
    BACK = "back"
    ACCEPT = "accept"
    DECLINE = "decline"


class Buttons:
    """Issues buttons and looks at those pressed."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        """The clock decides when a button is too old."""
        self._store = store
        self._clock = clock

    async def make(
        self,
        act: Act,
        label: Said,
        payload: Mapping[str, Any],
        person: Person | None,
        *,
        style: Style = Style.PLAIN,
        lifetime: timedelta = LIFETIME,
    ) -> Button:
        """A new button. Without a person its payload's `caller` is who may press it."""
        issued = await self._store.write(
            buttons.issue,
            action=act.value,
            payload=dict(payload),
            person_key=person.key if person else None,
            now=self._clock(),
            lifetime=lifetime,
        )
        return Button(label, issued, style)

    async def look(self, button_id: str, person: Person | None, caller: int) -> buttons.Button:
        """What a button stands for, if this person may press it. Only what it does spends it.

        One that is too old is returned too: a draft's card is then shown afresh. Raises ButtonSpent, NotYours.
        """
        found = await self._store.read(buttons.peek, button_id)
        if found is None:
            raise ButtonSpent
        if found.person_key is not None and (person is None or found.person_key != person.key):
            raise NotYours
        if found.person_key is None and found.payload.get("caller") != caller:
            raise NotYours
        if found.used_at is not None:
            raise ButtonSpent
        return found

    async def spend(self, button_id: str, person: Person | None) -> None:
        """Use a button up. Raises ButtonSpent when somebody was quicker, even the same person with a second click."""
        key = person.key if person else None
        if await self._store.write(buttons.press, button_id, key, self._clock()) is None:
            raise ButtonSpent
