"""How a moment is written: a newsroom's 24-hour clock with the zone's name, in the reader's language."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from babel import Locale, dates

from core.locales.said import Moment


def write(moment: Moment, locale: Locale) -> str:
    """A moment in its zone; with its date unless it is known to be today there."""
    zone = ZoneInfo(moment.zone)
    spoken = dates.format_skeleton("Hms" if moment.seconds else "Hm", moment.at, tzinfo=zone, locale=locale)
    spoken = f"{spoken} {_name(moment.at, zone, locale)}"
    if moment.now is not None and moment.now.astimezone(zone).date() == moment.at.astimezone(zone).date():
        return spoken
    return f"{dates.format_skeleton('yMMMd', moment.at, tzinfo=zone, locale=locale)}, {spoken}"


def _name(at: datetime, zone: tzinfo, locale: Locale) -> str:
    # Many zones have no abbreviation of their own; tzdata then calls them by their offset alone, such as "-03".
    name = at.astimezone(zone).tzname() or ""
    return name if name.isalpha() else dates.get_timezone_gmt(at.astimezone(zone), locale=locale)
