"""Bulletins built by hand, and our own Telegram bot in front of the stage."""

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import Image

from bots.rehearsal.stage import Stage
from bots.telegram import transport
from core import blocks
from core.courier.gate import AccountGate
from core.model import (
    Bulletin,
    BulletinKind,
    Content,
    Coverage,
    CoverageStatus,
    Entry,
    EntryStatus,
    Mode,
)
from core.pacing import Pace, Window

NOON = datetime(2026, 3, 7, 14, 7, tzinfo=UTC)


def coverage(**more):
    given = {
        "id": 1,
        "slug": "storm",
        "title": "Storm Ada",
        "standfirst": "",
        "language": "en",
        "zone": "Europe/London",
        "status": CoverageStatus.LIVE,
        "mode": Mode.REHEARSAL,
        "created_at": NOON,
    }
    return Coverage(**{**given, **more})


def entry(content, **more):
    given = {
        "id": 7,
        "coverage_id": 1,
        "number": 17,
        "revision": 1,
        "status": EntryStatus.PUBLISHED,
        "content": content,
        "mode": Mode.REHEARSAL,
        "published_at": NOON,
        "display_at": NOON,
        "updated_at": NOON,
        "bulletin_id": 70,
    }
    return Entry(**{**given, **more})


def bulletin(content=None, kind=BulletinKind.ENTRY, **more):
    content = content or Content("Bridge closed", (blocks.Paragraph(blocks.text("The river is rising.")),))
    one = entry(content)
    return Bulletin(70, kind, one.revision, coverage(), entry=replace(one, **more))


@pytest.fixture(name="bulletin")
def _bulletin():
    """Build an entry's bulletin from a content and fields of the entry."""
    return bulletin


TOKEN = "42:CANARY-token_that-must-not-be-seen"
HASTY = transport.Patience(connect=0.3, answer=0.3, upload=0.3)
FAST = Window(100_000, 1.0)


class Shelf:
    """Pictures kept in memory, and how often each was taken out to be uploaded."""

    def __init__(self):
        self.pictures = {}
        self.remotes = {}
        self.taken = []

    def put(self, colour=(200, 30, 30), size=(64, 48)):
        held = io.BytesIO()
        Image.new("RGB", size, colour).save(held, "PNG")
        return self.put_bytes(held.getvalue())

    def put_bytes(self, content):
        digest = hashlib.sha256(content).hexdigest()
        self.pictures[digest] = content
        return digest

    async def remote(self, digest):
        return self.remotes.get(digest)

    async def bytes(self, digest):
        self.taken.append(digest)
        return self.pictures.get(digest)

    async def remember(self, digest, remote_id):
        self.remotes[digest] = remote_id


@pytest.fixture
async def stage(tmp_path):
    async with Stage(journal=tmp_path / "journal.jsonl") as stage:
        stage.telegram.enforce_rates = False
        yield stage
        assert not stage.violations


@pytest.fixture
def token():
    return TOKEN


@pytest.fixture
def account(stage):
    """Our bot as Telegram knows it."""
    return stage.telegram.add_bot(TOKEN, "livedesk_bot", "Livedesk")


@pytest.fixture
def gate():
    return AccountGate(Pace(FAST, (FAST,), (FAST,)))


@pytest.fixture
async def open_bot(stage, account, gate):
    """Open a bot of ours with a patience of its own."""
    opened = []

    async def open_bot(*, hasty=False, **given):
        patience = HASTY if hasty else transport.USUAL
        bot = transport.Bot(TOKEN, given.get("home", stage.url), given.get("gate", gate), patience)
        await bot.open()
        opened.append(bot)
        return bot

    yield open_bot
    for bot in opened:
        await bot.close_connections()


@pytest.fixture
async def bot(open_bot):
    return await open_bot()


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
async def ann(stage, account):
    """A reader who has pressed Start."""
    person = stage.telegram.add_person("Ann")
    await person.starts(account)
    return person
