"""What leaves the house says what happened, in the coverage's own zone, and never a word that was taken back."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from core import blocks, formats
from core.model import Content, CoverageStatus, EntryStatus, Source

SUMMER = datetime(2024, 7, 3, 18, 0, tzinfo=UTC)
WINTER = SUMMER + timedelta(days=180)


def entry(number: int, at: datetime, status: EntryStatus = EntryStatus.PUBLISHED) -> formats.PageEntry:
    content = Content(headline=f"Number {number}", blocks=(blocks.Paragraph(blocks.text("Rain.")),))
    return formats.PageEntry(
        content, at, Source("livedesk", f"storm#{number}", f"{number}"), number=number, status=status
    )


def written(*entries: formats.PageEntry, **fields) -> dict:
    page = formats.Page("Storm", Source("livedesk", "storm", "storm"), entries=entries, zone="Europe/London", **fields)
    return json.loads(formats.write_jsonld(page, now=SUMMER))


def test_clocks_are_written_in_the_coverages_zone_at_each_instant():
    updates = written(entry(1, SUMMER), entry(2, WINTER))["liveBlogUpdate"]
    assert [update["datePublished"] for update in updates] == ["2024-12-30T18:00:00+00:00", "2024-07-03T19:00:00+01:00"]


def test_entries_are_written_newest_first_as_others_expect():
    updates = written(entry(1, SUMMER), entry(2, WINTER))["liveBlogUpdate"]
    assert [update["position"] for update in updates] == [2, 1]


def test_a_retracted_entry_is_exported_without_its_words():
    (update,) = written(entry(1, SUMMER, EntryStatus.RETRACTED))["liveBlogUpdate"]
    assert update["creativeWorkStatus"] == "Retracted"
    assert "Rain." not in json.dumps(update)


def test_an_entry_that_was_undone_never_was():
    assert "liveBlogUpdate" not in written(entry(1, SUMMER, EntryStatus.UNDONE))


@pytest.mark.parametrize("status", CoverageStatus)
def test_an_end_is_written_only_for_what_has_ended(status):
    ended = status in (CoverageStatus.CLOSED, CoverageStatus.ARCHIVED)
    assert ("coverageEndTime" in written(ends_at=SUMMER, status=status)) is ended


def test_the_last_change_is_that_of_the_newest_entry():
    assert written(entry(1, SUMMER), entry(2, WINTER))["dateModified"] == "2024-12-30T18:00:00+00:00"


def test_our_own_terms_stand_under_a_name_nobody_has_to_fetch():
    document = written(entry(1, SUMMER))
    assert document["@context"] == ["https://schema.org", {"ext": "urn:livedesk:terms:"}]
    assert [key for key in document if ":" in key] == ["ext:format", "ext:timeZone", "ext:source"]


def test_readers_of_plain_schema_org_find_every_picture_film_and_quotation():
    made = (
        blocks.Image(alt="Quay", credit="Amber", caption="At six", url="https://a.example/q.png"),
        blocks.Video(title="Waves", url="https://a.example/w.mp4"),
        blocks.Video(title="The siren", sound_only=True),
        blocks.Quote(blocks.text("Stay in."), speaker="Odile Marsh", role="harbour master"),
        blocks.Link("The full list", "https://a.example/list"),
        blocks.Bullets((blocks.text("One"), blocks.text("Two")), ordered=True),
    )
    given = formats.PageEntry(Content(headline="All of it", blocks=made), SUMMER, Source("livedesk", "storm#1", "1"))
    (update,) = written(given)["liveBlogUpdate"]
    assert update["image"][0]["creditText"] == "Amber"
    assert (update["video"][0]["name"], update["audio"][0]["name"]) == ("Waves", "The siren")
    assert update["citation"][0]["spokenByCharacter"]["name"] == "Odile Marsh"
    assert update["articleBody"] == "Stay in.\n\nThe full list: https://a.example/list\n\n1. One\n2. Two"
