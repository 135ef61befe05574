"""Opening a coverage: a slug nobody has, a zone and a language that exist, and its editor's choice."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from rapidfuzz import process

from core import locales
from core.errors import NoSuchLanguage, NoSuchZone, SlugTaken
from core.markup import clean_line
from core.model import Coverage, CoverageStatus, Mode
from core.newsroom import slugs
from core.store import Connection, coverages, people

_LIKELY = 70
"""How alike, of 100, a zone must be to what was typed to be meant: Londom is London, Narnia is nowhere."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked a new coverage to be. An empty slug is derived from the title."""

    title: str
    about: str
    zone: str
    language: str
    slug: str
    status: CoverageStatus
    mode: Mode


def open_coverage(conn: Connection, asked: Asked, *, by: str, now: datetime) -> Coverage:
    """Open it and choose it for its editor."""
    coverage = coverages.create(
        conn,
        slug=slugs.derive(asked.slug) if asked.slug else free_slug(conn, asked.title),
        title=clean_line(asked.title),
        standfirst=clean_line(asked.about),
        language=language(asked.language),
        zone=zone(asked.zone),
        status=asked.status,
        mode=asked.mode,
        starts_at=now if asked.status is CoverageStatus.LIVE else None,
        now=now,
        by=by,
    )
    people.choose_coverage(conn, by, coverage.id)
    return coverage


def free_slug(conn: Connection, title: str) -> str:
    """The slug of a title, numbered when another coverage has it. Raises SlugTaken after a thousand of them."""
    wanted = slugs.derive(title)
    free = next((slug for slug in slugs.tries(wanted) if coverages.by_slug(conn, slug) is None), None)
    if free is None:
        raise SlugTaken(wanted)
    return free


def zone(name: str) -> str:
    """The IANA zone somebody means: "europe/oslo", or "Oslo" when only one zone ends so. Raises NoSuchZone."""
    known = available_timezones()
    folded = {each.casefold(): each for each in known}
    wanted = name.strip().replace(" ", "_").casefold()
    if wanted in folded:
        return folded[wanted]
    cities = [each for each in known if each.rpartition("/")[2].casefold() == wanted and each.count("/") == 1]
    if len(cities) == 1:
        return cities[0]
    places = sorted(each for each in known if "/" in each and not each.startswith(("Etc/", "SystemV/", "US/")))
    likest = process.extractOne(
        name, places, processor=lambda one: one.rpartition("/")[2].casefold(), score_cutoff=_LIKELY
    )
    raise NoSuchZone(name, likest[0] if likest else "")


def language(tag: str) -> str:
    """A language tag as BCP 47 writes it: "nb-NO". Raises NoSuchLanguage."""
    known = locales.tag(tag)
    if known is None:
        raise NoSuchLanguage(tag)
    return known
