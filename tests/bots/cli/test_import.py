"""What an editor sees who brings in a page, good or bad."""

import json
from pathlib import Path

import pytest
from PIL import Image

from bots.cli import asked, import_page
from core import blocks
from core.model import Audience, Coverage, CoverageStatus, Mode
from core.newsroom import ImportReport
from core.store import Store, coverages, media
from core.store import entries as entries_of


def entries(livedesk):
    """The headlines of the exported coverage, oldest first."""
    exported = json.loads(livedesk("export").out)
    found = [(one["datePublished"], one["headline"]) for one in exported["liveBlogUpdate"]]
    return [headline for _, headline in sorted(found)]


def test_the_coverage_and_what_changed_are_told_and_nothing_is_sent(livedesk, page):
    said = livedesk("import", page)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0] == "coverage: storm-over-the-harbour"
    assert "added: 3 (#1 to #3)" in said.out
    assert "nothing was sent; --publish would send 3 bulletins to 0 destinations" in said.out
    assert entries(livedesk) == ["First gusts", "Bridge closed", "Ferries stop"]


def test_the_store_is_made_by_the_first_import_and_only_its_owner_may_read_it(livedesk, page):
    assert livedesk("import", page).code == 0
    assert livedesk.store.stat().st_mode & 0o777 == 0o600
    assert livedesk.store.parent.stat().st_mode & 0o777 == 0o700


def test_importing_the_same_page_again_changes_nothing(livedesk, page):
    livedesk("import", page)
    said = livedesk("import", page)
    assert "unchanged: 3" in said.out
    assert not {"added", "changed", "proposed"} & {line.split(":")[0] for line in said.out.splitlines()}


def test_one_changed_entry_is_one_change(livedesk, page):
    livedesk("import", page)
    changed = json.loads((livedesk.folder / "storm.json").read_text())
    changed["liveBlogUpdate"][0]["articleBody"] = "The last boat left at three."
    said = livedesk("import", livedesk.write("storm.json", json.dumps(changed)))
    assert "changed: 1 (#3)" in said.out
    assert "unchanged: 2" in said.out


def test_a_dry_run_says_the_same_and_keeps_nothing(livedesk, page):
    livedesk("db", "upgrade")
    said = livedesk("import", page, "--dry-run")
    assert said.code == 0
    assert "added: 3 (#1 to #3)" in said.out
    assert said.out.splitlines()[-1] == "dry run: nothing was kept"
    assert livedesk("export").code == 1


def test_a_coverage_can_be_named_and_found_again_by_that_name(livedesk, page):
    assert livedesk("import", page, "--coverage", "storm-26", "--title", "Storm").out.startswith("coverage: storm-26\n")
    assert "unchanged: 3" in livedesk("import", page, "--coverage", "storm-26").out
    assert "Storm" in livedesk("export", "storm-26").out


def test_a_page_can_come_through_a_pipe(livedesk, page, monkeypatch):
    with Path(page).open() as opened:
        monkeypatch.setattr("sys.stdin", opened)
        assert livedesk("import", "-").out.startswith("coverage: storm-over-the-harbour\n")


def test_pictures_beside_the_page_come_along_and_bad_ones_are_told(livedesk, page):
    Image.new("RGB", (320, 200), "navy").save(livedesk.folder / "harbour.png")
    livedesk.write("broken.png", b"no picture")
    blog = json.loads((livedesk.folder / "storm.json").read_text())
    for update, name in zip(blog["liveBlogUpdate"], ("harbour.png", "broken.png", "gone.png"), strict=True):
        update["image"] = {"@type": "ImageObject", "url": name, "caption": f"A view: {name}"}
    said = livedesk("import", livedesk.write("storm.json", json.dumps(blog)))
    assert said.code == 0
    assert "page: picture: broken.png: this is no picture we can send" in said.out
    exported = livedesk("export").out
    assert "A view: gone.png" in exported
    store = Store.open(f"sqlite:///{livedesk.store}", mode=Mode.LIVE)
    coverage = store.read_now(coverages.by_slug, "storm-over-the-harbour")
    shown = [
        block.asset
        for entry in store.read_now(entries_of.of_coverage, coverage.id)
        for block in entry.content.blocks
        if isinstance(block, blocks.Image)
    ]
    (digest,) = filter(None, shown)
    assert store.read_now(media.asset, digest).width == 320
    store.close()


