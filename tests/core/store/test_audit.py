import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from core.store import audit, commands
from tests.doubles.desk import EDITOR, Desk


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET by = 'nobody'", "DELETE FROM audit", "DELETE FROM audit WHERE id = 1"]
)
def test_the_database_itself_refuses_to_change_the_audit(desk: Desk, statement: str) -> None:
    desk.publishes()
    before = desk.store.read_now(audit.listed)

    def tamper(conn: sa.Connection) -> None:
        conn.execute(sa.text(statement))

    with pytest.raises(DBAPIError, match="append-only"):
        desk.store.write_now(tamper)
    assert desk.store.read_now(audit.listed) == before


def test_the_audit_is_read_newest_first(desk: Desk) -> None:
    for number in range(5):
        given = {"by": EDITOR, "action": "test", "subject": "thing", "subject_id": number}
        desk.store.write_now(audit.write, at=desk.clock(), **given)
    deeds = desk.store.read_now(audit.listed, subject="thing", newest=3)
    assert [one.subject_id for one in deeds] == ["4", "3", "2"]
    assert deeds[0].detail == {}


def test_old_tokens_are_forgotten(desk: Desk) -> None:
    desk.publishes(token="old")
    desk.clock.passes(days=8)
    desk.publishes(token="new")
    assert desk.store.write_now(commands.prune, desk.clock()) == 1
    assert not desk.store.read_now(commands.known, EDITOR, "old")
    assert desk.store.read_now(commands.known, EDITOR, "new")
