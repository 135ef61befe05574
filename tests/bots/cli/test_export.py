"""What leaves the house, and that it leaves whole."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def filled(livedesk, page):
    """A store with one coverage."""
    assert livedesk("import", page).code == 0
    return livedesk


def test_one_coverage_needs_no_name(filled):
    said = filled("export", "--format", "jsonld")
    assert (said.code, said.err) == (0, "")
    exported = json.loads(said.out)
    assert exported["@type"] == "LiveBlogPosting"
    assert exported["headline"] == "Storm over the harbour"
    assert len(exported["liveBlogUpdate"]) == 3


def test_several_coverages_ask_for_a_name(filled):
    other = filled.write("other.json", (filled.folder / "storm.json").read_text().replace("storm", "calm"))
    filled("import", other, "--coverage", "calm", "--title", "Calm")
    said = filled("export")
    assert said.code == 1
    assert said.line == "livedesk: Which coverage? There are: calm, storm-over-the-harbour"
    assert json.loads(filled("export", "calm").out)["headline"] == "Calm"


def test_a_coverage_nobody_knows_is_one_line(filled):
    said = filled("export", "nobody")
    assert (said.code, said.out) == (1, "")
    assert "nobody" in said.line


def test_a_file_is_replaced_whole(filled):
    target = filled.folder / "storm.jsonld"
    target.write_text("the old one")
    said = filled("export", "--output", target)
    assert (said.code, said.out) == (0, "")
    assert len(json.loads(target.read_text())["liveBlogUpdate"]) == 3
    assert sorted(one.name for one in filled.folder.iterdir()) == ["storm.json", "storm.jsonld", "var"]


def test_a_file_for_others_stays_readable_by_others(filled):
    target = filled.folder / "storm.jsonld"
    before = os.umask(0o022)
    try:
        filled("export", "--output", target)
    finally:
        os.umask(before)
    assert target.stat().st_mode & 0o777 == 0o644


def test_a_full_disk_leaves_the_old_file_and_no_half_of_the_new_one(filled, monkeypatch):
    target = filled.folder / "storm.jsonld"
    target.write_text("the old one")

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    said = filled("export", "--output", target)
    assert said.code == 1
    assert said.line.startswith(f"livedesk: {target} does not fit: the disk is full.")
    assert target.read_text() == "the old one"
    assert sorted(one.name for one in filled.folder.iterdir()) == ["storm.json", "storm.jsonld", "var"]


def test_a_disk_that_is_really_full_is_one_line(filled):
    if not Path("/dev/full").is_char_device():
        pytest.skip("this system has no /dev/full")
    said = filled("export", "--output", "/dev/full")
    assert said.code == 1
    assert said.line == "livedesk: The disk is full: make room and run this again."
    assert Path("/dev/full").is_char_device()


def test_a_link_goes_on_pointing_to_the_file(filled):
    target, link = filled.folder / "storm.jsonld", filled.folder / "newest"
    link.symlink_to(target)
    assert filled("export", "--output", link).code == 0
    assert link.is_symlink()
    assert target.is_file()


def test_a_folder_is_no_file_to_write(filled):
    said = filled("export", "--output", filled.folder)
    assert (said.code, said.line) == (1, f"livedesk: {filled.folder} is a folder: name a file.")


def test_a_reader_that_stops_early_gets_no_traceback_from_us(filled):
    command = f"{Path(sys.executable).with_name('livedesk')} export | head -c 1"
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("{", "")


def test_a_folder_that_is_not_there_is_one_line(filled):
    said = filled("export", "--output", filled.folder / "gone" / "storm.jsonld")
    assert said.code == 1
    assert said.line == f"livedesk: {filled.folder}/gone/storm.jsonld is not there: check the name."


def test_without_any_coverage_there_is_nothing_to_export(livedesk):
    livedesk("db", "upgrade")
    assert livedesk("export").line == "livedesk: There is no coverage to export yet"


def test_exported_and_imported_again_elsewhere_it_is_the_same(filled):
    filled("export", "--output", filled.folder / "storm.jsonld")
    filled.set("LIVEDESK_STORE__URL", f"sqlite:///{filled.folder}/other.sqlite")
    assert "added: 3 (#1 to #3)" in filled("import", filled.folder / "storm.jsonld").out
    again = json.loads(filled("export").out)["liveBlogUpdate"]
    first = json.loads((filled.folder / "storm.jsonld").read_text())["liveBlogUpdate"]
    assert again == first
