"""`livedesk import PAGE`: a live page from elsewhere becomes a coverage here, with an honest report."""

import asyncio
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from bots.cli import asked, pictures, stores, troubles
from config.settings import Settings
from core import formats
from core.formats import Loss, Page, Read
from core.model import Mode, Platform
from core.newsroom import ImportReport, Newsroom
from core.store import Store, accounts

BY = "import"
"""Who the audit says it was."""
# A day of a busy page is under 1 MB of text; its whole HTML under 10.
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Order:
    """What to do with a page that was read."""

    folder: Path
    into: str
    publish: bool
    keep: bool


def command(
    context: typer.Context,
    page: Annotated[
        str, typer.Argument(help="A saved live page or schema.org LiveBlogPosting; - reads standard input.")
    ],
    coverage: Annotated[str, typer.Option(help="Bring it into this coverage; a new one gets this slug.")] = "",
    title: Annotated[str, typer.Option(help="What the coverage is called, whatever the page says.")] = "",
    zone: Annotated[str, typer.Option(help="The IANA time zone of the page's clocks, such as Europe/London.")] = "",
    language: Annotated[str, typer.Option(help="The language of the page (BCP 47), such as en-GB.")] = "",
    publish: Annotated[bool, typer.Option("--publish", help="Send what nobody was sent yet.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; keep nothing.")] = False,
) -> None:
    """Read a page into a coverage. Importing it again changes nothing; it never sends unless --publish says so."""
    if publish and dry_run:
        raise troubles.Trouble("--publish and --dry-run do not go together: leave one out")
    settings = asked.of(context).settings()
    if publish and not settings.accounts:
        raise troubles.Trouble(
            "--publish needs a bot to send with: add an [[accounts]] to the settings (docs/operate.md)"
        )
    read = load(page, zone=zone, language=language)
    wanted = _as_asked(read.page, title, settings)
    order = _Order(Path(page).parent, coverage, publish=publish, keep=not dry_run)
    with stores.opened(settings, make=not dry_run) as store:
        if publish:
            # Before the first `livedesk run` there are no lanes yet, and what has no lane is sent to nobody.
            lanes = [(account.name, Platform(account.platform)) for account in settings.accounts]
            store.write_now(accounts.enrol_lanes, lanes, asked.now())
        report, losses = asyncio.run(_take(store, settings, wanted, order))
    read = replace(read, losses=(*read.losses, *losses))
    for line in told(report, read, dry_run=dry_run):
        print(troubles.safe(line))


def load(page: str | Path, *, zone: str = "", language: str = "") -> Read:
    """Read a page from a file, or from standard input for "-". Raises NotAPage, Trouble and OSError."""
    return formats.read(_bytes(str(page)), name=Path(page).name, zone=zone or None, language=language or None)


async def _take(store: Store, settings: Settings, page: Page, order: _Order) -> tuple[ImportReport, list[Loss]]:
    page, losses = await pictures.bring(store, page, order.folder, asked.now(), keep=order.keep)
    newsroom = _newsroom(store, settings)
    report = await newsroom.import_page(page, publish=order.publish, by=BY, into=order.into, keep=order.keep)
    return report, losses


def told(report: ImportReport, read: Read, *, dry_run: bool) -> list[str]:
    """What an import says: the coverage, what changed, what was not placed, what sending would mean."""
    lines = [f"coverage: {report.coverage.slug}"]
    size = _many(len(read.page.entries), "entry", "entries")
    lines.append(f"{'new' if report.opened else 'known'}: {report.coverage.title} ({size})")
    for what, numbers in (("added", report.added), ("changed", report.changed), ("proposed", report.proposed)):
        if numbers:
            lines.append(f"{what}: {len(numbers)} ({_numbers(numbers)})")
    lines += _left_to_editors(report)
    if report.unchanged:
        lines.append(f"unchanged: {report.unchanged}")
    if report.summary_changed:
        lines.append(f"summary: {len(read.page.summary)} points")
    lines.append(f"not placed, or guessed: {len(read.losses) or 'nothing'}")
    lines += [f"  {loss}" for loss in read.losses]
    lines.append(_sending(report))
    return [*lines, "dry run: nothing was kept"] if dry_run else lines


def _left_to_editors(report: ImportReport) -> list[str]:
    lines = [
        f"not added: “{one.headline}” may be the changed headline of #{one.number} (same minute, much the same words)"
        for one in report.rewritten
    ]
    if report.rewritten:
        lines.append("an editor decides: accepted it changes that entry, declined the next import adds it")
    if report.proposed:
        lines.append("readers have the proposed ones already, so an editor decides about each change:")
    if report.proposed or report.rewritten:
        lines.append(f"  /proposals {report.coverage.slug} on Telegram, /desk proposals on Discord")
    if report.withdrawn:
        named = _numbers(report.withdrawn)
        lines.append(f"withdrawn by the page, and readers have them, so an editor retracts them: {named}")
    if report.held:
        lines.append(f"held until an editor has decided, --publish leaves them out: {_numbers(report.held)}")
    return lines


def _sending(report: ImportReport) -> str:
    reach = _many(report.audience.total, "destination", "destinations")
    if report.sent:
        return f"sent: {_many(report.sent, 'bulletin', 'bulletins')} to {reach}, as soon as `livedesk run` runs"
    if not report.unsent:
        return "nothing waits to be sent"
    return f"nothing was sent; --publish would send {_many(report.unsent, 'bulletin', 'bulletins')} to {reach}"


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _numbers(numbers: tuple[int, ...]) -> str:
    """Public numbers, runs of them drawn together: #1 to #20, #23."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"#{run[0]}" if len(run) == 1 else f"#{run[0]} to #{run[-1]}" for run in runs)


def _bytes(page: str) -> bytes:
    if page == "-":
        data = sys.stdin.buffer.read(_LARGEST + 1)
    else:
        with Path(page).open("rb") as file:
            data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise troubles.Trouble(f"{page} is larger than {_LARGEST // 1024 // 1024} MB: that is no live page")
    return data


def _as_asked(page: Page, title: str, settings: Settings) -> Page:
    return replace(
        page,
        title=title.strip() or page.title,
        language=page.language or settings.newsroom.language,
    )


def _newsroom(store: Store, settings: Settings) -> Newsroom:
    return Newsroom(
        store,
        clock=asked.now,
        mode=Mode.LIVE,
        wake=lambda: None,  # the courier lives in `livedesk run`, which finds the work in the store
        undo_seconds=settings.newsroom.undo_seconds,
        alert_delay_seconds=settings.newsroom.alert_delay_seconds,
    )
