"""The counters of who follows what, held against a fresh count after whatever may happen to followers."""

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core import rules
from core.errors import StoreTrouble
from core.model import Address, Importance, Level, Mode, Operation, PlaceKind, Platform, Rules, Scope, Urgency
from core.store import Store, audiences, commits, coverages, destinations, engines, place, schema, subscriptions, tables
from tests.doubles.clock import Clock
from tests.doubles.databases import Databases
from tests.doubles.desk import DISCORD, EDITOR, TELEGRAM, Desk, says

LEVELS = tuple(Level)
SETS = [some for size in range(1, 5) for some in itertools.combinations(LEVELS, size)]
PLACES = 4
PEOPLE, TURNS = 8, 10


@dataclass
class Town:
    """Three coverages, of which two may belong to either of two series, and places that come and go."""

    desk: Desk

    def __post_init__(self) -> None:
        make = self.desk.store.write_now
        series = [
            make(coverages.create_series, slug=slug, title=slug, by=EDITOR, now=self.desk.clock())
            for slug in ("storms", "floods")
        ]
        self.series = [one.id for one in series]
        self.coverages = [self.desk.coverage.id, self.desk.opens("gale", series_id=self.series[0]).id]
        self.coverages.append(self.desk.opens("flood", series_id=self.series[1]).id)
        self.wishes = [(Scope.NEWSROOM, 0), *((Scope.SERIES, one) for one in self.series)]
        self.wishes += [(Scope.COVERAGE, one) for one in self.coverages]

    def begins_anew(self) -> None:
        """Nobody is left, and nothing is counted."""

        def empty(conn: sa.Connection) -> None:
            for table in (tables.subscription, tables.destination, tables.audience):
                conn.execute(table.delete())
            for coverage_id, series_id in zip(self.coverages[1:], self.series, strict=True):
                conn.execute(
                    tables.coverage.update().where(tables.coverage.c.id == coverage_id).values(series_id=series_id)
                )

        self.desk.store.write_now(empty)

    def counted(self) -> dict[Any, int]:
        """What the counters say, for each coverage and lane and any set of wishes."""

        def ask(conn: sa.Connection) -> dict[Any, int]:
            return {
                (coverage_id, some, lane_id): many
                for coverage_id in self.coverages
                for some in SETS
                for lane_id, many in audiences.of_coverage(conn, coverage_id, some).items()
            }

        return self.desk.store.read_now(ask)

    def fresh(self) -> dict[Any, int]:
        """The same, found by asking every place for its most specific wish."""
        counts = dict.fromkeys(itertools.product(self.coverages, SETS, self.desk.lanes.values()), 0)
        for coverage_id in self.coverages:
            for lane_id, level in self.desk.store.read_now(self._reached, coverage_id):
                for some in SETS:
                    counts[coverage_id, some, lane_id] += level in some
        return counts

    def _reached(self, conn: sa.Connection, coverage_id: int) -> list[tuple[int, Level]]:
        series_id = coverages.get(conn, coverage_id).series_id
        points = {(Scope.NEWSROOM, 0): 0, (Scope.SERIES, series_id): 1, (Scope.COVERAGE, coverage_id): 2}
        wish, found = tables.subscription.c, {}
        for row in conn.execute(sa.select(tables.subscription).where(wish.active)).all():
            rank = points.get((row.scope, row.target_id), -1)
            if rank > found.get(row.destination_id, (-1,))[0]:
                found[row.destination_id] = rank, row.lane_id, row.entries
        return [(lane_id, level) for _, lane_id, level in found.values()]

    def rows(self) -> dict[Any, int]:
        """The counters themselves."""
        counter = tables.audience.c

        def ask(conn: sa.Connection) -> dict[Any, int]:
            every = conn.execute(sa.select(tables.audience).where(counter.count != 0))
            return {(row.lane_id, row.scope, row.target_id, row.entries): row.count for row in every}

        return self.desk.store.read_now(ask)

    def happens(self, door: Store, deed: tuple[Any, ...]) -> None:
        """One thing that may befall followers."""
        name, *given = deed
        getattr(self, f"_{name}")(door, *given)

    def _place(self, conn: sa.Connection, number: int) -> int | None:
        # The first two are topics of one group, the last is on the other account.
        address = _address(number)
        account = DISCORD if address.platform is Platform.DISCORD else TELEGRAM
        found = destinations.find(conn, account, address)
        return None if found is None else found.id

    def _connects(self, door: Store, number: int) -> None:
        address = _address(number)
        door.write_now(
            destinations.connect,
            account=DISCORD if address.platform is Platform.DISCORD else TELEGRAM,
            address=address,
            kind=PlaceKind.PRIVATE,
            title="",
            language="en",
            now=self.desk.clock(),
        )

    def _follows(self, door: Store, number: int, wish: int, level: Level) -> None:
        self._connects(door, number)
        scope, target_id = self.wishes[wish]

        def follow(conn: sa.Connection) -> None:
            if (place_id := self._place(conn, number)) is not None:
                wanted = Rules(entries=level)
                given = {"destination_id": place_id, "scope": scope, "target_id": target_id, "rules": wanted}
                subscriptions.follow(conn, **given, now=self.desk.clock())

        door.write_now(follow)

    def _unfollows(self, door: Store, number: int, wish: int | None) -> None:
        given = () if wish is None else self.wishes[wish]

        def unfollow(conn: sa.Connection) -> None:
            if (place_id := self._place(conn, number)) is not None:
                subscriptions.unfollow(conn, place_id, *given)

        door.write_now(unfollow)

    def _pauses(self, door: Store, numbers: tuple[int, ...], because: str) -> None:
        def pause(conn: sa.Connection) -> None:
            known = [one for number in numbers if (one := self._place(conn, number)) is not None]
            paused = tuple((one, because) for one in sorted(known))
            commits.apply(conn, commits.Batch(at=self.desk.clock(), paused=paused))

        door.write_now(pause)

    def _resumes(self, door: Store, number: int) -> None:
        def resume(conn: sa.Connection) -> None:
            if (place_id := self._place(conn, number)) is not None:
                destinations.resume(conn, place_id)

        door.write_now(resume)

    def _moves(self, door: Store, number: int, other: int) -> None:
        old, new = _address(number).chat_id, _address(other).chat_id
        door.write_now(destinations.move, TELEGRAM, old, new, self.desk.clock())

    def _joins_series(self, door: Store, coverage: int, series: int | None) -> None:
        chosen = None if series is None else self.series[series]
        door.write_now(coverages.amend, self.coverages[coverage], by=EDITOR, now=self.desk.clock(), series_id=chosen)