def test_a_saved_page_of_a_real_morning_comes_in_whole(livedesk, seed):
    said = livedesk("import", seed)
    assert said.code == 0
    assert "added: 20 (#1 to #20)" in said.out
    assert "summary: 7 points" in said.out
    assert len(entries(livedesk)) == 20


def test_publish_sends_what_nobody_was_sent_yet_once(livedesk, page):
    settings = livedesk.write("mine.toml", '[[accounts]]\nname = "berlin"\nplatform = "telegram"\n')
    livedesk("import", page)
    said = livedesk("--config", settings, "import", page, "--publish")
    assert "unchanged: 3" in said.out
    assert "sent: 3 bulletins to 0 destinations, as soon as `livedesk run` runs" in said.out
    assert "nothing waits to be sent" in livedesk("--config", settings, "import", page, "--publish").out


def test_publish_without_a_bot_is_one_line_and_nothing_is_written(livedesk, page):
    said = livedesk("import", page, "--publish")
    assert (said.code, said.out) == (1, "")
    assert "--publish needs a bot to send with" in said.line
    assert not livedesk.store.exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "empty"),
        (b"   \n\n", "empty"),
        (b"Dear diary,\nnothing happened today.\n", "not"),
        (b'{"@type": "LiveBlogPosting", "liveBlogUpdate": [', "JSON"),
        (b'<html><script type="application/ld+json">{"@type": "LiveBlogPo</script></html>', "LiveBlogPosting"),
        (b"<html><body><p>Nothing here</p></body></html>", "not"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200), "not"),
        (b"\xff\xfe\x00\x00" * 50, "not"),
    ],
)
def test_what_is_no_live_page_is_one_line_and_nothing_is_written(livedesk, text, told):
    said = livedesk("import", livedesk.write("page", text))
    assert (said.code, said.out) == (1, "")
    assert said.line.startswith("livedesk: ")
    assert told.lower() in said.line.lower()
    assert not livedesk.store.exists()


def test_a_wrong_zone_is_one_line(livedesk, page, seed):
    said = livedesk("import", seed, "--zone", "Mars/Olympus")
    assert (said.code, said.out) == (1, "")
    assert "Mars/Olympus" in said.line


def test_a_missing_page_or_a_folder_is_one_line(livedesk, tmp_path):
    assert (
        livedesk("import", tmp_path / "gone.txt").line == f"livedesk: {tmp_path}/gone.txt is not there: check the name."
    )
    assert livedesk("import", tmp_path).line == f"livedesk: {tmp_path} is a folder: name a file."


def test_publish_and_dry_run_do_not_go_together(livedesk, page):
    assert livedesk("import", page, "--publish", "--dry-run").code == 1
    assert not livedesk.store.exists()


def test_what_readers_have_already_is_left_to_an_editor_who_is_told_where(livedesk, page):
    read = import_page.load(page)
    coverage = Coverage(1, "storm", "Storm", "", "en", "UTC", CoverageStatus.LIVE, Mode.LIVE, asked.now())
    report = ImportReport(coverage, False, (), (), (2,), 2, False, 0, Audience({}, {}))
    lines = import_page.told(report, read, dry_run=False)
    assert lines[2:5] == [
        "proposed: 1 (#2)",
        "readers have the proposed ones already, so an editor decides about each change:",
        "  /proposals storm on Telegram, /desk proposals on Discord",
    ]


TEXT = """Storm: live

  2. {second}published at 10:20 Greenwich Mean Time 1 March 2026

    {body}

  1. First gustspublished at 10:10 Greenwich Mean Time 1 March 2026

    Roofs came off two sheds by the harbour and nobody was near them at the time.
"""
BODY = "The bridge over the Arrin is shut to everybody since ten, and lorries are turned back at the roundabout."


