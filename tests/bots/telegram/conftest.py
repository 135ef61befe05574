"""Our own Telegram bot in front of the stage."""

import asyncio
import hashlib
from dataclasses import replace

import pytest

from bots.rehearsal.stage import Stage
from bots.telegram import bot as telegram_bot
from bots.telegram import transport
from core import media
from core.commands.desk import Desk
from core.courier.gate import AccountGate
from core.model import Mode, Platform, Role
from core.pacing import Pace, Window
from core.store import Store, inbox
from core.store import media as stored_media
from tests.doubles.bulletins import bulletin
from tests.doubles.pictures import picture
from tests.doubles.speakers import Office

TOKEN = "42:CANARY-token_that-must-not-be-seen"
HASTY = transport.Patience(connect=0.3, answer=0.3, upload=0.3)
FAST = Window(100_000, 1.0)
BRISK = telegram_bot.Rhythm(poll=5.0, retry=0.02, longest_retry=0.1, conflict=0.02, confirm=0.05, farewell=5.0)


@pytest.fixture(name="bulletin")
def _bulletin():
    """Build an entry's bulletin from a content and fields of the entry."""
    return bulletin


class Shelf:
    """Pictures kept in memory, and how often each was taken out to be uploaded."""

    def __init__(self):
        self.pictures = {}
        self.remotes = {}
        self.taken = []

    def put(self, colour=(200, 30, 30)):
        return self.put_bytes(picture(colour=colour))

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


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An empty store, made once and copied for each test."""
    path = tmp_path_factory.mktemp("telegram") / "empty.sqlite"
    Store.open(f"sqlite:///{path}", mode=Mode.REHEARSAL, create=True).close()
    return path


@pytest.fixture
def store(migrated, tmp_path):
    """SQLite will do here: the store's own tests run on both databases."""
    path = tmp_path / "store.sqlite"
    path.touch(mode=0o600)
    path.write_bytes(migrated.read_bytes())
    opened = Store.open(f"sqlite:///{path}", mode=Mode.REHEARSAL)
    yield opened
    opened.close()


class Telegram:
    """Our whole account in front of the stage: it polls, hears, answers. What the desk is asked is written down."""

    def __init__(self, stage, account, office, make_bot, shelf):
        self.stage, self.account, self.office, self.shelf = stage, account, office, shelf
        self.heard, self.pressed = [], []
        self._make_bot = make_bot
        self._lives = []

    async def starts(self, **rhythm):
        """Come to life (again)."""
        me = telegram_bot.TelegramAccount(
            telegram_bot.build(
                "tg",
                self._make_bot(),
                assets=self.shelf,
                desk=_Noted(self),
                rooms=self.office.rooms,
                keep_picture=self._keep,
            ),
            self.office.store,
            clock=self.office.clock,
            rhythm=replace(BRISK, **rhythm),
        )
        return await self.goes_on(me)

    async def goes_on(self, me):
        """Come to life, maybe after having been stopped."""
        await me.open()
        life = asyncio.create_task(me.hear())
        self._lives.append((me, life))
        started = asyncio.create_task(me.ready.wait())
        await asyncio.wait((life, started), return_when=asyncio.FIRST_COMPLETED, timeout=10)
        started.cancel()
        return me

    async def stops(self):
        """End every life in an orderly way."""
        for me, life in self._lives:
            life.cancel()
            await asyncio.wait((life,), timeout=20)
            await me.close()
        self._lives.clear()

    async def enrols(self, person, role=Role.EDITOR):
        """Make somebody an editor."""
        invitation = await self.office.rooms.enrolment.invite(person.name, role, by="test")
        await self.office.rooms.enrolment.redeem(invitation.code, Platform.TELEGRAM, person.id)

    async def settles(self, condition, what="it"):
        """Wait until something holds."""
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.01)

    async def idle(self):
        """Wait until everything that was said has been handled."""
        store = self.office.store
        async with asyncio.timeout(10):
            while self.account.updates.pending or await store.read(inbox.pending, "tg"):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)

    async def _keep(self, content):
        checked = await media.check(content)
        self.shelf.put_bytes(checked.data)
        await self.office.store.write(stored_media.keep, checked.asset, checked.data, self.office.clock())
        return checked.asset


class _Noted(Desk):
    """The real desk, and a note of what it was asked."""

    def __init__(self, noting):
        super().__init__(noting.office.rooms)
        self._noting = noting

    async def hear(self, incoming):
        self._noting.heard.append(incoming)
        return await super().hear(incoming)

    async def press(self, press):
        self._noting.pressed.append(press)
        return await super().press(press)


@pytest.fixture
def office(store, clock):
    return Office(store, clock)


@pytest.fixture
async def telegram(stage, account, office, gate, shelf):
    """An account that lives; start it with `starts`."""

    def make_bot():
        return transport.Bot(TOKEN, stage.url, gate)

    held = Telegram(stage, account, office, make_bot, shelf)
    yield held
    await held.stops()