def _address(number: int) -> Address:
    if number == PLACES - 1:
        return Address(Platform.DISCORD, 900 + number)
    return Address(Platform.TELEGRAM, -100, number + 1) if number < 2 else Address(Platform.TELEGRAM, -200 - number, 1)


NUMBERS = st.integers(0, PLACES - 1)
DEEDS = st.one_of(
    st.tuples(st.just("follows"), NUMBERS, st.integers(0, 5), st.sampled_from(LEVELS)),
    st.tuples(st.just("follows"), NUMBERS, st.integers(0, 5), st.sampled_from(LEVELS)),
    st.tuples(st.just("unfollows"), NUMBERS, st.none() | st.integers(0, 5)),
    st.tuples(st.just("pauses"), st.lists(NUMBERS, unique=True).map(tuple), st.sampled_from(["blocked", "kicked"])),
    st.tuples(st.just("resumes"), NUMBERS),
    st.tuples(st.just("connects"), NUMBERS),
    st.tuples(st.just("moves"), NUMBERS, NUMBERS),
    st.tuples(st.just("joins_series"), st.integers(0, 2), st.none() | st.integers(0, 1)),
)


@pytest.fixture
def town(desk: Desk) -> Town:
    return Town(desk)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(DEEDS, min_size=1, max_size=20))
@example(history=[("follows", 0, wish, level) for wish, level in zip(range(6), LEVELS * 2, strict=False)])
@example(history=[("follows", 0, 4, Level.KEY), ("follows", 0, 1, Level.ALL), ("joins_series", 1, 1)])
@example(history=[("follows", 0, 3, Level.ALL), ("follows", 2, 3, Level.KEY), ("moves", 0, 2)])
def test_after_any_history_the_counters_say_what_a_fresh_count_says(town: Town, history: list[Any]) -> None:
    town.begins_anew()
    for deed in history:
        town.happens(town.desk.store, deed)
    assert town.counted() == town.fresh()
    kept = town.rows()
    town.desk.store.write_now(audiences.recount)
    assert town.rows() == kept


def test_nobody_is_counted_for_what_was_not_kept(town: Town) -> None:
    place = town.desk.reader(1)

    def changes_its_mind(conn: sa.Connection) -> None:
        subscriptions.unfollow(conn, place.id)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        town.desk.store.write_now(changes_its_mind)
    town.desk.follows(town.desk.connects(2))
    assert (
        town.desk.store.read_now(audiences.of_coverage, town.desk.coverage.id, LEVELS)[town.desk.lanes[TELEGRAM]] == 2
    )


