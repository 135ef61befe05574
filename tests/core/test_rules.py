"""Who gets what, how loudly, and the name of the rule that said so."""

from datetime import timedelta

import pytest

from core import rules
from core.model import (
    Bulletin,
    BulletinKind,
    Content,
    Coverage,
    CoverageStatus,
    Entry,
    EntryStatus,
    Importance,
    Level,
    Mode,
    Rules,
)
from tests.doubles.clock import NOON

STORM = Coverage(1, "storm", "Storm", "", "en", "Europe/London", CoverageStatus.LIVE, Mode.REHEARSAL, NOON)


def bulletin(importance: Importance = Importance.NORMAL, kind: BulletinKind = BulletinKind.ENTRY) -> Bulletin:
    content = Content(headline="News", importance=importance)
    status, mode = EntryStatus.PUBLISHED, Mode.REHEARSAL
    return Bulletin(1, kind, 1, STORM, Entry(1, 1, 1, 1, status, content, mode, NOON, NOON, NOON, bulletin_id=1))


@pytest.mark.parametrize(
    ("level", "importance", "why"),
    [
        (Level.ALL, Importance.NORMAL, "entries_all"),
        (Level.ALL, Importance.BREAKING, "entries_all"),
        (Level.KEY, Importance.KEY, "entries_key"),
        (Level.KEY, Importance.BREAKING, "entries_key"),
        (Level.BREAKING, Importance.BREAKING, "entries_breaking"),
    ],
)
def test_who_asked_for_it_gets_it(level: Level, importance: Importance, why: str) -> None:
    assert rules.decide(Rules(level), bulletin(importance)) == rules.Decision(deliver=True, why=why)


@pytest.mark.parametrize(
    ("level", "importance", "why"),
    [
        (Level.KEY, Importance.NORMAL, "below_key"),
        (Level.BREAKING, Importance.NORMAL, "below_breaking"),
        (Level.BREAKING, Importance.KEY, "below_breaking"),
        (Level.NOTHING, Importance.BREAKING, "entries_nothing"),
    ],
)
def test_who_did_not_ask_is_spared_and_the_rule_has_a_name(level: Level, importance: Importance, why: str) -> None:
    assert rules.decide(Rules(level), bulletin(importance)) == rules.Decision(deliver=False, why=why)


@pytest.mark.parametrize("level", [Level.ALL, Level.KEY, Level.BREAKING])
def test_an_alert_reaches_everybody_who_wants_anything(level: Level) -> None:
    assert rules.decide(Rules(level), bulletin(kind=BulletinKind.ALERT)).deliver


def test_who_wants_nothing_gets_no_alert_either() -> None:
    assert not rules.decide(Rules(Level.NOTHING), bulletin(kind=BulletinKind.ALERT)).deliver


@pytest.mark.parametrize("minutes", [0, 14, 15])
def test_a_fresh_alert_rings(minutes: int) -> None:
    assert rules.rings(bulletin(kind=BulletinKind.ALERT), NOON + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [15.1, 59, 360])
def test_an_old_alert_never_rings(minutes: float) -> None:
    assert not rules.rings(bulletin(kind=BulletinKind.ALERT), NOON + timedelta(minutes=minutes))


def test_an_entry_never_rings_however_important() -> None:
    assert not rules.rings(bulletin(Importance.BREAKING), NOON)
