"""A page comes in: oldest first, once, and nothing is sent by it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core import blocks
from core.formats.page import Page, PageEntry, fingerprint
from core.model import (
    Content,
    Correction,
    Coverage,
    CoverageStatus,
    EntryStatus,
    Importance,
    Operation,
    Platform,
    Source,
    Urgency,
)
from core.newsroom import identities
from core.store import Store, commits, entries
from core.store.broadcasts import Broadcast
from tests.doubles.clock import Clock
from tests.doubles.speakers import Office, Speaker

DAWN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@pytest.fixture
def office(store: Store, clock: Clock) -> Office:
    """A newsroom in rehearsal, on each database."""
    return Office(store, clock)


@pytest.fixture
async def ada(office: Office) -> Speaker:
    """An editor."""
    return await office.editor()


def line(minute: int, headline: str, body: str = "Words.", **more: object) -> PageEntry:
    at = DAWN + timedelta(minutes=minute)
    mark = fingerprint(at, f"entry {minute}")
    content = Content(headline, (blocks.Paragraph(blocks.text(body)),))
    return PageEntry(content, at, Source("text", f"urn:{minute}", mark), **more)


PAGE = Page(
    "Storm Ylva: live",
    Source("text", "urn:1:page", "f"),
    (line(1, "Wind rises"), line(2, "Bridge closed"), line(3, "Schools close")),
    zone="Europe/Oslo",
    language="nb",
    starts_at=DAWN,
    summary=("One bridge closed",),
    summary_as_of=DAWN,
)


def changed(page: Page, at: int, body: str) -> Page:
    given = page.entries[at]
    content = replace(given.content, blocks=(blocks.Paragraph(blocks.text(body)),))
    return replace(page, entries=tuple(replace(one, content=content) if one is given else one for one in page.entries))


async def home(office: Office) -> Coverage:
    return await office.rooms.newsroom.coverage("storm-ylva-live")


def publishing(office: Office, platform: Platform = Platform.TELEGRAM) -> list[Broadcast]:
    return [one for one in office.carries(platform) if one.operation is Operation.PUBLISH]


async def test_a_page_becomes_a_coverage_oldest_first_and_nothing_is_sent(office: Office) -> None:
    report = await office.rooms.newsroom.import_page(PAGE, publish=False)
    assert (report.opened, report.added, report.unsent, report.sent) == (True, (1, 2, 3), 4, 0)
    assert report.coverage.slug == "storm-ylva-live"
    assert office.carries() == ()
    assert office.woken == 0
    stored = await office.rooms.newsroom.newest(report.coverage, 9)
    assert [(one.number, one.content.headline) for one in stored] == [
        (1, "Wind rises"),
        (2, "Bridge closed"),
        (3, "Schools close"),
    ]
    assert stored[0].display_at == DAWN + timedelta(minutes=1)
    assert report.coverage.zone == "Europe/Oslo"


async def test_the_report_says_what_publishing_would_send_to_how_many(office: Office) -> None:
    await office.rooms.newsroom.import_page(PAGE, publish=False)
    await office.telegram(caller=50).types("/follow")
    report = await office.rooms.newsroom.import_page(PAGE, publish=False)
    assert (report.unsent, report.audience.destinations) == (4, {Platform.TELEGRAM: 1})


async def test_the_same_page_again_changes_nothing(office: Office) -> None:
    first = await office.rooms.newsroom.import_page(PAGE, publish=False)
    again = await office.rooms.newsroom.import_page(PAGE, publish=False)
    assert (again.opened, again.added, again.changed, again.proposed) == (False, (), (), ())
    assert (again.unchanged, again.summary_changed) == (3, False)
    assert again.coverage == first.coverage
    stored = await office.rooms.newsroom.newest(first.coverage, 9)
    assert [one.revision for one in stored] == [1, 1, 1]


async def test_one_changed_entry_makes_one_revision(office: Office) -> None:
    await office.rooms.newsroom.import_page(PAGE, publish=False)
    report = await office.rooms.newsroom.import_page(changed(PAGE, 1, "Both bridges."), publish=False)
    assert (report.added, report.changed, report.proposed, report.unchanged) == ((), (2,), (), 2)
    stored = await office.rooms.newsroom.entry(report.coverage, 2)
    assert stored.revision == 2
    assert office.carries() == ()


async def test_a_change_to_what_readers_have_is_only_proposed_and_once(office: Office) -> None:
    await office.rooms.newsroom.import_page(PAGE, publish=False)
    await office.telegram(caller=50).types("/follow")
    await office.rooms.newsroom.import_page(PAGE, publish=True)
    marks = tuple(commits.WalkMark(one.id, 0) for one in office.carries())
    for broadcast in office.carries():
        await office.store.write(declared, broadcast.id)
    await office.store.write(commits.apply, commits.Batch(at=office.clock(), walks=marks))
    new = changed(PAGE, 1, "Both bridges.")
    first = await office.rooms.newsroom.import_page(new, publish=False)
    assert (first.changed, first.proposed) == ((), (2,))
    again = await office.rooms.newsroom.import_page(new, publish=False)
    assert (again.changed, again.proposed, again.unchanged) == ((), (), 3)
    assert (await office.rooms.newsroom.entry(first.coverage, 2)).revision == 1
    (proposal,) = await office.store.read(entries.proposals, first.coverage.id)
    assert proposal.number == 2


def declared(conn: object, broadcast_id: int) -> None:
    """The courier began to carry it."""
    from core.store import broadcasts

    broadcasts.begin(conn, broadcast_id, 0, 99)


async def test_an_entry_missing_from_the_page_is_no_deletion(office: Office) -> None:
    report = await office.rooms.newsroom.import_page(PAGE, publish=False)
    shorter = replace(PAGE, source=Source("text", "urn:2:page", "g"), entries=PAGE.entries[1:])
    again = await office.rooms.newsroom.import_page(shorter, publish=False)
    assert again.coverage.id == report.coverage.id
    assert (again.opened, again.unchanged) == (False, 2)
    assert len(await office.rooms.newsroom.newest(report.coverage, 9)) == 3


async def test_a_new_entry_of_a_later_copy_gets_the_next_number(office: Office) -> None:
    await office.rooms.newsroom.import_page(PAGE, publish=False)
    longer = replace(PAGE, entries=(*PAGE.entries, line(4, "Power cut")))
    report = await office.rooms.newsroom.import_page(longer, publish=False)
    assert (report.added, report.unchanged) == ((4,), 3)


async def test_an_editors_correction_survives_the_same_page(office: Office, ada: Speaker) -> None:
    await office.rooms.newsroom.import_page(PAGE, publish=False)
    await ada.types("/correct storm-ylva-live#2 Bridge half closed\nNote: one lane is open")
    report = await office.rooms.newsroom.import_page(PAGE, publish=False)
    assert (report.changed, report.proposed, report.unchanged) == ((), (), 3)
    assert (await office.rooms.newsroom.entry(report.coverage, 2)).content.headline == "Bridge half closed"


async def test_an_editors_summary_survives_the_same_page(office: Office, ada: Speaker) -> None:
    await office.rooms.newsroom.import_page(PAGE, publish=False)
    await ada.types("/summary storm-ylva-live#\nTwo bridges closed")
    report = await office.rooms.newsroom.import_page(PAGE, publish=False)
    assert report.summary_changed is False
    summary = await office.rooms.newsroom.summary(report.coverage)
    assert summary is not None
    assert summary.points == ("Two bridges closed",)
    new = replace(PAGE, summary=("All bridges open",))
    assert (await office.rooms.newsroom.import_page(new, publish=False)).summary_changed is True


async def test_a_retracted_entry_stays_retracted(office: Office, ada: Speaker) -> None:
    await office.rooms.newsroom.import_page(PAGE, publish=False)
    await ada.types("/retract storm-ylva-live#2 Not true")
    report = await office.rooms.newsroom.import_page(changed(PAGE, 1, "Both bridges."), publish=True)
    assert report.unchanged == 3
    assert (await office.rooms.newsroom.entry(report.coverage, 2)).status is EntryStatus.RETRACTED
    assert report.sent == 3


async def test_publishing_sends_the_summary_and_each_entry_once(office: Office) -> None:
    await office.rooms.newsroom.import_page(PAGE, publish=False)
    report = await office.rooms.newsroom.import_page(PAGE, publish=True)
    assert (report.sent, report.unsent) == (4, 0)
    assert office.woken == 1
    assert len(publishing(office)) == 4
    again = await office.rooms.newsroom.import_page(PAGE, publish=True)
    assert again.sent == 0
    assert len(publishing(office)) == 4


async def test_a_breaking_entry_of_a_page_is_never_an_alert(office: Office) -> None:
    breaking = replace(line(4, "Dam broken").content, importance=Importance.BREAKING)
    page = replace(PAGE, entries=(replace(line(4, "Dam broken"), content=breaking),))
    await office.rooms.newsroom.import_page(page, publish=True)
    assert {one.urgency for one in office.carries()} == {Urgency.ENTRY}


async def test_the_start_never_moves_later_and_nothing_is_closed(office: Office) -> None:
    await office.rooms.newsroom.import_page(PAGE, publish=False)
    later = replace(
        PAGE, starts_at=DAWN + timedelta(hours=1), status=CoverageStatus.CLOSED, title="Storm Ylva: as it was"
    )
    report = await office.rooms.newsroom.import_page(later, publish=False)
    assert report.coverage.starts_at == DAWN
    assert report.coverage.status is CoverageStatus.LIVE
    assert report.coverage.title == "Storm Ylva: as it was"
    assert report.coverage.slug == "storm-ylva-live"


async def test_a_page_of_ours_comes_back_with_its_numbers_corrections_and_retractions(
    office: Office, ada: Speaker
) -> None:
    at = DAWN + timedelta(minutes=9)
    corrected = replace(line(2, "Bridge closed").content, corrections=(Correction("Not the Tay", at),))
    withdrawn = replace(line(3, "Dam broken").content, reason="It held", importance=Importance.KEY)
    page = replace(
        PAGE,
        entries=(
            line(1, "Wind rises", number=2),
            replace(line(2, "Bridge closed", number=3), content=corrected, updated_at=at, revision=2),
            replace(line(3, "Dam broken", number=7), content=withdrawn, status=EntryStatus.RETRACTED),
        ),
        status=CoverageStatus.CLOSED,
        ends_at=at,
    )
    report = await office.rooms.newsroom.import_page(page, publish=False)
    out = await office.rooms.newsroom.page(report.coverage)
    assert [(one.number, one.status, one.display_at) for one in out.entries] == [
        (one.number, one.status, one.display_at) for one in page.entries
    ]
    assert [one.content for one in out.entries] == [one.content for one in page.entries]
    assert (out.status, out.ends_at, out.zone, out.language) == (CoverageStatus.CLOSED, at, "Europe/Oslo", "nb")
    assert (out.summary, out.summary_as_of) == (page.summary, DAWN)
    assert office.carries() == ()


async def test_the_page_of_what_was_typed_here_tells_what_readers_were_told(office: Office, ada: Speaker) -> None:
    await ada.types("/coverage new Gale")
    await ada.types("/post Dam broken")
    office.clock.passes(minutes=1)
    await ada.types("/retract 1 It held")
    undone = await ada.types("/post Oops")
    await ada.presses(undone, "Undo")
    out = await office.rooms.newsroom.page(await office.rooms.newsroom.coverage("gale"))
    (entry,) = out.entries
    assert (entry.number, entry.revision, entry.status) == (1, 2, EntryStatus.RETRACTED)
    assert entry.content.reason == "It held"
    assert entry.source.identity == identities.of_entry(await office.rooms.newsroom.coverage("gale"), 1)
    assert entry.updated_at == office.clock()


async def test_a_replay_sends_what_is_stored_one_by_one(office: Office) -> None:
    report = await office.rooms.newsroom.import_page(PAGE, publish=False)
    newsroom = office.rooms.newsroom
    assert await newsroom.send_summary(report.coverage) is True
    assert await newsroom.send_summary(report.coverage) is False
    for entry in await newsroom.unsent(report.coverage):
        assert await newsroom.send_stored(entry) is True
    assert await newsroom.unsent(report.coverage) == ()
    assert len(publishing(office)) == 4


async def typed_here(office: Office, ada: Speaker) -> Page:
    """The page of a coverage made by hand, after a correction and a retraction."""
    await ada.types("/coverage new Gale")
    for words in ("Wind rises", "Bridge closed", "Dam broken"):
        office.clock.passes(minutes=1)
        await ada.types(f"/post {words}")
    office.clock.passes(minutes=5)
    await ada.types("/correct 2 Bridge half closed\nNote: one lane is open")
    await ada.types("/retract 3 It held")
    await ada.types("/summary gale#\nOne bridge half closed")
    return await office.rooms.newsroom.page(await office.rooms.newsroom.coverage("gale"))


async def test_what_was_made_here_comes_back_to_the_same_entries(office: Office, ada: Speaker) -> None:
    page = await typed_here(office, ada)
    for _ in range(2):
        report = await office.rooms.newsroom.import_page(page, publish=False)
        assert (report.opened, report.unchanged, report.summary_changed) == (False, 3, False)
    assert [one.slug for one in await office.rooms.newsroom.coverages()] == ["gale"]
    assert await office.rooms.newsroom.page(report.coverage) == page


async def test_an_older_export_of_our_own_takes_nothing_back(office: Office, ada: Speaker) -> None:
    page = await typed_here(office, ada)
    await ada.types("/correct gale#2 Bridge open again")
    report = await office.rooms.newsroom.import_page(page, publish=False)
    assert (report.changed, report.proposed, report.unchanged) == ((), (), 3)
    assert (await office.rooms.newsroom.entry(report.coverage, 2)).content.headline == "Bridge open again"


async def test_another_newsrooms_coverage_of_the_same_slug_is_another_coverage(office: Office, ada: Speaker) -> None:
    page = await typed_here(office, ada)
    source = replace(page.source, identity="urn:livedesk:coverage:gale:20200101T000000000000Z")
    theirs = [
        replace(one, source=replace(one.source, identity=f"{source.identity}:entry:{one.number}"))
        for one in page.entries
    ]
    other = replace(page, source=source, entries=tuple(theirs))
    report = await office.rooms.newsroom.import_page(other, publish=False)
    assert (report.opened, report.coverage.slug, report.added) == (True, "gale-2", (1, 2, 3))
    assert await office.rooms.newsroom.page(report.coverage) == other


async def test_a_change_made_elsewhere_to_what_was_made_here_waits_for_an_editor(office: Office, ada: Speaker) -> None:
    page = await typed_here(office, ada)
    report = await office.rooms.newsroom.import_page(changed(page, 0, "A gust of 40 m/s."), publish=False)
    assert (report.opened, report.changed, report.unchanged) == (False, (1,), 2)


async def test_what_a_page_withdraws_from_readers_is_left_to_an_editor(office: Office) -> None:
    await office.rooms.newsroom.import_page(PAGE, publish=False)
    reader = office.telegram(caller=50)
    await reader.types("/follow")
    report = await office.rooms.newsroom.import_page(PAGE, publish=True)
    await reader.gets(await office.rooms.newsroom.entry(report.coverage, 2), 77)
    gone = replace(PAGE.entries[1], status=EntryStatus.RETRACTED)
    page = replace(PAGE, entries=(PAGE.entries[0], gone, PAGE.entries[2]))
    again = await office.rooms.newsroom.import_page(page, publish=False)
    assert (again.withdrawn, again.changed, again.proposed) == ((2,), (), ())
    assert (await office.rooms.newsroom.entry(report.coverage, 2)).status is EntryStatus.PUBLISHED


async def test_numbers_and_revisions_no_newsroom_reaches_are_not_believed(office: Office) -> None:
    page = replace(PAGE, entries=(line(1, "Wind rises", number=2**31 - 1, revision=2**31 - 1),))
    report = await office.rooms.newsroom.import_page(page, publish=False)
    stored = await office.rooms.newsroom.entry(report.coverage, 1)
    assert stored.revision == 1
