"""Slugs that can be typed with a thumb and carried by a deep link."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NoSuchZone
from core.newsroom import opening, slugs


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Storm Ylva", "storm-ylva"),
        ("Łódź: Straße & Ærø – the night’s news", "lodz-strasse-aero-the-nights-news"),
        ("Key", "coverage-key"),
        ("2027", "coverage-2027"),
        ("東京", "coverage"),
        ("A very long title that goes on and on and on for ever", "a-very-long-title-that-goes-on-and-on"),
        ("x" * 60, "x" * 40),
    ],
)
def test_a_title_becomes_a_slug(title: str, slug: str) -> None:
    assert slugs.derive(title) == slug


@given(st.text(max_size=200))
def test_any_title_gives_a_slug_that_a_deep_link_may_carry(title: str) -> None:
    slug = slugs.derive(title)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(f"c_{slug}-999") <= 64


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/London", "Europe/London"),
        ("europe/oslo", "Europe/Oslo"),
        ("New York", "America/New_York"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_is_found_as_people_write_it(typed: str, zone: str) -> None:
    assert opening.zone(typed) == zone


def test_a_wrong_zone_names_the_nearest() -> None:
    with pytest.raises(NoSuchZone) as refused:
        opening.zone("Osloo")
    assert refused.value.params["nearest"] == "Europe/Oslo"
