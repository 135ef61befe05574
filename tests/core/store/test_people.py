from datetime import timedelta

import pytest

from core.model import Person, Platform, Role
from core.store import audit, drafts, people
from core.store.drafts import Intent
from tests.doubles.desk import EDITOR, TELEGRAM, Desk, says

CODE = "c" * 64


def invite(desk: Desk, code: str = CODE, name: str = "Ada", role: Role = Role.EDITOR) -> None:
    expires_at = desk.clock() + timedelta(minutes=15)
    given = {"name": name, "role": role, "code_hash": code, "expires_at": expires_at, "by": "terminal"}
    desk.store.write_now(people.invite, now=desk.clock(), **given)


def redeem(desk: Desk, code: str = CODE, external_id: int = 42, platform: Platform = Platform.TELEGRAM):
    return desk.store.write_now(
        people.redeem, code_hash=code, platform=platform, external_id=external_id, now=desk.clock()
    )


def who(desk: Desk, external_id: int = 42, platform: Platform = Platform.TELEGRAM) -> Person | None:
    return desk.store.read_now(people.who, platform, external_id)


def test_an_invitation_enrols_one_account(desk: Desk) -> None:
    invite(desk, role=Role.LEAD)
    assert who(desk) is None
    ada = redeem(desk)
    assert (ada.name, ada.role) == ("Ada", Role.LEAD)
    assert who(desk) == ada
    assert who(desk, platform=Platform.DISCORD) is None
    assert desk.store.read_now(people.get, ada.key) == ada
    assert desk.store.read_now(people.accounts_of, ada.key) == ((Platform.TELEGRAM, 42),)


def test_an_invitation_works_once_and_in_its_time(desk: Desk) -> None:
    invite(desk)
    assert redeem(desk, "d" * 64) is None
    assert redeem(desk)
    assert redeem(desk, external_id=43) is None
    invite(desk, "e" * 64)
    desk.clock.passes(minutes=15)
    assert redeem(desk, "e" * 64, external_id=43) is None
    assert who(desk, 43) is None


def test_a_known_account_keeps_its_person_and_takes_the_new_role(desk: Desk) -> None:
    invite(desk)
    ada = redeem(desk)
    invite(desk, "d" * 64, name="Ada L.", role=Role.OWNER)
    again = redeem(desk, "d" * 64)
    assert again == Person(ada.key, "Ada L.", Role.OWNER)
    assert desk.store.read_now(people.listed) == (again,)


def test_removing_takes_every_right_and_the_tie_to_the_account(desk: Desk) -> None:
    invite(desk)
    ada = redeem(desk)
    assert desk.store.write_now(people.remove, ada.key, by="terminal", now=desk.clock())
    assert not desk.store.write_now(people.remove, ada.key, by="terminal", now=desk.clock())
    assert who(desk) is None
    assert desk.store.read_now(people.listed) == ()
    assert desk.store.read_now(people.accounts_of, ada.key) == ()
    # What they did stays known by a key that leads nowhere.
    assert [one.action for one in desk.store.read_now(audit.listed, subject="person")] == ["remove", "enrol"]


def test_removing_takes_their_drafts_too(desk: Desk) -> None:
    invite(desk)
    ada = redeem(desk)
    place = desk.connects(42).address
    given = {"person_key": ada.key, "account": TELEGRAM, "address": place, "intent": Intent.ENTRY}
    draft = desk.store.write_now(
        drafts.create, coverage_id=desk.coverage.id, content=says("Half a thought"), now=desk.clock(), **given
    )
    desk.store.write_now(people.remove, ada.key, by=EDITOR, now=desk.clock())
    assert desk.store.read_now(drafts.get, draft.id) is None


def test_an_editor_means_the_coverage_they_chose(desk: Desk) -> None:
    invite(desk)
    ada = redeem(desk)
    assert desk.store.read_now(people.chosen_coverage, ada.key) is None
    desk.store.write_now(people.choose_coverage, ada.key, desk.coverage.id)
    assert desk.store.read_now(people.chosen_coverage, ada.key) == desk.coverage
    assert desk.store.read_now(people.chosen_coverage, "nobody") is None


def test_the_audit_of_an_enrolment_names_no_account(desk: Desk) -> None:
    invite(desk)
    redeem(desk, external_id=987654321)
    every = desk.store.read_now(audit.listed)
    assert "987654321" not in repr(every)
    assert CODE not in repr(every)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_survives(desk: Desk, role: Role) -> None:
    invite(desk, role=role)
    assert redeem(desk).role is role
