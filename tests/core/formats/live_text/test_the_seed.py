"""The real page we were given, row by row. Its words are not ours, so they stand here as the starts of their sha256."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core import blocks, formats
from core.formats import page
from core.model import ContributorKind, CoverageStatus, EntryStatus, Kind

SEED = Path(__file__).parents[5] / "shared" / "seed" / "bbc-live-2022-02-10.txt"
pytestmark = pytest.mark.skipif(not SEED.is_file(), reason="the saved page in ../shared is not on this machine")

PERSON, HOUSE = ContributorKind.PERSON, ContributorKind.ORGANISATION


@dataclass(frozen=True)
class Row:
    """One entry. `shape`: p(aragraph), h(eading), i(mage), v(ideo). `pictures`: alt, credit, caption, graphic."""

    ordinal: int
    clock: str
    headline: str
    shape: str
    words: str
    kind: Kind = Kind.UPDATE
    kicker: str = ""
    who: tuple[tuple[str, ContributorKind, str, str, str], ...] = ()
    pictures: tuple[tuple[str, str, str, bool], ...] = ()
    film: str = ""


GOLDEN = (
    Row(1, "14:05", "4efa38d140", "ppppppp", "da86a8b21a"),
    Row(2, "13:58", "921f5b748f", "ppppp", "df1cf99d35"),
    Row(3, "13:46", "2d782a9a68", "pppi", "117a1246af", pictures=(("68301ac8d1", "b30bbb7924", "", False),)),
    Row(
        4,
        "13:37",
        "901d36d043",
        "ipppp",
        "bc3a53f9ab",
        who=(("c8a1bf7209", HOUSE, "", "", ""),),
        pictures=(("cc61ff3c37", "5770351939", "", False),),
    ),
    Row(5, "13:26", "b6c1a2f17f", "ipppp", "c7270e295b", pictures=(("f76e33c117", "5770351939", "a478534b51", False),)),
    Row(6, "13:15", "ebd4f3417f", "ippppp", "64b9dfc2a7", pictures=(("25da941e7c", "5770351939", "", False),)),
    Row(7, "13:02", "240ee43daa", "ppppp", "1b78dffd99"),
    Row(8, "12:49", "eeca59bb45", "pppppp", "2afc672096"),
    Row(9, "12:33", "d9a61a0328", "pppppp", "3f44819044", who=(("c8a1bf7209", HOUSE, "", "", ""),)),
    Row(
        10, "12:24", "233d7f0b88", "ippppp", "efc2126aad", pictures=(("0e2d7aa9f2", "b50e8727c3", "3bf70dd1aa", False),)
    ),
    Row(
        11,
        "12:12",
        "8d332e95f6",
        "ppppppppp",
        "c114564b18",
        Kind.ANALYSIS,
        "Analysis",
        who=(("f9b2a2cdad", PERSON, "e560889384", "", ""),),
    ),
    Row(12, "12:06", "c304956645", "ipppp", "28ef3f640e", Kind.GRAPHIC, pictures=(("11fc5f6124", "", "", True),)),
    Row(
        13,
        "12:04",
        "61470b0e54",
        "ippppi",
        "1087ee5e71",
        pictures=(("61470b0e54", "b30bbb7924", "", False), ("8d32d02fa4", "", "", True)),
    ),
    Row(
        14,
        "11:58",
        "ad8baa8da8",
        "iphphphphp",
        "5b0e75af74",
        Kind.RECAP,
        pictures=(("4c934cf3e3", "7219e76b60", "", False),),
    ),
    Row(15, "11:42", "cc864f9e82", "ipppp", "9ac73d26c3", pictures=(("db255c2f49", "57d7284a54", "", False),)),
    Row(16, "11:34", "f95908c8e2", "pv", "cbe6abeff1", Kind.VIDEO, film="7d08c07388"),
    Row(
        17,
        "11:27",
        "408b1fe6ec",
        "ippppp",
        "59bf6a8183",
        who=(("21ff14fc67", PERSON, "", "27d98ae38c", "4661bd5b4b"),),
        pictures=(("33e558e094", "5770351939", "", False),),
    ),
    Row(18, "11:16", "04468257c3", "ppppi", "855c1c058a", pictures=(("76d7078d12", "5770351939", "", False),)),
    Row(19, "11:09", "727158631d", "pppp", "229af7d0ae"),
    Row(20, "11:06", "dccce11df4", "ppppp", "d82fc0402a"),
)
SUMMARY = ["ae688db540", "dcba479783", "5644cd0fa8", "51b6cd69a3", "f48441552c", "4af62ac6e9", "6bd6b5e1a5"]
LETTERS = {blocks.Paragraph: "p", blocks.Subheading: "h", blocks.Image: "i", blocks.Video: "v"}


def _mark(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:10] if words else ""


@pytest.fixture(scope="module")
def seed() -> formats.Read:
    return formats.read(SEED.read_bytes(), name=SEED.name)


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: f"entry {row.ordinal}")
def test_each_entry_of_the_seed_is_read_as_the_golden_table_says(seed, row):
    entry = next(entry for entry in seed.page.entries if entry.source.position == row.ordinal)
    content = entry.content
    pictures = [block for block in content.blocks if isinstance(block, blocks.Image)]
    films = [block.title for block in content.blocks if isinstance(block, blocks.Video)]
    found = Row(
        row.ordinal,
        f"{entry.display_at:%H:%M}",
        _mark(content.headline),
        "".join(LETTERS[type(block)] for block in content.blocks),
        _mark(page.body_text(content.blocks)),
        content.kind,
        content.kicker,
        tuple(
            (_mark(who.name), who.kind, _mark(who.role), _mark(who.desk), _mark(who.place))
            for who in content.contributors
        ),
        tuple((_mark(each.alt), _mark(each.credit), _mark(each.caption), each.graphic) for each in pictures),
        "".join(map(_mark, films)),
    )
    assert found == row
    assert entry.display_at.date() == datetime(2022, 2, 10, tzinfo=UTC).date()
    assert entry.display_at.utcoffset() == timedelta(0)
    assert entry.source.label == "Greenwich Mean Time"


def test_the_seed_has_seven_summary_points_and_twenty_entries_oldest_first(seed):
    assert [_mark(point) for point in seed.page.summary] == SUMMARY
    assert [entry.source.position for entry in seed.page.entries] == list(range(20, 0, -1))
    clocks = [entry.display_at for entry in seed.page.entries]
    assert clocks == sorted(clocks)


def test_the_coverage_around_the_seed_says_what_the_page_says_and_no_more(seed):
    coverage = seed.page
    assert (coverage.title, coverage.zone, coverage.language) == ("bbc-live-2022-02-10", "Europe/London", "en")
    assert coverage.starts_at == datetime(2022, 2, 10, 11, 6, tzinfo=UTC)
    assert (coverage.ends_at, coverage.status, coverage.url) == (None, CoverageStatus.LIVE, None)
    assert {entry.status for entry in coverage.entries} == {EntryStatus.PUBLISHED}


def test_no_character_of_the_seed_is_changed_or_lost(seed):
    """Everything but labels, ordinals and clock phrases comes out again, in the page's order, letter for letter."""
    text = SEED.read_text(encoding="utf-8")
    text = re.sub(r"^Summary$|^  •|^  \d+\.|published at .* 10 February 2022$", "", text, flags=re.MULTILINE)
    text = re.sub(r"Image source, |Image caption,|Media caption,", "", text)
    out = [*seed.page.summary]
    for entry in reversed(seed.page.entries):
        out += [entry.content.kicker, entry.content.headline]
        for who in entry.content.contributors:
            out += [who.name, who.role, f"{who.desk}, {who.place}" if who.desk else ""]
        out += [_words(block) for block in entry.content.blocks]
    assert re.sub(r"\s", "", "".join(out)) == re.sub(r"\s", "", text)


