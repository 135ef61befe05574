"""What cannot be rehearsed is told in one line, before anything begins."""

import json

import pytest

from bots.cli import door


@pytest.fixture
def rehearse(capfd, monkeypatch):
    """Type `livedesk rehearse --once` with more words; the exit code and what was said."""
    for name in ("LIVEDESK_CONFIG", "LIVEDESK_SECRETS", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)

    def typed(*words):
        capfd.readouterr()
        code = door.enter(["rehearse", "--once", *map(str, words)])
        said = capfd.readouterr()
        assert said.out == ""
        return code, said.err

    return typed


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("empty.txt", b"", "the file is empty"),
        ("diary.txt", b"Dear diary,\nnothing happened today.\n", "is not a live page"),
        ("cut.json", b'{"@type": "LiveBlogPosting",\n "liveBlogUpdate": [', "the JSON is broken at line 2, column 21"),
        ("none.json", json.dumps({"@type": "LiveBlogPosting", "headline": "Storm"}).encode(), "holds no entry"),
        ("photo.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(99), "not a page"),
    ],
)
def test_a_page_that_cannot_be_played_is_one_line(rehearse, tmp_path, name, data, told):
    page = tmp_path / name
    page.write_bytes(data)
    code, said = rehearse("--coverage", page)
    (line,) = said.splitlines()
    assert code == 1
    assert line.startswith("livedesk: ")
    assert told in line


def test_a_name_nobody_knows_is_told_with_those_there_are(rehearse, tmp_path):
    code, said = rehearse("--coverage", "flood")
    assert (code, said) == (1, "livedesk: flood is neither a file nor a sample; samples: election-night, storm\n")
    code, said = rehearse("--coverage", tmp_path)
    assert (code, said) == (1, f"livedesk: {tmp_path} is a folder: name a file.\n")


def test_a_journal_that_cannot_be_written_is_one_line(rehearse, tmp_path):
    gone = tmp_path / "gone" / "journal.jsonl"
    assert rehearse("--journal", gone) == (1, f"livedesk: {gone} is not there: check the name.\n")
    assert rehearse("--journal", tmp_path) == (1, f"livedesk: {tmp_path} is a folder: name a file.\n")


@pytest.mark.parametrize("speed", ["0", "-3", "nan", "fast"])
def test_a_speed_that_is_none_is_told(rehearse, speed):
    code, said = rehearse("--speed", speed)
    assert code == 2
    assert said.splitlines()[-1].startswith("Error: Invalid value for '--speed': ")


def test_bots_that_fall_over_end_the_rehearsal_at_once(rehearse, monkeypatch):
    async def falls(_house):
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("bots.app.House.live", falls)
    code, said = rehearse("--coverage", "storm")
    assert code == 1
    assert "RuntimeError" in said
