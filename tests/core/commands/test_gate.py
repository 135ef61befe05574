"""Nobody acts in another's name: the gate before every privileged command (TH1, TH3-TH5, U3)."""

import contextlib

import pytest

from core.commands import forms, gate
from core.commands.forms import Speaker as Who
from core.commands.gate import Admission
from core.commands.heard import Incoming, Mark, Place
from core.errors import MaskedCaller, NotEnrolled, Refusal, SecondHand
from core.model import Address, Person, PlaceKind, Platform, Role
from tests.doubles.speakers import Office, Silence

ADA = Person("ada", "Ada", Role.EDITOR)
PRIVATE = Place("tg", Address(Platform.TELEGRAM, 1), PlaceKind.PRIVATE)
GROUP = Place("tg", Address(Platform.TELEGRAM, -1), PlaceKind.GROUP)
PRIVILEGED = [command for command in forms.COMMANDS if command.speaker is Who.EDITOR]


def said(*marks: Mark, place: Place = PRIVATE) -> Incoming:
    return Incoming(place, "update:1", 1, marks=frozenset(marks))


def test_an_editors_own_fresh_words_are_acted_on() -> None:
    assert gate.admit(said(), ADA) is Admission.ACT
    assert gate.admit(said(place=GROUP), ADA) is Admission.ACT


@pytest.mark.parametrize("mark", list(Mark))
def test_no_mark_at_all_lets_anybody_act(mark: Mark) -> None:
    for place in (PRIVATE, GROUP):
        for person in (ADA, None):
            with contextlib.suppress(Refusal):
                assert gate.admit(said(mark, place=place), person) is not Admission.ACT


@pytest.mark.parametrize("mark", [Mark.FORWARDED, Mark.EDITED])
def test_old_words_of_an_editor_open_a_draft_in_private_only(mark: Mark) -> None:
    assert gate.admit(said(mark), ADA) is Admission.DRAFT
    with pytest.raises(SecondHand):
        gate.admit(said(mark, place=GROUP), ADA)


@pytest.mark.parametrize("other", [Mark.VIA_BOT, Mark.ANONYMOUS, Mark.AS_CHANNEL])
def test_old_words_with_another_mark_open_nothing(other: Mark) -> None:
    with pytest.raises((SecondHand, MaskedCaller)):
        gate.admit(said(Mark.FORWARDED, other), ADA)


@pytest.mark.parametrize("mark", [Mark.FROM_BOT, Mark.AUTO_FORWARDED])
def test_a_machines_echo_is_not_answered(mark: Mark) -> None:
    assert gate.admit(said(mark), None) is Admission.IGNORE
    assert gate.echo(said(mark))


@pytest.mark.parametrize("mark", [Mark.ANONYMOUS, Mark.AS_CHANNEL])
def test_whoever_hides_is_told_nothing_about_enrolment(mark: Mark) -> None:
    with pytest.raises(MaskedCaller):
        gate.admit(said(mark), None)


def test_who_is_not_enrolled_is_told_their_own_id() -> None:
    with pytest.raises(NotEnrolled) as refused:
        gate.admit(said(), None)
    assert refused.value.params == {"external_id": "1"}


WORDS = {
    "coverage.new": "/coverage new Gale",
    "coverage.open": "/coverage open storm-ylva",
    "coverage.close": "/coverage close storm-ylva",
    "coverage.use": "/coverage use storm-ylva",
    "coverage.list": "/coverage list",
    "post": "/post Dam broken",
    "alert": "/alert Dam broken",
    "correct": "/correct 1 Dam broken",
    "retract": "/retract 1 Dam broken",
    "summary": "/summary\nDam broken",
    "proposals": "/proposals 1",
}


async def left_alone(office: Office) -> tuple[object, ...]:
    coverage = await office.rooms.newsroom.coverage("storm-ylva")
    every = await office.rooms.newsroom.coverages()
    return (
        coverage.status,
        len(every),
        await office.rooms.newsroom.newest(coverage, 9),
        await office.rooms.newsroom.summary(coverage),
    )


def test_every_privileged_command_is_tried_below() -> None:
    assert {command.name for command in PRIVILEGED} == set(WORDS)


@pytest.mark.parametrize("name", sorted(WORDS))
async def test_a_marked_command_never_executes(office: Office, name: str) -> None:
    editor = await office.editor()
    await editor.types("/coverage new Storm Ylva")
    await editor.types("/post Dam holds")
    before = await left_alone(office)
    in_group = office.group(caller=editor.caller, manages=True)
    for mark in Mark:
        await editor.tries(WORDS[name], mark)
        await in_group.tries(WORDS[name], mark)
    assert await left_alone(office) == before