def decide(livedesk, *, accept):
    """An editor decides about the only change that waits."""
    store = Store.open(f"sqlite:///{livedesk.store}", mode=Mode.LIVE)
    coverage = store.read_now(coverages.by_slug, "storm-live")
    (waiting,) = store.read_now(entries_of.proposals, coverage.id)
    store.write_now(entries_of.settle_proposal, waiting.id, accept=accept, actor="ada", now=asked.now(), send=False)
    store.close()


@pytest.fixture
def rewritten(livedesk):
    """A page of which one headline was changed after it was imported; how the second import went."""
    settings = livedesk.write("mine.toml", '[[accounts]]\nname = "berlin"\nplatform = "telegram"\n')
    livedesk("import", livedesk.write("page.txt", TEXT.format(second="Bridge closed", body=BODY)))
    again = livedesk.write("page.txt", TEXT.format(second="Arrin crossing shut to all", body=f"{BODY} A"))
    return lambda *words: livedesk("--config", settings, "import", again, *words)


def test_a_changed_headline_is_told_and_not_sent_before_an_editor_decides(livedesk, rewritten):
    said = rewritten("--publish")
    assert said.code == 0
    lines = said.out.splitlines()
    assert (
        "not added: “Arrin crossing shut to all” may be the changed headline of #2 (same minute, much the same words)"
        in lines
    )
    assert "  /proposals storm-live on Telegram, /desk proposals on Discord" in lines
    assert "held until an editor has decided, --publish leaves them out: #2" in lines
    assert "sent: 1 bulletin to 0 destinations, as soon as `livedesk run` runs" in lines
    assert rewritten("--publish").out.count("may be the changed headline of #2") == 1
    assert entries(livedesk) == ["First gusts", "Bridge closed"]


def test_a_changed_headline_that_is_accepted_changes_the_entry_once(livedesk, rewritten):
    rewritten()
    decide(livedesk, accept=True)
    assert entries(livedesk) == ["First gusts", "Arrin crossing shut to all"]
    for _ in range(2):
        assert "unchanged: 2" in rewritten().out
    assert "sent: 2 bulletins" in rewritten("--publish").out


def test_an_entry_that_only_looked_like_another_is_added_once_an_editor_says_so(livedesk, rewritten):
    rewritten()
    decide(livedesk, accept=False)
    assert "added: 1 (#3)" in rewritten().out
    assert sorted(entries(livedesk)) == ["Arrin crossing shut to all", "Bridge closed", "First gusts"]
    assert "sent: 3 bulletins" in rewritten("--publish").out


def test_another_entry_of_the_same_minute_is_added(livedesk):
    livedesk("import", livedesk.write("page.txt", TEXT.format(second="Bridge closed", body=BODY)))
    other = "Ferries to the islands stay in port until the wind turns, the harbour office says."
    said = livedesk("import", livedesk.write("page.txt", TEXT.format(second="Ferries stop", body=other)))
    assert "added: 1 (#3)" in said.out


def test_what_a_page_withdraws_is_withdrawn_here_while_nobody_has_it(livedesk, page):
    livedesk("import", page)
    blog = json.loads((livedesk.folder / "storm.json").read_text())
    blog["liveBlogUpdate"][0] |= {"creativeWorkStatus": "Retracted", "articleBody": ""}
    again = livedesk.write("storm.json", json.dumps(blog))
    assert "changed: 1 (#3)" in livedesk("import", again).out
    assert "unchanged: 3" in livedesk("import", again).out
    (newest, *_) = json.loads(livedesk("export").out)["liveBlogUpdate"]
    assert newest["creativeWorkStatus"] == "Retracted"


def test_publish_into_a_closed_coverage_is_one_line(livedesk, page):
    settings = livedesk.write("mine.toml", '[[accounts]]\nname = "berlin"\nplatform = "telegram"\n')
    livedesk("import", page)
    store = Store.open(f"sqlite:///{livedesk.store}", mode=Mode.LIVE)
    coverage = store.read_now(coverages.by_slug, "storm-over-the-harbour")
    store.write_now(coverages.set_status, coverage.id, CoverageStatus.CLOSED, by="ada", now=asked.now())
    store.close()
    said = livedesk("--config", settings, "import", page, "--publish")
    assert (said.code, said.out) == (1, "")
    assert "storm-over-the-harbour is closed" in said.line
    assert "/coverage open storm-over-the-harbour" in said.line
