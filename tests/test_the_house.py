"""The house keeps its own rules: caps, imports, names, and docs that prove themselves."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from bots.cli import door
from core.commands import forms
from core.model import Platform

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = ("bots", "config", "core")
SETUP = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))

LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 40
LINES_OF_THE_README = 120


def sources():
    """Our own modules; migrations are written once and never shortened."""
    for room in ROOMS:
        for file in sorted((HOUSE / room).rglob("*.py")):
            if "versions" not in file.parts:
                yield file


def tracked():
    """What git keeps, as text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        file = HOUSE / name
        if file.suffix not in {".png", ".jpg", ".webp", ".gif"} and file.is_file():
            yield name, file.read_text(encoding="utf-8", errors="replace")


def doc(name):
    return (HOUSE / "docs" / name).read_text(encoding="utf-8")


def test_no_file_and_no_function_outgrows_its_cap():
    too_long = []
    for file in sources():
        text = file.read_text(encoding="utf-8")
        if text.count("\n") > LINES_OF_A_FILE:
            too_long.append(f"{file.relative_to(HOUSE)} has {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = node.end_lineno - node.lineno + 1
                if length > LINES_OF_A_FUNCTION:
                    too_long.append(f"{file.relative_to(HOUSE)}:{node.lineno} {node.name} has {length} lines")
    assert too_long == []


def test_complexity_is_capped_and_nobody_is_let_off():
    assert SETUP["tool"]["ruff"]["lint"]["mccabe"]["max-complexity"] == 8
    assert "C90" in SETUP["tool"]["ruff"]["lint"]["select"]
    assert [file for file in sources() if re.search(r"noqa[^\n]*C901", file.read_text(encoding="utf-8"))] == []


def test_every_exemption_from_a_gate_carries_its_reason():
    bare = re.compile(r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[\w,\s-]+\])?)\s*$")
    found = [
        f"{file.relative_to(HOUSE)}:{number}"
        for file in sources()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


def test_no_room_is_a_drawer():
    drawers = {"util", "utils", "helper", "helpers", "common", "misc", "stuff"}
    assert [file for file in sources() if drawers & {file.stem, *file.relative_to(HOUSE).parts}] == []


def test_tests_mirror_the_house():
    tests = HOUSE / "tests"
    strays = [
        file.relative_to(tests)
        for room in ROOMS
        for file in (tests / room).iterdir()
        if not (HOUSE / room / file.name).exists() and not (HOUSE / room / f"{file.name}.py").exists()
        if not (HOUSE / room / file.name.removeprefix("test_")).exists()
        if not (HOUSE / room / file.stem.removeprefix("test_")).exists()
        if file.name not in {"__pycache__", "conftest.py"}
    ]
    assert strays == []
    assert list(tests.rglob("__init__.py")) == []


def test_every_module_imports_with_no_environment_and_does_nothing():
    # Alembic itself runs env.py, inside a migration.
    modules = [
        ".".join(file.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")
        for file in sources()
        if file.name != "env.py"
    ]
    program = f"""
import importlib, os, sys, threading
before = dict(os.environ)
for name in {modules!r}:
    importlib.import_module(name)
    assert threading.active_count() == 1, f"{{name}} started a thread"
    assert os.environ == before, f"{{name}} wrote to the environment"
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=HOUSE, env={}, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_no_tracked_file_names_a_package_index_or_a_place_outside_the_project():
    # Put together here, or this file would name them.
    foreign = re.compile(
        "|".join(
            [
                r"\bpypi\." + "org",
                "python" + "hosted",
                r"registry\." + r"npmjs|npmjs\." + "org",
                r"deb\." + "debian",
                "--(?:extra-)?index" + "-url",
                "--find" + "-links",
                r"(?<![\w.])/" + r"(?:work|root|home|opt)/",
                r"\bfarm" + "-",
                r"\buv\." + "lock",
            ]
        )
    )
    found = {
        f"{name}: {match[0]}"
        for name, text in tracked()
        for match in foreign.finditer(text)
        if not name.startswith("docs/decisions/")
    }
    assert found == set()


def test_ci_runs_every_gate_and_then_the_readmes_test_command():
    makefile = (HOUSE / "Makefile").read_text(encoding="utf-8")
    (gates,) = re.findall(r"^check: ([a-z ]+?) ##", makefile, re.MULTILINE)
    run = HOUSE / ".ci" / "run"
    assert f"for gate in {gates} test; do" in run.read_text(encoding="utf-8")
    assert run.stat().st_mode & 0o111


def test_every_requirement_is_pinned_with_a_hash():
    for file in (HOUSE / "requirements").glob("*.txt"):
        text = file.read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9][\w.-]*==\S+(?: ;[^\\\n]*)? \\\n {4}--hash=sha256:", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)) > 0, file.name
    assert re.search(r"^setuptools==", (HOUSE / "requirements" / "run.txt").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_readme_is_short_and_names_the_two_commands():
    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    assert text.count("\n") < LINES_OF_THE_README
    assert "make rehearse" in text
    assert "make test" in text
    rooms = re.findall(r"^(?:├── |└── |│   ├── |│   └── )(\S+)", text, re.MULTILINE)
    missing = [room for room in rooms if not list(HOUSE.glob(room)) and not list(HOUSE.glob(f"*/{room}"))]
    assert (len(rooms) > 10, missing) == (True, [])


def test_every_link_between_the_docs_leads_somewhere():
    broken = [
        f"{page.relative_to(HOUSE)}: {link}"
        for page in [*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")]
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if not link.startswith("https://") and not (page.parent / link).exists()
    ]
    assert broken == []


def keys_of(settings, at=""):
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from keys_of(value, f"{at}{name}.")
        else:
            yield f"{at}{name}"


def test_every_setting_is_explained_and_nothing_else_is():
    from config.settings import Account, Settings

    shipped = tomllib.loads((HOUSE / "config" / "livedesk.toml").read_text(encoding="utf-8"))
    known = {*keys_of(shipped), "accounts", *(f"accounts.{name}" for name in Account.model_fields)}
    assert {key.split(".")[0] for key in known} == set(Settings.model_fields)
    assert set(re.findall(r"^\| `([a-z_.]+)` \|", doc("settings.md"), re.MULTILINE)) == known


def test_every_command_is_explained_as_it_is_typed_on_each_platform():
    text = doc("commands.md")
    typed = {
        f"`/{command.typed(platform)}"
        for command in forms.COMMANDS
        for platform in Platform
        if command.typed(platform) is not None
    }
    assert {one for one in typed if one not in text} == set()


def subcommands(group, words="livedesk"):
    for name, command in group.commands.items():
        typed = f"{words} {name}"
        if hasattr(command, "commands"):
            yield from subcommands(command, typed)
        else:
            yield typed


def test_every_subcommand_is_explained():
    text = doc("commands.md")
    rooms = typer.main.get_command(door.app()).commands
    opened = SimpleNamespace(commands={name: door._open(name) for name in rooms})
    typed = set(subcommands(opened))
    assert {"livedesk import", "livedesk db upgrade"} <= typed
    assert {one for one in typed if f"`{one}" not in text} == set()


@pytest.mark.parametrize("group", ["run", "build", "test", "check"])
def test_every_dependency_has_its_line_and_reason(group):
    wanted = SETUP["project"]["dependencies"] if group == "run" else SETUP["dependency-groups"][group]
    names = {re.match(r"[A-Za-z0-9.-]+", requirement)[0] for requirement in wanted}
    explained = set(re.findall(r"^\| `([A-Za-z0-9.-]+)` \|", doc("decisions/0002-dependencies.md"), re.MULTILINE))
    assert names <= explained


def test_every_decision_is_listed_where_they_are_introduced():
    listed = doc("decisions/README.md")
    assert [page.name for page in (HOUSE / "docs" / "decisions").glob("0*.md") if page.name not in listed] == []
