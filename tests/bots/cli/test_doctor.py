"""What the doctor finds, what it says to do, and what it never says (promise P14)."""

import asyncio
import socket
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bots.cli.doctor import accounts, health, machine, storage
from bots.cli.doctor.finding import Finding, Level
from bots.discord import identity as discord
from bots.discord.transport import Way
from bots.rehearsal.stage import Stage
from bots.telegram import identity as telegram
from config import settings
from config.settings import Account

TELEGRAM = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
DISCORD = "c3RhZ2U.only.a-token-for-this-test-and-nothing-else"
NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)


def account(name, platform, token):
    return Account(name=name, platform=platform, token=token)


async def asked(*wanted):
    """What the doctor finds about accounts when a stage knows one bot on each platform."""
    async with Stage() as stage:
        stage.telegram.add_bot(TELEGRAM, "gazette_live_bot", "Gazette")
        stage.discord.add_bot(DISCORD, "gazette-live")
        way = Way(f"{stage.url}/api/v10", stage.url, sealed=True)
        checks = {
            "telegram": partial(telegram.identify, home=stage.url),
            "discord": partial(discord.identify, way=way),
        }
        return await accounts.look(wanted, checks)


async def test_good_tokens_are_shown_by_their_bots():
    found = await asked(account("t", "telegram", TELEGRAM), account("d", "discord", DISCORD))
    assert [one.level for one in found] == [Level.OK, Level.OK]
    assert found[0].words == "telegram: @gazette_live_bot (110201543)"
    assert found[1].words.startswith("discord: gazette-live (")


def test_where_health_is_asked_for_is_free_or_says_who_is_there():
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = door.getsockname()
        taken = health.look(address)
        assert taken.level is Level.WARN
        assert "set another [health] listen" in taken.words
    assert health.look(address) == Finding(Level.OK, "health", f"free to listen at 127.0.0.1:{address[1]}")
    assert health.look(None).level is Level.OK
    assert health.look(("192.0.2.1", 8081)).level is Level.WARN


def test_a_livedesk_that_runs_already_is_no_trouble():
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"# TYPE livedesk_up gauge\n")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as there:
        threading.Thread(target=there.handle_request, daemon=True).start()
        found = health.look(("127.0.0.1", there.server_port))
    assert found == Finding(Level.OK, "health", f"a Livedesk answers at 127.0.0.1:{there.server_port} already")


async def test_a_revoked_token_is_a_failure_with_the_fix_and_without_the_token():
    found = await asked(account("t", "telegram", TELEGRAM[:-1] + "x"), account("d", "discord", DISCORD + "x"))
    assert [one.level for one in found] == [Level.FAIL, Level.FAIL]
    for one in found:
        assert "refuses this token: make a new one for the same bot" in one.words
        assert TELEGRAM[:-1] not in one.words
        assert DISCORD not in one.words


async def test_a_platform_that_is_not_there_is_a_failure_with_the_fix():
    checks = {"telegram": partial(telegram.identify, home="http://127.0.0.1:9")}
    (found,) = await accounts.look([account("t", "telegram", TELEGRAM)], checks)
    assert found.level is Level.FAIL
    assert "cannot be asked" in found.words


async def test_a_platform_that_never_answers_does_not_keep_the_operator_waiting(monkeypatch):
    monkeypatch.setattr(accounts, "_PATIENCE_SECONDS", 0.01)

    async def never(_token):
        await asyncio.Event().wait()

    (found,) = await accounts.look([account("t", "telegram", TELEGRAM)], {"telegram": never})
    assert found.words.startswith("telegram cannot be asked (no answer in 0.01 seconds)")


async def test_one_bot_under_two_names_is_a_failure():
    found = await asked(account("one", "telegram", TELEGRAM), account("two", "telegram", TELEGRAM))
    assert found[-1] == Finding(
        Level.FAIL, "two", "is the same bot as `one`: give it a token of its own, or remove one of the two"
    )


async def test_offline_nobody_is_asked():
    (found,) = await accounts.look([account("t", "telegram", TELEGRAM)], None)
    assert (found.level, found.words) == (Level.OK, "telegram: has a token (not asked whose: --offline)")


def test_an_installation_without_accounts_is_only_warned(livedesk):
    livedesk("db", "upgrade")
    said = livedesk("doctor")
    assert (said.code, said.err) == (2, "")
    assert [line[:4] for line in said.out.splitlines()].count("warn") == 1
    assert "livedesk rehearse` needs none" in said.out


