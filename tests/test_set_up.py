"""What happens before anything runs: `make rehearse` and `make test` on a bare machine, twice, at once, interrupted."""

import fcntl
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent


@pytest.fixture
def set_up(tmp_path, monkeypatch):
    """The set-up of a house of its own whose pip only writes down what it was asked."""
    spec = importlib.util.spec_from_file_location("install", HOUSE / "requirements" / "install.py")
    install = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(install)
    asked = []
    (tmp_path / "requirements").mkdir()
    for name in ("run", "test", "check", "bench"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"# {name}\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    venv = tmp_path / ".venv"
    for name, value in {
        "HOUSE": tmp_path,
        "VENV": venv,
        "PYTHON": venv / "bin" / "python",
        "STAMP": venv / "livedesk-setup.json",
        "UNFINISHED": venv / "livedesk-setup.unfinished",
        "pip": lambda *arguments: asked.append(Path(arguments[-1]).name),
        "CREATE": [*install.CREATE, "--without-pip"],
        "runs": lambda python: python.exists(),
    }.items():
        monkeypatch.setattr(install, name, value)

    def run(*groups):
        asked.clear()
        monkeypatch.setattr(sys, "argv", ["install.py", *groups])
        install.main()
        return list(asked)

    run.house, run.install = tmp_path, install
    return run


def test_everything_is_installed_once(set_up):
    assert set_up("run") == ["run.txt", set_up.house.name]
    assert set_up("run") == []


def test_more_is_added_to_what_is_there(set_up):
    set_up("run")
    assert set_up("run", "test") == ["test.txt"]
    assert set_up("run", "check") == ["check.txt"]
    assert set_up("check", "test", "run") == []


def test_what_we_are_measured_against_is_installed_apart(set_up, monkeypatch):
    set_up("run")
    asked = []
    monkeypatch.setattr(set_up.install, "pip", lambda *arguments: asked.append(arguments))
    set_up("run", "bench")
    (arguments,) = asked
    assert arguments[arguments.index("--target") + 1] == str(set_up.install.VENV / "bench")
    assert "--require-hashes" in arguments


def test_a_changed_requirement_file_is_installed_again_and_nothing_else(set_up):
    set_up("run", "test")
    (set_up.house / "requirements" / "run.txt").write_text("# newer\n")
    assert set_up("run", "test") == ["run.txt"]


def test_a_changed_project_file_makes_the_command_anew(set_up):
    set_up("run")
    (set_up.house / "pyproject.toml").write_text("[project]\n# newer\n")
    assert set_up("run") == [set_up.house.name]


def test_a_set_up_that_was_killed_begins_afresh(set_up):
    set_up("run")
    (set_up.house / ".venv" / "leftover").touch()
    set_up.install.UNFINISHED.touch()
    assert set_up("run") == ["run.txt", set_up.house.name]
    assert not (set_up.house / ".venv" / "leftover").exists()


def test_an_environment_whose_python_is_gone_is_made_anew(set_up):
    set_up("run")
    set_up.install.PYTHON.unlink()
    assert set_up("run") == ["run.txt", set_up.house.name]


def test_a_house_that_moved_sets_up_again(set_up):
    set_up("run")
    stamp = set_up.install.STAMP
    stamp.write_text(stamp.read_text().replace(str(set_up.house), "/elsewhere"))
    assert set_up("run") == ["run.txt", set_up.house.name]


def test_what_pip_refuses_ends_the_set_up_and_is_tried_again_next_time(set_up, monkeypatch):
    set_up("run")
    (set_up.house / "requirements" / "run.txt").write_text("# newer\n")

    def refuse(*_):
        set_up.install.UNFINISHED.unlink()
        sys.exit("Set-up failed")

    with monkeypatch.context() as patch:
        patch.setattr(set_up.install, "pip", refuse)
        with pytest.raises(SystemExit):
            set_up("run")
    assert set_up("run") == ["run.txt"]


def test_two_at_once_take_turns(set_up, monkeypatch):
    turns = []

    def waits(*_):
        with (set_up.house / ".setup.lock").open("w") as second, pytest.raises(BlockingIOError):
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
        turns.append("waited")

    monkeypatch.setattr(set_up.install, "pip", waits)
    set_up("run")
    assert turns == ["waited", "waited"]
    with (set_up.house / ".setup.lock").open("w") as later:
        fcntl.flock(later, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_wrong_words_are_refused(set_up):
    for words in ([], ["everything"]):
        with pytest.raises(SystemExit, match="usage"):
            set_up(*words)


def test_an_old_python_is_told_so(set_up, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer"):
        set_up("run")


def test_make_says_so_when_there_is_no_python_at_all(tmp_path):
    (tmp_path / "bin").mkdir()
    for tool in ("make", "sh"):
        found = next(Path(folder) / tool for folder in ("/usr/bin", "/bin") if (Path(folder) / tool).exists())
        (tmp_path / "bin" / tool).symlink_to(found)
    told = subprocess.run(
        [tmp_path / "bin" / "make", "-f", HOUSE / "Makefile", "rehearse"],
        cwd=tmp_path,
        env={"PATH": str(tmp_path / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert "Livedesk needs Python 3.11 or newer on the PATH" in told.stderr
