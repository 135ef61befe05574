import pytest

from core.errors import EditConflict, NotStanding
from core.model import Change, Correction, Operation, Proposal
from core.store import audit, entries
from tests.doubles.desk import EDITOR, Desk, says


def propose(desk: Desk, entry, words: str) -> Proposal | None:
    return desk.store.write_now(entries.propose, entry.id, says(words), desk.clock())


def settle(desk: Desk, proposal: Proposal, *, accept: bool, **more):
    given = {"accept": accept, "actor": EDITOR, "now": desk.clock()}
    return desk.store.write_now(entries.settle_proposal, proposal.id, **given, **more)


def test_a_suggestion_waits_for_an_editor(desk: Desk) -> None:
    entry = desk.publishes()
    proposal = propose(desk, entry, "Reworded")
    assert (proposal.entry_id, proposal.number, proposal.content) == (entry.id, 1, says("Reworded"))
    assert desk.store.read_now(entries.proposals, desk.coverage.id) == (proposal,)
    assert desk.store.read_now(entries.get, entry.id) == entry


def test_the_same_suggestion_comes_once(desk: Desk) -> None:
    entry = desk.publishes()
    assert propose(desk, entry, "Reworded")
    assert propose(desk, entry, "Reworded") is None


def test_a_newer_suggestion_replaces_an_open_one(desk: Desk) -> None:
    entry = desk.publishes()
    old = propose(desk, entry, "Reworded")
    new = propose(desk, entry, "Reworded again")
    assert desk.store.read_now(entries.proposals, desk.coverage.id) == (new,)
    assert settle(desk, old, accept=True) is None


def test_accepting_makes_a_revision_of_the_entry_as_it_stands(desk: Desk) -> None:
    entry = desk.publishes()
    proposal = propose(desk, entry, "Reworded")
    desk.revises(entry, "Corrected meanwhile", Change.CORRECTION)
    after = settle(desk, proposal, accept=True)
    assert (after.revision, after.content) == (3, says("Reworded"))
    assert Operation.EDIT in [one.operation for one in desk.active()]
    assert desk.store.read_now(entries.proposals, desk.coverage.id) == ()
    assert settle(desk, proposal, accept=True) is None


def test_a_declined_suggestion_is_not_made_again(desk: Desk) -> None:
    entry = desk.publishes()
    assert settle(desk, propose(desk, entry, "Reworded"), accept=False) is None
    assert desk.store.read_now(entries.get, entry.id) == entry
    assert propose(desk, entry, "Reworded") is None
    assert desk.store.read_now(audit.listed, subject="entry")[0].action == "decline"
    assert propose(desk, entry, "Something else")


def test_a_page_that_goes_back_and_forth_is_followed(desk: Desk) -> None:
    entry = desk.publishes()
    for words in ("There", "And back", "There"):
        assert settle(desk, propose(desk, entry, words), accept=True).content == says(words)


def test_a_suggestion_for_a_retracted_entry_is_refused_and_stays(desk: Desk) -> None:
    entry = desk.publishes()
    proposal = propose(desk, entry, "Reworded")
    desk.retracts(entry)
    with pytest.raises(NotStanding):
        settle(desk, proposal, accept=True)
    assert desk.store.read_now(entries.proposals, desk.coverage.id) == (proposal,)
    settle(desk, proposal, accept=False)


def test_who_accepts_gets_what_they_were_shown_or_nothing(desk: Desk) -> None:
    entry = desk.publishes()
    proposal = propose(desk, entry, "Reworded")
    assert desk.store.read_now(entries.proposal, proposal.id) == proposal
    desk.revises(entry, "Corrected meanwhile", Change.CORRECTION)
    with pytest.raises(EditConflict):
        settle(desk, proposal, accept=True, expected=1)
    assert desk.store.read_now(entries.proposals, desk.coverage.id) == (proposal,)
    shown = says("Reworded", corrections=(Correction("The source changed it.", desk.clock()),))
    assert settle(desk, proposal, accept=True, expected=2, content=shown).content == shown
    assert desk.store.read_now(entries.proposal, proposal.id) is None
