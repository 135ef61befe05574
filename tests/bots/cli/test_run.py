"""`livedesk run`: it refuses in one line what cannot run, and leaves in good order when it is told to."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bots.cli.rehearse import cast
from core.model import Mode
from core.store import Store

HOUSE = Path(__file__).resolve().parents[3]

ON_STAGE = """
import asyncio, sys, threading
from functools import partial
from bots import app
from bots.cli import door, run
from bots.cli.rehearse import cast as casting
from bots.discord.bot import DiscordBot
from bots.rehearsal.stage import Stage
from bots.telegram.bot import Rhythm, TelegramAccount

app.TelegramAccount = partial(TelegramAccount, rhythm=Rhythm(retry=0.1, confirm=0.2))
app.DiscordBot = partial(DiscordBot, unit=0.1)
begun, ended = threading.Event(), threading.Event()

async def until(so):
    while not so():
        await asyncio.sleep(0.02)

async def play():
    async with Stage() as stage:
        cast = casting.assemble(stage)
        run.Member = partial(app.Member, stage=stage.url)
        begun.set()
        await until(lambda: cast.discord_app.connected and cast.discord_app.commands.everywhere)
        await until(lambda: stage.journal.of("telegram", "getUpdates") or cast.telegram_bot.commands)
        print("on stage", flush=True)
        if "revoke" in sys.argv:
            cast.telegram_bot.revoked = True
            await cast.reader.says(cast.reader.private_chat(cast.telegram_bot), "/live")
            cast.discord_app.revoke_token()
        await until(ended.is_set)

stage = threading.Thread(target=lambda: asyncio.run(play()))
stage.start()
begun.wait()
code = door.enter(["run"])
ended.set()
stage.join()
sys.exit(code)
"""
"""The real command, of which only the platforms' addresses are others."""


@pytest.fixture
def settings(livedesk, monkeypatch):
    """A settings file with an account on each platform."""
    for name, token in (("telegram", cast.TELEGRAM_TOKEN), ("discord", cast.DISCORD_TOKEN)):
        Path(livedesk.write(f"{name}.token", token)).chmod(0o600)
    accounts = [
        f'[[accounts]]\nname = "{name}"\nplatform = "{platform}"\ntoken_file = "{livedesk.folder}/{platform}.token"\n'
        for name, platform in (("berlin", "telegram"), ("oslo", "discord"))
    ]
    # Who starts it in a test process must not get its log lines from then on.
    monkeypatch.setattr("bots.logs.start", lambda **_: None)
    # Whoever asks for this machine's health is answered by none of the many that are started here.
    return livedesk.write("mine.toml", "\n".join([*accounts, '[health]\nlisten = ""\n']))