@pytest.mark.parametrize("name", sorted(WORDS))
async def test_somebody_not_enrolled_is_refused_politely_and_told_their_id(office: Office, name: str) -> None:
    await office.opens("Storm Ylva")
    before = await left_alone(office)
    reply = await office.telegram(caller=4711).types(WORDS[name])
    assert "you are not enrolled. Your id is 4711" in reply.text()
    assert await left_alone(office) == before


@pytest.mark.parametrize("path", [one.discord for one in PRIVILEGED])
async def test_hiding_a_command_on_discord_is_not_what_protects_it(office: Office, path: str) -> None:
    await office.opens("Storm Ylva")
    reply = await office.discord(caller=4711, manages=True).uses(path, coverage="storm-ylva", title="Gale", text="Dam")
    assert "you are not enrolled. Your id is 4711" in reply.text()


async def test_an_editors_name_opens_nothing(office: Office) -> None:
    """TH1: the same number on another platform is another account."""
    await office.editor(caller=7)
    assert "not enrolled" in (await office.discord(caller=7).uses("desk coverage-list")).text()


async def test_a_forwarded_post_opens_a_draft_that_only_the_editor_can_confirm(office: Office) -> None:
    editor = await office.editor()
    await editor.types("/coverage new Storm Ylva")
    card = await editor.types("/post Dam broken", Mark.FORWARDED)
    assert "Draft for Storm Ylva" in card.text()
    await editor.presses(card, "Publish")
    assert len(await office.rooms.newsroom.newest(await office.rooms.newsroom.coverage("storm-ylva"), 9)) == 1


async def test_a_stranger_forwarding_words_gets_no_answer(office: Office) -> None:
    with pytest.raises(Silence):
        await office.telegram(caller=9).types("Dam broken", Mark.FORWARDED)


async def test_an_invitation_is_redeemed_once_by_a_link(office: Office) -> None:
    invitation = await office.rooms.enrolment.invite("Ada", Role.EDITOR, by="owner")
    reader = office.telegram(caller=11)
    reply = await reader.types(f"/start {invitation.payload}")
    assert "Welcome to the desk, Ada. You are enrolled as editor." in reply.text()
    assert "used already" in (await office.telegram(caller=12).types(f"/start {invitation.payload}")).text()
    assert "not enrolled" in (await office.telegram(caller=12).types("/post Dam")).text()


async def test_an_invitation_is_redeemed_on_discord_by_its_code(office: Office) -> None:
    invitation = await office.rooms.enrolment.invite("Grace", Role.EDITOR, by="owner")
    grace = office.discord(caller=21)
    assert "Welcome to the desk, Grace" in (await grace.uses("desk join", code=invitation.code)).text()
    assert "There is no coverage yet" in (await grace.uses("desk coverage-list")).text()


async def test_an_invitation_ends_after_a_quarter_of_an_hour(office: Office) -> None:
    invitation = await office.rooms.enrolment.invite("Ada", Role.EDITOR, by="owner")
    office.clock.passes(minutes=15)
    assert "too old" in (await office.telegram().types(f"/start {invitation.payload}")).text()


async def test_an_invitation_is_not_redeemed_in_front_of_others_or_at_second_hand(office: Office) -> None:
    invitation = await office.rooms.enrolment.invite("Ada", Role.EDITOR, by="owner")
    assert "in private" in (await office.group().types(f"/start {invitation.payload}")).text()
    forwarded = await office.telegram().types(f"/start {invitation.payload}", Mark.FORWARDED)
    assert "forwarded" in forwarded.text()
    assert "Welcome" in (await office.telegram().types(f"/start {invitation.payload}")).text()


async def test_guessing_codes_ends_after_five_tries(office: Office) -> None:
    guesser = office.telegram(caller=31)
    for _ in range(5):
        assert "too old" in (await guesser.types("/join guess")).text()
        office.clock.passes(seconds=20)
    invitation = await office.rooms.enrolment.invite("Ada", Role.EDITOR, by="owner")
    assert "Too many wrong codes" in (await guesser.types(f"/join {invitation.code}")).text()
    assert "Welcome" in (await office.telegram(caller=32).types(f"/join {invitation.code}")).text()


async def test_guessing_from_many_accounts_locks_everybody_out_for_a_while(office: Office) -> None:
    for caller in range(100, 120):
        await office.telegram(caller=caller).types("/join guess")
    assert "Too many" in (await office.telegram(caller=99).types("/join guess")).text()
    office.clock.passes(minutes=1)
    assert "too old" in (await office.telegram(caller=99).types("/join guess")).text()