@pytest.mark.parametrize(
    ("importance", "reached"), [(Importance.NORMAL, 1), (Importance.KEY, 2), (Importance.BREAKING, 3)]
)
def test_a_publish_notes_how_many_wish_for_its_importance(desk: Desk, importance: Importance, reached: int) -> None:
    for chat, level in enumerate(LEVELS, start=1):
        desk.follows(desk.connects(chat), level=level)
    desk.publishes(content=says("News", importance=importance))
    assert [one.audience for one in desk.active(TELEGRAM)] == [reached]
    assert [one.audience for one in desk.active(DISCORD)] == [0]
    assert len(rules.asked_for(importance)) == reached


def test_an_alert_counts_all_who_wish_for_anything(desk: Desk) -> None:
    for chat, level in enumerate(LEVELS, start=1):
        desk.follows(desk.connects(chat), level=level)
    desk.publishes(alert=True)
    assert [one.audience for one in desk.active(TELEGRAM)] == [3]


def test_a_retraction_is_for_those_who_have_a_copy(desk: Desk) -> None:
    for chat in range(1, 6):
        desk.reader(chat)
    entry = desk.publishes()
    (broadcast,) = desk.active(TELEGRAM)
    desk.commits(walks=(commits.WalkMark(broadcast.id, 4, sent=3, unknown=1),))
    desk.retracts(entry)
    (retraction,) = desk.active(TELEGRAM)
    assert (retraction.operation, retraction.urgency) == (Operation.RETRACT, Urgency.NOTICE)
    assert retraction.audience == 4


@pytest.fixture
def doors(store_url: str) -> Iterator[list[Store]]:
    opened = [Store.open(store_url, mode=Mode.REHEARSAL) for _ in range(4)]
    yield opened
    for door in opened:
        door.close()


def test_many_who_come_and_go_at_once_are_counted_and_never_wait_crosswise(
    doors: list[Store], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever meets another crosswise has no second go here, and the test sees it.
    monkeypatch.setattr("core.store._TRIES", 1)
    town = Town(Desk(doors[0], clock))
    # Somebody whom nobody else touches stays, whoever has gone in the end.
    town.happens(doors[0], ("follows", PLACES, 0, Level.ALL))
    histories = [_history(number) for number in range(PEOPLE)]
    start, troubles = threading.Barrier(len(histories)), []

    def live(number: int) -> None:
        start.wait(20)
        try:
            for deed in histories[number]:
                town.happens(doors[number % len(doors)], deed)
        except StoreTrouble as trouble:
            troubles.append(str(trouble))

    threads = [threading.Thread(target=live, args=(number,)) for number in range(len(histories))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert troubles == []
    assert town.counted() == town.fresh()
    assert sum(town.fresh().values()) > 0


def _history(number: int) -> list[tuple[Any, ...]]:
    """What one does at the same few places as all others; the last one moves a coverage between series."""
    if number == PEOPLE - 1:
        return [("joins_series", 1, turn % 2) for turn in range(TURNS)]
    deeds: list[tuple[Any, ...]] = []
    for turn in range(TURNS):
        here, wish = (number + turn) % PLACES, (number * 5 + turn) % 6
        deeds.append(("follows", here, wish, LEVELS[(number + turn) % 4]))
        if turn % 3 == 0:
            deeds.append(("unfollows", (here + 1) % PLACES, None if turn % 2 else wish))
        if turn % 4 == 1:
            deeds.append(("pauses", (here, (here + 1) % PLACES), "kicked" if turn % 8 == 1 else "blocked"))
            deeds.append(("resumes", here))
    return deeds


def test_an_upgrade_counts_those_who_follow_already(databases: Databases) -> None:
    url = databases.migrated()
    store = Store.open(url, mode=Mode.REHEARSAL)
    town = Town(Desk(store, Clock()))
    for number, deed in itertools.product(range(4), _history(3)):
        town.happens(store, (deed[0], (deed[1] + number) % PLACES, *deed[2:]) if deed[0] == "follows" else deed)
    town.desk.publishes()
    counted, rows = town.counted(), town.rows()
    assert counted == town.fresh()
    assert any(count < 0 for count in rows.values())
    under = engines.build(place.find(url))
    with under.writer.begin() as conn:
        config = schema._config()
        config.attributes["connection"] = conn
        command.downgrade(config, "0001")
        assert "audience" not in sa.inspect(conn).get_table_names()
        command.upgrade(config, "head")
    under.close()
    assert (town.rows(), town.counted()) == (rows, counted)
    store.close()