@pytest.fixture
def process(livedesk, settings):
    """Start `livedesk run` on the stage, in a process of its own."""
    started = []

    def start(*words):
        environment = {**os.environ, "LIVEDESK_CONFIG": settings, "PYTHONPATH": str(HOUSE)}
        command = [sys.executable, "-c", ON_STAGE, *words]
        begun = subprocess.Popen(
            command, cwd=livedesk.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(begun)
        assert begun.stdout.readline() == "on stage\n", begun.communicate(timeout=30)
        return begun

    yield start
    for one in started:
        if one.poll() is None:
            one.kill()
        one.communicate()


@pytest.fixture
def standby(livedesk, settings):
    """Start the real command while another one is at work, and wait until it says so."""
    started = []

    def start(other):
        environment = {**os.environ, "LIVEDESK_CONFIG": settings, "PYTHONPATH": str(HOUSE)}
        command = [sys.executable, "-m", "bots", "run"]
        begun = subprocess.Popen(command, cwd=livedesk.folder, env=environment, stderr=subprocess.PIPE, text=True)
        started.append(begun)
        assert f"standing by: another livedesk run (process {other}) is at work on" in begun.stderr.readline()
        return begun

    yield start
    for one in started:
        if one.poll() is None:
            one.kill()
        one.communicate()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_leaves_in_good_order(livedesk, process, sign):
    running = process()
    running.send_signal(sign)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (0, "")
    assert "stopping: what is on the wire is waited for" in err
    assert err.splitlines()[-1].find("stopped") > 0
    assert "Traceback" not in err
    # Nothing holds the store any more.
    store = Store.open(f"sqlite:///{livedesk.store}", mode=Mode.LIVE)
    with store.hold():
        store.close()


def test_once_no_account_is_left_it_ends_with_a_line_for_each(process):
    running = process("revoke")
    out, err = running.communicate(timeout=40)
    assert (running.returncode, out) == (1, "")
    line = err.splitlines()[-1]
    assert line.startswith("livedesk: berlin: Telegram refuses the token of account 'berlin'")
    assert "; oslo: " in line
    assert "Traceback" not in err
    assert cast.TELEGRAM_TOKEN not in err
    assert cast.DISCORD_TOKEN not in err


def test_without_an_account_there_is_nothing_to_run(livedesk):
    said = livedesk("run")
    assert (said.code, said.out) == (1, "")
    assert said.line.startswith("livedesk: there is no account to run: add an [[accounts]] with a token")
    assert not livedesk.store.exists()


@pytest.mark.parametrize(
    ("token", "told"),
    [
        (None, "telegram.token"),
        ("", "telegram.token is empty: put the token of account `berlin` into it"),
        ("not a token\x00", "the token has signs no token has"),
    ],
)
def test_a_token_that_is_none_is_told_before_anything_is_opened(livedesk, settings, token, told):
    file = livedesk.folder / "telegram.token"
    if token is None:
        file.unlink()
    else:
        file.write_text(token)
    said = livedesk("--config", settings, "run")
    assert (said.code, said.out) == (1, "")
    assert told in said.line
    assert not livedesk.store.exists()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_second_one_stands_by_says_so_and_leaves_when_it_is_told_to(livedesk, standby, sign):
    livedesk("db", "upgrade")
    store = Store.open(f"sqlite:///{livedesk.store}", mode=Mode.LIVE)
    with store.hold():
        waiting = standby(os.getpid())
        waiting.send_signal(sign)
        _, err = waiting.communicate(timeout=30)
    store.close()
    assert waiting.returncode == 0
    assert "stopped while standing by" in err
    assert "Traceback" not in err


def test_a_second_one_takes_over_as_soon_as_the_first_ends(livedesk, process, standby):
    first = process()
    second = standby(first.pid)
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=30)
    for line in second.stderr:
        if "running" in line:
            break
    else:
        pytest.fail("the second one ended")
    second.send_signal(signal.SIGTERM)
    _, err = second.communicate(timeout=30)
    assert (first.returncode, second.returncode) == (0, 0)
    assert "Traceback" not in err


def test_a_rehearsals_store_reaches_nobody_real(livedesk, settings, tmp_path):
    livedesk.store.parent.mkdir()
    Store.open(f"sqlite:///{livedesk.store}", mode=Mode.REHEARSAL, create=True).close()
    said = livedesk("--config", settings, "run")
    assert (said.code, said.out) == (1, "")
    assert "belongs to a rehearsal, this is the real newsroom: name another store" in said.line


def test_a_newer_livedesks_store_is_not_touched(livedesk, settings):
    livedesk("db", "upgrade")
    with sqlite3.connect(livedesk.store) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    conn.close()
    said = livedesk("--config", settings, "run")
    assert (said.code, said.out) == (1, "")
    assert "was made by a newer Livedesk: update Livedesk" in said.line


def test_what_is_no_store_is_not_written_to(livedesk, settings):
    livedesk.store.parent.mkdir()
    livedesk.store.write_text("Dear diary")
    said = livedesk("--config", settings, "run")
    assert (said.code, said.out) == (1, "")
    assert "is damaged or no Livedesk store" in said.line
    assert livedesk.store.read_text() == "Dear diary"


def test_a_store_is_not_made_where_none_is_wanted(livedesk, settings):
    said = livedesk("--config", settings, "run", "--no-create")
    assert (said.code, said.out) == (1, "")
    assert said.line.startswith("livedesk: ")
    assert not livedesk.store.exists()


def test_a_store_that_cannot_be_made_is_told(livedesk, settings):
    livedesk.set("LIVEDESK_STORE__URL", f"sqlite:///{settings}/livedesk.sqlite")
    said = livedesk("--config", settings, "run")
    assert (said.code, said.out) == (1, "")
    assert "mine.toml" in said.line
