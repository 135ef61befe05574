"""Time zones as pages write them: spelled out, abbreviated or as an offset. An unknown label is an error, no guess."""

import re
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from core.formats.page import UnknownZone


@dataclass(frozen=True, slots=True)
class Label:
    """What a written zone means: its fixed offset, and the IANA zone whose people usually write it so.

    The offset alone turns a clock into an instant. A page that says "Greenwich Mean Time" in July means +0, whatever
    London does in summer.
    """

    offset: timedelta
    zone: str


_BRITAIN, _EUROPE, _UTC = "Europe/London", "Europe/Brussels", "UTC"
# Minutes east of Greenwich. Abbreviations that two continents share (CST, IST, AST) are missing on purpose.
_LABELS: dict[str, tuple[int, str]] = {
    "greenwich mean time": (0, _BRITAIN),
    "gmt": (0, _BRITAIN),
    "british summer time": (60, _BRITAIN),
    "bst": (60, _BRITAIN),
    "irish standard time": (60, "Europe/Dublin"),
    "coordinated universal time": (0, _UTC),
    "universal time": (0, _UTC),
    "utc": (0, _UTC),
    "western european time": (0, "Europe/Lisbon"),
    "wet": (0, "Europe/Lisbon"),
    "western european summer time": (60, "Europe/Lisbon"),
    "west": (60, "Europe/Lisbon"),
    "central european time": (60, _EUROPE),
    "central european standard time": (60, _EUROPE),
    "cet": (60, _EUROPE),
    "central european summer time": (120, _EUROPE),
    "cest": (120, _EUROPE),
    "eastern european time": (120, "Europe/Kyiv"),
    "eastern european standard time": (120, "Europe/Kyiv"),
    "eet": (120, "Europe/Kyiv"),
    "eastern european summer time": (180, "Europe/Kyiv"),
    "eest": (180, "Europe/Kyiv"),
    "moscow standard time": (180, "Europe/Moscow"),
    "msk": (180, "Europe/Moscow"),
    "gulf standard time": (240, "Asia/Dubai"),
    "pakistan standard time": (300, "Asia/Karachi"),
    "india standard time": (330, "Asia/Kolkata"),
    "china standard time": (480, "Asia/Shanghai"),
    "hong kong time": (480, "Asia/Hong_Kong"),
    "singapore standard time": (480, "Asia/Singapore"),
    "japan standard time": (540, "Asia/Tokyo"),
    "jst": (540, "Asia/Tokyo"),
    "korean standard time": (540, "Asia/Seoul"),
    "australian western standard time": (480, "Australia/Perth"),
    "australian eastern standard time": (600, "Australia/Sydney"),
    "aest": (600, "Australia/Sydney"),
    "australian eastern daylight time": (660, "Australia/Sydney"),
    "aedt": (660, "Australia/Sydney"),
    "new zealand standard time": (720, "Pacific/Auckland"),
    "nzst": (720, "Pacific/Auckland"),
    "new zealand daylight time": (780, "Pacific/Auckland"),
    "nzdt": (780, "Pacific/Auckland"),
    "west africa time": (60, "Africa/Lagos"),
    "central africa time": (120, "Africa/Harare"),
    "south africa standard time": (120, "Africa/Johannesburg"),
    "sast": (120, "Africa/Johannesburg"),
    "east africa time": (180, "Africa/Nairobi"),
    "atlantic standard time": (-240, "America/Halifax"),
    "atlantic daylight time": (-180, "America/Halifax"),
    "eastern standard time": (-300, "America/New_York"),
    "est": (-300, "America/New_York"),
    "eastern daylight time": (-240, "America/New_York"),
    "edt": (-240, "America/New_York"),
    "central standard time": (-360, "America/Chicago"),
    "central daylight time": (-300, "America/Chicago"),
    "cdt": (-300, "America/Chicago"),
    "mountain standard time": (-420, "America/Denver"),
    "mountain daylight time": (-360, "America/Denver"),
    "mdt": (-360, "America/Denver"),
    "pacific standard time": (-480, "America/Los_Angeles"),
    "pst": (-480, "America/Los_Angeles"),
    "pacific daylight time": (-420, "America/Los_Angeles"),
    "pdt": (-420, "America/Los_Angeles"),
    "brasilia standard time": (-180, "America/Sao_Paulo"),
    "argentina standard time": (-180, "America/Argentina/Buenos_Aires"),
}
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)


def named(zone: str) -> zoneinfo.ZoneInfo:
    """The IANA zone of this name. Raises UnknownZone with what to write instead."""
    try:
        return zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(f"{zone!r:.60} is not an IANA time zone: give one such as --zone Europe/London") from error


def label(written: str) -> Label | None:
    """What a zone written on a page means, or None when we do not know it."""
    folded = " ".join(written.casefold().split())
    if known := _LABELS.get(folded):
        return Label(timedelta(minutes=known[0]), known[1])
    if offset := _OFFSET.fullmatch(folded):
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        if hours <= 14 and minutes < 60:
            east = timedelta(hours=hours, minutes=minutes)
            return Label(-east if offset[1] == "-" else east, "")
    return None


def instant(wall: datetime, written: str, fallback: tzinfo | None) -> datetime:
    """A clock as written, as a UTC instant. `fallback` is the zone the operator named for labels we do not know.

    Raises UnknownZone naming the label when neither helps.
    """
    meaning = label(written)
    where = timezone(meaning.offset) if meaning else fallback
    if where is None:
        unknown = f"the zone {written!r:.60} is unknown" if written else "the clocks on this page name no zone"
        raise UnknownZone(f"{unknown}: say which it is with --zone, for example --zone Europe/London")
    return wall.replace(tzinfo=where).astimezone(UTC)


def likely(moments: Iterable[tuple[str, datetime]]) -> str:
    """The IANA zone in which these (label, instant) pairs show the clocks the page showed.

    The home of the labels when its own rules agree at every instant, else a fixed offset (Etc zones know whole hours
    only), else UTC.
    """
    pairs = [(meaning, at) for written, at in moments if (meaning := label(written))]
    if not pairs:
        return _UTC
    candidates = [meaning.zone for meaning, _ in pairs if meaning.zone]
    hours, rest = divmod(pairs[0][0].offset, timedelta(hours=1))
    if not rest:
        # POSIX counts west: Etc/GMT-2 is two hours east of Greenwich.
        candidates.append(f"Etc/GMT{-hours:+d}" if hours else _UTC)
    for zone in dict.fromkeys(candidates):
        there = zoneinfo.ZoneInfo(zone)
        if all(at.astimezone(there).utcoffset() == meaning.offset for meaning, at in pairs):
            return zone
    return _UTC
