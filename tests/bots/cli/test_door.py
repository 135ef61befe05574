"""The way in: wrong words, broken settings and mistakes of ours are a line, never a traceback."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from bots.cli import door

HOUSE = Path(__file__).resolve().parents[3]
CANARY = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def test_without_words_it_says_what_may_be_said(livedesk):
    said = livedesk()
    for command in ("import", "export", "doctor", "db", "person"):
        assert command in said.out + said.err


def test_it_says_its_version(livedesk):
    assert livedesk("--version").out == f"livedesk {metadata.version('livedesk')}\n"


def test_a_command_nobody_knows_ends_with_two_and_where_help_is(livedesk):
    said = livedesk("dance")
    assert (said.code, said.out) == (2, "")
    assert "dance" in said.err
    assert "livedesk --help" in said.err


@pytest.mark.parametrize("command", [("doctor",), ("export",), ("db", "check"), ("import", os.devnull)])
def test_broken_settings_are_told_with_their_line_before_anything_is_done(livedesk, command):
    file = livedesk.write("mine.toml", "[newsroom]\nzome = 'UTC'\n")
    said = livedesk("--config", file, *command)
    assert said.code == 1
    assert f"{file}:2: unknown key `zome` in [newsroom]; did you mean `zone`?" in said.out + said.err
    assert not livedesk.store.exists()


def test_a_mistake_of_ours_is_a_line_unless_debug_asks_for_more(livedesk, monkeypatch):
    def break_down(*_args, **_kwargs):
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr("bots.cli.stores.opened_to_read", break_down)
    said = livedesk("export")
    assert (said.code, said.out) == (1, "")
    assert said.line == (
        "livedesk: that should not have happened (ZeroDivisionError): `livedesk --debug …` shows where it came from"
    )
    with pytest.raises(ZeroDivisionError):
        door.enter(["--debug", "export"])


def test_ctrl_c_ends_as_a_shell_expects(livedesk, monkeypatch):
    def interrupt(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("bots.cli.stores.opened_to_read", interrupt)
    said = livedesk("export")
    assert (said.code, said.out, said.err) == (130, "", "")


def test_the_installed_command_works_from_anywhere_with_next_to_no_environment(tmp_path):
    command = Path(sys.executable).with_name("livedesk")
    environment = {"LIVEDESK_STORE__URL": f"sqlite:///{tmp_path}/livedesk.sqlite"}
    for words, code in ((["--version"], 0), (["db", "upgrade"], 0), (["db", "check"], 0), (["export"], 1)):
        ran = subprocess.run(
            [command, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert (ran.returncode, "Traceback" in ran.stderr) == (code, False), ran.stderr
    module = subprocess.run(
        [sys.executable, "-m", "bots", "--version"], cwd=HOUSE, env={}, capture_output=True, text=True, check=True
    )
    assert module.stdout.startswith("livedesk ")


def test_somebody_elses_words_cannot_colour_the_terminal(livedesk):
    said = livedesk("export", "--output", "x", "storm\x1b[31m")
    assert "\x1b" not in said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("rehearse",), "--speed"),
        (("run",), "--create"),
        (("import",), "--publish"),
        (("export",), "--format"),
        (("doctor",), "--offline"),
        (("db",), "upgrade"),
        (("db", "check"), "change nothing"),
        (("person",), "invite"),
        (("person", "invite"), "--minutes"),
    ],
)
def test_every_command_says_what_it_takes(livedesk, words, told):
    said = livedesk(*words, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: livedesk {' '.join(words)} ")
    assert told in said.out
    assert "completion" not in said.out


def test_a_misspelt_command_is_told_what_was_meant(livedesk):
    assert "Did you mean 'export'?" in livedesk("exprt").err


@pytest.mark.parametrize("words", ["--version", "--help"])
def test_what_needs_nothing_loads_nothing(words):
    slow = {"PIL", "aiohttp", "discord", "pydantic", "rich", "sqlalchemy", "structlog", "telegram"}
    program = f"import sys; from bots.cli import door; door.enter([{words!r}]); print(*({slow!r} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, env={}, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == ""
