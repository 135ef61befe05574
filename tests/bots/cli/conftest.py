"""A terminal in this process: type a command, read what it says, on a real store in a folder of its own."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from bots.cli import door

PAGE = {
    "@context": "https://schema.org",
    "@type": "LiveBlogPosting",
    "@id": "https://news.example/live/storm",
    "headline": "Storm over the harbour",
    "description": "Gusts of 140 km/h are expected tonight.",
    "inLanguage": "en-GB",
    "coverageStartTime": "2026-03-01T10:00:00+00:00",
    "liveBlogUpdate": [
        {
            "@type": "BlogPosting",
            "@id": f"https://news.example/live/storm#{number}",
            "headline": headline,
            "datePublished": f"2026-03-01T10:{number:02}:00+00:00",
            "articleBody": f"What is known about it so far, part {number}.",
        }
        for number, headline in ((30, "Ferries stop"), (20, "Bridge closed"), (10, "First gusts"))
    ],
}


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def line(self):
        """The one line on standard error."""
        (line,) = self.err.splitlines()
        return line


class Terminal:
    """Types commands."""

    def __init__(self, folder, monkeypatch, capfd):
        self.folder = folder
        self.store = folder / "var" / "livedesk.sqlite"
        self._monkeypatch = monkeypatch
        self._capfd = capfd
        self.set("LIVEDESK_STORE__URL", f"sqlite:///{self.store}")

    def set(self, name, value):
        """Put a variable into the environment."""
        self._monkeypatch.setenv(name, value)

    def write(self, name, text):
        """Put a file into the folder; its path."""
        file = self.folder / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(file)

    def __call__(self, *words):
        """Type a command."""
        self._capfd.readouterr()
        code = door.enter([str(word) for word in words])
        said = self._capfd.readouterr()
        return Said(code, said.out, said.err)


@pytest.fixture
def livedesk(tmp_path, monkeypatch, capfd):
    """A terminal whose store is not made yet."""
    for name in ("LIVEDESK_CONFIG", "LIVEDESK_SECRETS", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    return Terminal(tmp_path, monkeypatch, capfd)


@pytest.fixture
def page(livedesk):
    """A page of three entries, as a file."""
    return livedesk.write("storm.json", json.dumps(PAGE))


@pytest.fixture
def seed():
    """The saved page that lies beside the checkout, when it does."""
    file = Path(__file__).resolve().parents[4] / "shared" / "seed" / "bbc-live-2022-02-10.txt"
    if not file.exists():
        pytest.skip("the saved page is not beside this checkout")
    return file
