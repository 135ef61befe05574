"""What is to be said, before it has a language: a key of the catalogue and what fills its places."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as people of one place read it: time with its zone's name, and the date when it is another day."""

    at: datetime
    zone: str
    seconds: bool = False
    now: datetime | None = None
    """When it is said: a moment on the same local day needs no date."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words by key. A parameter may itself be said; `count` picks the plural."""

    key: str
    params: Mapping[str, "Value"] = field(default_factory=dict)


Value = str | int | float | Moment | Said


def say(key: str, **params: Value) -> Said:
    """Words by key, their parameters by name."""
    return Said(key, params)
