"""Clocks on a page become instants; a zone nobody knows is asked for, not guessed."""

import zoneinfo
from datetime import UTC, datetime

import pytest

from core import formats
from core.formats import zones


def clock(label: str, day: str = "3 March 2024") -> bytes:
    return f"  1. Boats are inpublished at 18:05 {label} {day}\n\n    All of them.\n".encode()


@pytest.mark.parametrize(
    ("label", "utc_hour", "zone"),
    [
        ("Greenwich Mean Time", 18, "Europe/London"),
        ("GMT", 18, "Europe/London"),
        ("Central European Time", 17, "Europe/Brussels"),
        ("CET", 17, "Europe/Brussels"),
        ("Eastern Standard Time", 23, "America/New_York"),
        ("UTC", 18, "UTC"),
        ("GMT+2", 16, "Etc/GMT-2"),
        ("UTC+05:30", 12, "UTC"),
    ],
)
def test_a_zone_that_is_spelled_out_gives_the_instant_and_keeps_its_label(label, utc_hour, zone):
    page = formats.read(clock(label), name="x.txt").page
    assert page.entries[0].display_at.hour == utc_hour
    assert (page.entries[0].source.label, page.zone) == (label, zone)


@pytest.mark.parametrize(("label", "hour"), [("British Summer Time", 17), ("EDT", 22), ("CEST", 16)])
def test_summer_labels_mean_summer(label, hour):
    assert formats.read(clock(label, "3 July 2024"), name="x.txt").page.entries[0].display_at.hour == hour


def test_greenwich_mean_time_in_july_is_not_london_time():
    page = formats.read(clock("Greenwich Mean Time", "3 July 2024"), name="x.txt").page
    assert page.entries[0].display_at == datetime(2024, 7, 3, 18, 5, tzinfo=UTC)
    assert page.zone == "UTC"


@pytest.mark.parametrize("label", ["Atlantis Standard Time", "IST", "CST"])
def test_an_unknown_zone_is_named_with_the_option_to_give(label):
    with pytest.raises(formats.UnknownZone, match=rf"'{label}' is unknown.*--zone"):
        formats.read(clock(label), name="x.txt")


def test_clocks_without_a_zone_ask_for_one():
    with pytest.raises(formats.UnknownZone, match=r"name no zone.*--zone"):
        formats.read(b"  1. Boats are inpublished at 18:05 3 March 2024\n\n    All.\n", name="x.txt")


def test_the_zone_the_operator_names_serves_unknown_labels_and_the_coverage():
    page = formats.read(clock("IST"), name="x.txt", zone="Asia/Kolkata").page
    assert page.entries[0].display_at == datetime(2024, 3, 3, 12, 35, tzinfo=UTC)
    assert page.zone == "Asia/Kolkata"


def test_the_zone_the_operator_names_never_moves_an_instant_the_page_gives():
    page = formats.read(clock("GMT"), name="x.txt", zone="Asia/Kolkata").page
    assert page.entries[0].display_at.hour == 18


@pytest.mark.parametrize("wrong", ["Europe/Lodnon", "../etc/passwd", "", "\x00", "Europe"])
def test_a_zone_that_is_none_is_refused_in_one_line(wrong):
    with pytest.raises(formats.UnknownZone, match=r"not an IANA time zone.*Europe/London") as refusal:
        zones.named(wrong)
    assert "\n" not in str(refusal.value)


def test_every_label_we_know_has_a_home_that_keeps_that_offset_somewhere_in_the_year():
    for written in zones._LABELS:
        meaning = zones.label(written)
        days = [datetime(2024, month, 15, tzinfo=UTC).astimezone(zoneinfo.ZoneInfo(meaning.zone)) for month in (1, 7)]
        assert meaning.offset in [day.utcoffset() for day in days], written
