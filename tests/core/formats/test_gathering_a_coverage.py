"""What the newsroom holds, as the page that is written out."""

import json
from datetime import UTC, datetime, timedelta

from core import blocks, formats
from core.model import (
    Content,
    Coverage,
    CoverageStatus,
    Entry,
    EntryStatus,
    Mode,
    Source,
    Summary,
)

AT = datetime(2024, 7, 3, 18, 0, tzinfo=UTC)


def coverage(**fields) -> Coverage:
    known = {
        "id": 7,
        "slug": "storm",
        "title": "Storm",
        "standfirst": "Rain.",
        "language": "en-GB",
        "zone": "Europe/London",
    }
    return Coverage(**{**known, "status": CoverageStatus.LIVE, "mode": Mode.REHEARSAL, "created_at": AT, **fields})


def entry(number: int, minute: int, *, revision: int = 1, status=EntryStatus.PUBLISHED, source=None) -> Entry:
    at = AT + timedelta(minutes=minute)
    content = Content(headline=f"Number {number}", blocks=(blocks.Paragraph(blocks.text("Rain.")),))
    changed = at + timedelta(minutes=5 * (revision - 1))
    return Entry(number, 7, number, revision, status, content, Mode.REHEARSAL, at, at, changed, number, source)


def test_entries_stand_oldest_first_and_undone_ones_never_were():
    given = [entry(3, 2), entry(1, 5), entry(2, 2), entry(4, 9, status=EntryStatus.UNDONE)]
    page = formats.page_of(coverage(), Summary(7, 1, ("Shut",), AT), given)
    assert [made.number for made in page.entries] == [2, 3, 1]
    assert (page.summary, page.summary_as_of, page.zone) == (("Shut",), AT, "Europe/London")


def test_only_a_changed_entry_says_when_it_changed():
    first, second = formats.page_of(coverage(), None, [entry(1, 1), entry(2, 2, revision=2)]).entries
    assert (first.updated_at, second.updated_at) == (None, AT + timedelta(minutes=7))


def test_an_entry_of_our_own_is_named_after_its_page_and_number():
    source = Source("live-text", "urn:livedesk:text:x", "x", 4, "GMT")
    own, imported = formats.page_of(
        coverage(url="https://a.example/s"), None, [entry(1, 1), entry(2, 2, source=source)]
    ).entries
    assert own.source.identity == "https://a.example/s#entry-1"
    assert imported.source is source
    assert (
        formats.page_of(coverage(), None, [entry(1, 1)]).entries[0].source.identity
        == "urn:livedesk:coverage:storm#entry-1"
    )


def test_what_is_exported_comes_back():
    page = formats.page_of(coverage(starts_at=AT), Summary(7, 1, ("Shut",), AT), [entry(1, 1, revision=2), entry(2, 2)])
    assert formats.read(formats.write_jsonld(page, now=AT), name="x.jsonld") == formats.Read(page)


def test_clocks_are_written_in_the_coverages_zone_at_each_instant():
    winter = entry(1, 60 * 24 * 180)
    document = json.loads(formats.write_jsonld(formats.page_of(coverage(), None, [entry(2, 0), winter]), now=AT))
    assert [update["datePublished"] for update in document["liveBlogUpdate"]] == [
        "2024-12-30T18:00:00+00:00",
        "2024-07-03T19:00:00+01:00",
    ]


def test_a_retracted_entry_is_exported_without_its_words():
    document = json.loads(
        formats.write_jsonld(formats.page_of(coverage(), None, [entry(1, 1, status=EntryStatus.RETRACTED)]), now=AT)
    )
    (update,) = document["liveBlogUpdate"]
    assert update["creativeWorkStatus"] == "Retracted"
    assert "Rain." not in json.dumps(update)


def test_an_end_is_written_only_for_what_has_ended():
    live = json.loads(formats.write_jsonld(formats.page_of(coverage(ends_at=AT), None, []), now=AT))
    closed = coverage(ends_at=AT, status=CoverageStatus.CLOSED)
    assert "coverageEndTime" not in live
    assert (
        json.loads(formats.write_jsonld(formats.page_of(closed, None, []), now=AT))["coverageEndTime"]
        == "2024-07-03T19:00:00+01:00"
    )


def test_our_own_terms_stand_under_a_name_nobody_has_to_fetch():
    document = json.loads(formats.write_jsonld(formats.page_of(coverage(), None, [entry(1, 1)]), now=AT))
    assert document["@context"] == ["https://schema.org", {"ext": "urn:livedesk:terms:"}]
    assert [key for key in document if ":" in key] == ["ext:format", "ext:timeZone", "ext:source"]