def _words(block: blocks.Block) -> str:
    match block:
        case blocks.Image():
            return block.alt + block.credit + block.caption
        case blocks.Video():
            return block.title
        case _:
            return page.body_text((block,))


def test_what_is_unsure_in_the_seed_is_reported_and_nothing_else(seed):
    found = sorted((loss.entry[:5], loss.field) for loss in seed.losses)
    pictured = ["11:16", "11:27", "11:42", "11:58", "12:04", "12:06", "12:24", "13:15", "13:26", "13:37", "13:46"]
    assert found == sorted(
        [
            *[("", field) for field in ("title", "language", "zone")],
            *[(clock, "image") for clock in pictured],
            ("12:04", "image"),  # the map without a credit
            ("12:06", "image"),  # the graphic without a credit
            ("12:06", "link"),
            ("11:27", "kind"),
            ("11:34", "video"),
            ("11:58", "subheading"),
        ]
    )
    assert sum("unsure" in loss.what for loss in seed.losses) == 2


def test_the_seed_read_twice_has_the_same_identities(seed):
    again = formats.read(SEED.read_bytes(), name="saved under another name.txt")
    assert [entry.source for entry in again.page.entries] == [entry.source for entry in seed.page.entries]
    assert again.page.source == seed.page.source


def test_one_changed_entry_of_the_seed_changes_that_entry_and_no_identity(seed):
    above, below = SEED.read_text(encoding="utf-8").split("\n\n  3. ")
    changed = formats.read(f"{above} Indeed.\n\n  3. {below}".encode(), name=SEED.name).page
    pairs = list(zip(seed.page.entries, changed.entries, strict=True))
    assert [old.source for old, _ in pairs] == [new.source for _, new in pairs]
    assert [old.source.position for old, new in pairs if old.content != new.content] == [2]
