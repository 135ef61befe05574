"""Make `.venv` hold what requirements/*.txt pin, and Livedesk itself, editable. Run by make; standard library only.

python3 requirements/install.py run [test] [check] [bench]

Everything is fetched as a wheel whose hash is pinned, the build backend included, so nothing unpinned ever runs.
A stamp makes the second run instant; a changed requirement file is installed again. A file lock lets two makes start
at once.
"""

import fcntl
import hashlib
import json
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
VENV = HOUSE / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "livedesk-setup.json"
UNFINISHED = VENV / "livedesk-setup.unfinished"
GROUPS = ("run", "test", "check", "bench")
APART = {"bench": "bench"}
"""Groups that live in a folder of `.venv` of their own: one of them wants other versions than Livedesk does."""
OLDEST = (3, 11)
CREATE = [sys.executable, "-m", "venv", "--clear"]


def main() -> None:
    """Install the groups named on the command line, in their fixed order."""
    if sys.version_info < OLDEST:
        sys.exit("Livedesk needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")
    wanted = sys.argv[1:]
    if not wanted or not set(wanted) <= set(GROUPS):
        sys.exit("usage: python3 requirements/install.py run [test] [check] [bench]")
    with (HOUSE / ".setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is at work here; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        install([group for group in GROUPS if group in wanted])


def install(groups: list[str]) -> None:
    """Bring `.venv` up to date, step by step; each finished step is stamped."""
    stamp = read_stamp()
    build_venv(stamp)
    steps = [(group, HOUSE / "requirements" / (group + ".txt")) for group in groups]
    for name, pinned in [*steps, ("livedesk", HOUSE / "pyproject.toml")]:
        digest = hashlib.sha256(pinned.read_bytes()).hexdigest()
        if stamp.get(name) == digest:
            continue
        UNFINISHED.touch()
        if name == "livedesk":
            say("installing livedesk itself, editable")
            pip("--no-index", "--no-build-isolation", "--no-deps", "--editable", str(HOUSE))
        else:
            say("installing requirements/" + pinned.name)
            apart = ["--upgrade", "--no-warn-conflicts", "--target", str(VENV / APART[name])] if name in APART else []
            pip("--require-hashes", "--only-binary=:all:", *apart, "--requirement", str(pinned))
        UNFINISHED.unlink()
        stamp[name] = digest
        STAMP.write_text(json.dumps(stamp, indent=1), encoding="utf-8")


def read_stamp() -> dict[str, str]:
    """What is installed: step → hash of its file. Empty when nothing is known."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def build_venv(stamp: dict[str, str]) -> None:
    """Create `.venv`; anew when it was moved, its Python is gone, or a set-up was killed half-way."""
    moved = stamp.get("house", str(HOUSE)) != str(HOUSE)
    stale = moved or UNFINISHED.exists() or not runs(PYTHON)
    if stale:
        say("creating .venv with Python " + sys.version.split()[0])
        stamp.clear()
        if subprocess.run([*CREATE, str(VENV)], check=False).returncode:
            sys.exit("Set-up failed: this Python cannot make a virtual environment (Debian: install python3-venv).")
    stamp["house"] = str(HOUSE)


def runs(python: Path) -> bool:
    """Whether this Python is there, starts and is new enough."""
    check = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([str(python), "-c", check], check=False, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def pip(*arguments: str) -> None:
    """Run pip in `.venv`, quietly; a failure ends the set-up with its own words above ours."""
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    if subprocess.run([*command, *arguments], check=False, stdin=subprocess.DEVNULL).returncode:
        UNFINISHED.unlink()
        sys.exit(
            "Set-up failed: pip could not install that (its reason is above). Run the same command again to retry."
        )


def say(what: str) -> None:
    """One line for whoever waits."""
    sys.stderr.write("set-up: " + what + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
