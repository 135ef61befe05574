"""Instants as pages write them, from strict ISO 8601 to what passes for it on the web."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

from core.formats.page import UnknownZone

_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}")


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time in UTC, the offset as it was written (`+01:00`, empty when none was), and what is doubtful."""

    at: datetime
    label: str = ""
    doubt: str = ""


def moment(value: Any, zone: tzinfo | None) -> Moment | None:
    """The instant a value means, or None when it means none. `zone` is the coverage's, for clocks without an offset.

    Raises UnknownZone when a clock has no offset and nobody said the zone.
    """
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, list):
        value = value[0] if value else None
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _from_number(value)
        return _from_words(value.strip(), zone) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def _from_number(value: float) -> Moment:
    seconds = value / 1000 if abs(value) >= 1e11 else value
    return Moment(datetime.fromtimestamp(seconds, UTC), doubt=f"{value} was taken as seconds since 1970")


def _from_words(words: str, zone: tzinfo | None) -> Moment:
    when = _parsed(words)
    if when.tzinfo is not None:
        return Moment(when.astimezone(UTC), _offset(when))
    if zone is None:
        raise UnknownZone(
            "the times on this page name no zone: say which with --zone, for example --zone Europe/London"
        )
    doubt = "a day without a clock" if _DAY.fullmatch(words) else "a clock without a zone"
    return Moment(
        when.replace(tzinfo=zone).astimezone(UTC), doubt=f"“{words:.40}” is {doubt}: read in the coverage's zone"
    )


def _parsed(words: str) -> datetime:
    try:
        return datetime.fromisoformat(words)
    except ValueError:
        return parsedate_to_datetime(words)


def _offset(when: datetime) -> str:
    """The offset without seconds: `+00:00`."""
    return f"{when:%z}"[:3] + ":" + f"{when:%z}"[3:5]
