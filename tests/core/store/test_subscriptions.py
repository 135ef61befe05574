import random

import pytest

from core.model import Level, Platform, Rules, Scope
from core.store import accounts, audiences, coverages, destinations, subscriptions
from core.store.subscriptions import Candidate
from tests.doubles.desk import DISCORD, EDITOR, TELEGRAM, Desk


def page(desk: Desk, after: int = 0, limit: int = 500, seq: int = 10_000, account: str = TELEGRAM, coverage=None):
    return desk.store.read_now(
        subscriptions.page,
        lane_id=desk.lanes[account],
        coverage_id=(coverage or desk.coverage).id,
        audience_seq=seq,
        after=after,
        limit=limit,
    )


def walked(desk: Desk, limit: int, **more) -> list[Candidate]:
    found: list[Candidate] = []
    last = False
    while not last:
        stretch = page(desk, after=found[-1].destination.id if found else 0, limit=limit, **more)
        assert len(stretch.rows) <= limit
        found += stretch.rows
        last = stretch.last
    return found


def wished(candidate: Candidate, seq: int = 10_000) -> Rules:
    rules = candidate.wish(seq)
    assert rules is not None
    return rules


def in_series(desk: Desk):
    series = desk.store.write_now(coverages.create_series, slug="storms", title="Storms", by=EDITOR, now=desk.clock())
    return series, desk.opens("next-storm", series_id=series.id)


def test_following_twice_is_one_wish_with_the_newest_rules(desk: Desk) -> None:
    place = desk.connects(1)
    first = desk.follows(place)
    second = desk.follows(place, level=Level.KEY)
    assert (second.id, second.joined_seq, second.rules.entries) == (first.id, first.joined_seq, Level.KEY)
    assert desk.store.read_now(subscriptions.of_destination, place.id) == (second,)


def test_unfollowing_ends_one_wish_or_all(desk: Desk) -> None:
    place = desk.reader(1)
    desk.follows(place, Scope.NEWSROOM)
    desk.follows(place, Scope.COVERAGE, desk.opens("election").id)
    ends = desk.store.write_now
    assert ends(subscriptions.unfollow, place.id, Scope.COVERAGE, desk.coverage.id) == 1
    assert ends(subscriptions.unfollow, place.id, Scope.COVERAGE, desk.coverage.id) == 0
    assert ends(subscriptions.unfollow, place.id) == 2
    assert desk.store.read_now(subscriptions.of_destination, place.id) == ()


def test_the_most_specific_wish_counts_and_each_place_comes_once(desk: Desk) -> None:
    series, coverage = in_series(desk)
    place = desk.connects(1)
    desk.follows(place, Scope.NEWSROOM, level=Level.ALL)
    assert [wished(one).entries for one in page(desk, coverage=coverage).rows] == [Level.ALL]
    desk.follows(place, Scope.SERIES, series.id, level=Level.KEY)
    assert [wished(one).entries for one in page(desk, coverage=coverage).rows] == [Level.KEY]
    desk.follows(place, Scope.COVERAGE, coverage.id, level=Level.NOTHING)
    assert [wished(one).entries for one in page(desk, coverage=coverage).rows] == [Level.NOTHING]


def test_a_wish_counts_for_what_was_published_after_it(desk: Desk) -> None:
    place = desk.connects(1)
    early = desk.follows(place, Scope.NEWSROOM, level=Level.KEY)
    late = desk.follows(place, level=Level.ALL)
    (candidate,) = page(desk).rows
    assert wished(candidate, late.joined_seq).entries is Level.ALL
    assert wished(candidate, early.joined_seq).entries is Level.KEY
    assert candidate.wish(early.joined_seq - 1) is None


def test_a_follower_of_the_series_is_reached_by_each_new_coverage(desk: Desk) -> None:
    series, coverage = in_series(desk)
    place = desk.connects(1)
    desk.follows(place, Scope.SERIES, series.id)
    assert [one.destination for one in page(desk, coverage=coverage).rows] == [place]
    assert page(desk).rows == ()
    assert desk.store.read_now(coverages.series_by_slug, "storms") == series
    assert desk.store.read_now(coverages.listed_series) == (series,)


def test_a_page_leaves_out_who_joined_later_paused_or_is_elsewhere(desk: Desk) -> None:
    place, paused, later = desk.reader(1), desk.reader(2), desk.connects(3)
    desk.reader(4, DISCORD)
    desk.store.write_now(destinations.pause, paused.id, "blocked", desk.clock())
    joined = desk.follows(later)
    assert [one.destination for one in page(desk, seq=joined.joined_seq - 1).rows] == [place]
    assert [one.destination for one in page(desk).rows] == [place, later]
    assert page(desk).last


def test_whether_a_place_follows_in_any_way(desk: Desk) -> None:
    series, coverage = in_series(desk)
    place = desk.connects(1)
    ask = desk.store.read_now
    assert not ask(subscriptions.follows, place.id, coverage.id)
    desk.follows(place, Scope.SERIES, series.id)
    assert ask(subscriptions.follows, place.id, coverage.id)
    assert not ask(subscriptions.follows, place.id, desk.coverage.id)
    desk.store.write_now(destinations.pause, place.id, "blocked", desk.clock())
    assert not ask(subscriptions.follows, place.id, coverage.id)


def test_a_paused_place_that_follows_something_is_still_paused(desk: Desk) -> None:
    place = desk.connects(1)
    desk.store.write_now(destinations.pause, place.id, "blocked", desk.clock())
    desk.follows(place)
    assert page(desk).rows == ()
    desk.store.write_now(destinations.resume, place.id)
    assert len(page(desk).rows) == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 500])
def test_pages_of_any_size_make_the_same_walk(desk: Desk, limit: int) -> None:
    chance = random.Random(7)
    series, coverage = in_series(desk)
    wishes = [(Scope.NEWSROOM, 0), (Scope.SERIES, series.id), (Scope.COVERAGE, coverage.id)]
    expected = {}
    for chat in range(1, 30):
        place = desk.connects(chat)
        # From the least to the most specific, so that the last one counts.
        for scope, target in [one for one in wishes if chance.random() < 0.4]:
            expected[place.id] = desk.follows(place, scope, target, chance.choice(list(Level))).rules
    found = walked(desk, limit, coverage=coverage)
    assert [one.destination.id for one in found] == sorted(expected)
    assert {one.destination.id: wished(one) for one in found} == expected


def test_a_full_last_page_is_known_to_be_the_last(desk: Desk) -> None:
    for chat in range(1, 5):
        desk.reader(chat)
    assert not page(desk, limit=3).last
    assert page(desk, limit=4).last


def test_the_audience_counts_places_not_wishes(desk: Desk) -> None:
    both = desk.reader(1)
    desk.follows(both, Scope.NEWSROOM)
    desk.reader(2)
    paused = desk.reader(3)
    desk.store.write_now(destinations.pause, paused.id, "blocked", desk.clock())
    desk.reader(4, DISCORD)
    levels = tuple(Level)
    lanes = desk.lanes
    asked = desk.store.read_now
    assert asked(audiences.of_coverage, desk.coverage.id, levels) == {lanes[TELEGRAM]: 2, lanes[DISCORD]: 1}
    desk.store.write_now(accounts.enrol_lanes, [(TELEGRAM, Platform.TELEGRAM)], desk.clock())
    assert asked(audiences.of_coverage, desk.coverage.id, levels) == {lanes[TELEGRAM]: 2}
