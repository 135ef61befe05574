"""A second `livedesk run` on a SQLite store can be asked how it is while it waits for the first one to end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.model import Mode, Platform
from core.store import Store, accounts, leases
from core.store.leases import Claimant

HOUSE = Path(__file__).resolve().parents[3]
GIVE_UP = 60.0
TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def now():
    return datetime.now(UTC)


@pytest.fixture
def port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def store(tmp_path):
    """The store of the first one, which is this process: it holds it, and a lane."""
    opened = Store.open(f"sqlite:///{tmp_path}/desk.sqlite", mode=Mode.LIVE, create=True)
    opened.write_now(accounts.enrol_lanes, [("berlin", Platform.TELEGRAM)], now())
    with opened.hold():
        yield opened
    opened.close()


@pytest.fixture
def standby(tmp_path, store, port):
    """The second one, with a token that is never used while it waits."""
    token = tmp_path / "berlin.token"
    token.touch(mode=0o600)
    token.write_text(TOKEN)
    settings = tmp_path / "mine.toml"
    settings.write_text(
        f'[store]\nurl = "sqlite:///{tmp_path}/desk.sqlite"\n[health]\nlisten = "127.0.0.1:{port}"\n'
        f'[[accounts]]\nname = "berlin"\nplatform = "telegram"\ntoken_file = "{token}"\n'
    )
    environment = {**os.environ, "LIVEDESK_CONFIG": str(settings), "PYTHONPATH": str(HOUSE)}
    begun = subprocess.Popen(
        [sys.executable, "-m", "bots", "run"], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    )
    yield begun
    if begun.poll() is None:
        begun.kill()
    begun.communicate()


def ask(port, page):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError as nobody:
        return 0, str(nobody)


def until(port, page, status, words):
    deadline = time.monotonic() + GIVE_UP
    while (told := ask(port, page)) != (status, words):
        assert time.monotonic() < deadline, told
        time.sleep(0.1)


def test_a_standby_answers_and_is_ready_while_the_first_one_carries(store, standby, port):
    until(port, "/livez", 200, "alive\n")
    until(port, "/readyz", 503, "not ready\nnothing is held here, and nobody holds berlin yet\n")
    (lane,) = store.write_now(leases.claim, Claimant("first", "here", 1, ttl=600.0), ["berlin"], now(), alone=True)
    until(port, "/readyz", 200, "ready: standing by, every account is carried for by another livedesk run\n")
    status, page = ask(port, "/metrics")
    assert status == 200
    assert 'livedesk_lane_held{account="berlin"} 0.0\n' in page
    assert 'livedesk_lane_owned{account="berlin"} 1.0\n' in page
    assert f'livedesk_lane_fence{{account="berlin"}} {float(lane.fence)}\n' in page
    standby.send_signal(signal.SIGTERM)
    _, err = standby.communicate(timeout=GIVE_UP)
    assert standby.returncode == 0
    lines = [json.loads(line) for line in err.splitlines()]
    assert lines[-1]["event"] == "stopped while standing by"
    assert TOKEN not in err + page