def test_a_whole_installation_is_well(livedesk):
    livedesk("db", "upgrade")
    token = livedesk.write("berlin.token", TELEGRAM)
    (livedesk.folder / "berlin.token").chmod(0o600)
    file = livedesk.write(
        "mine.toml", f'[[accounts]]\nname = "berlin"\nplatform = "telegram"\ntoken_file = "{token}"\n'
    )
    said = livedesk("--config", file, "doctor", "--offline")
    assert (said.code, said.err) == (0, "")
    assert {line[:4] for line in said.out.splitlines()} == {"ok  "}


@pytest.mark.parametrize("trouble", ["open", "missing", "empty"])
def test_a_token_file_in_trouble_fails_with_the_fix(livedesk, trouble):
    livedesk("db", "upgrade")
    file = livedesk.folder / "berlin.token"
    if trouble != "missing":
        file.write_text(TELEGRAM if trouble == "open" else "")
        file.chmod(0o644 if trouble == "open" else 0o600)
    settings = livedesk.write(
        "mine.toml", '[[accounts]]\nname = "berlin"\nplatform = "telegram"\ntoken_file = "berlin.token"\n'
    )
    said = livedesk("--config", settings, "doctor")
    assert said.code == 1
    (line,) = [line for line in said.out.splitlines() if line.startswith("FAIL")]
    assert {"open": f"chmod 600 {file}", "missing": "no such token file", "empty": "is empty"}[trouble] in line


def test_a_store_that_was_never_made_fails_with_the_command_that_makes_it(livedesk):
    said = livedesk("doctor", "--offline")
    assert said.code == 1
    assert "run `livedesk db upgrade` to make one" in said.out
    assert not livedesk.store.exists()


def test_a_store_others_can_read_fails_with_the_fix(livedesk):
    livedesk("db", "upgrade")
    livedesk.store.chmod(0o644)
    said = livedesk("doctor", "--offline")
    assert said.code == 1
    assert f"chmod 600 {livedesk.store}" in said.out


def test_a_damaged_store_fails(livedesk):
    livedesk("db", "upgrade")
    livedesk.store.write_bytes(b"no database" * 1000)
    said = livedesk("doctor", "--offline")
    assert said.code == 1
    assert "is damaged" in said.out


def test_little_room_on_the_disk_is_a_warning_and_none_a_failure(tmp_path, monkeypatch):
    levels = []
    for free in (5_000, 500, 50):
        usage = (10**12, 10**12 - free, free * 1024 * 1024)
        monkeypatch.setattr("shutil.disk_usage", lambda _, usage=usage: type("Usage", (), {"free": usage[2]})())
        levels.append(storage._room(tmp_path / "var" / "livedesk.sqlite").level)
    assert levels == [Level.OK, Level.WARN, Level.FAIL]


def test_a_clock_that_went_back_fails(livedesk, page):
    livedesk("import", page)
    found = list(storage.look(settings.read(), datetime.now(UTC) - timedelta(days=1)))
    assert (found[-1].level, found[-1].subject) == (Level.FAIL, "clock")
    assert [one for one in machine.look(datetime(2019, 1, 1, tzinfo=UTC)) if one.level is Level.FAIL]


def test_the_doctor_never_says_a_secret(livedesk):
    """Canaries in every place a secret can be, right and wrong ones (P14)."""
    livedesk.set("LIVEDESK_STORE__URL", "postgresql://desk:correct-horse-battery@127.0.0.1:9/livedesk")
    livedesk.set("LIVEDESK_ACCOUNTS__0__TOKEN", TELEGRAM)
    livedesk.set("LIVEDESK_ACCOUNTS__1__TOKEN", DISCORD + " " + DISCORD)
    file = livedesk.write(
        "mine.toml", '[[accounts]]\nname = "a"\nplatform = "telegram"\n[[accounts]]\nname = "b"\nplatform = "discord"\n'
    )
    outputs = [livedesk("--config", file, "doctor", "--offline")]
    livedesk.set("LIVEDESK_ACCOUNTS__0__TOKN", TELEGRAM)
    outputs.append(livedesk("--config", file, "doctor", "--offline"))
    broken = livedesk.write(
        "broken.toml", f'[[accounts]]\nname = "{TELEGRAM}"\nplatform = "{DISCORD}"\ntoken = ["{TELEGRAM}"]\n'
    )
    outputs.append(livedesk("--config", broken, "doctor", "--offline"))
    for said in outputs:
        assert said.code == 1
        for secret in ("correct-horse", TELEGRAM, TELEGRAM.split(":")[1], DISCORD):
            assert secret not in said.out + said.err
