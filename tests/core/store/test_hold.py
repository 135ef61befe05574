import os
import subprocess
import sys

import pytest

from core.errors import StoreTrouble
from core.model import Mode
from core.store import Store, coverages


def test_a_second_run_on_the_same_store_is_refused(store_url: str) -> None:
    first, second = (Store.open(store_url, mode=Mode.REHEARSAL) for _ in range(2))
    with first.hold():
        with pytest.raises(StoreTrouble, match="in use by another livedesk run") as told, second.hold():
            pass
        # Others may still import, export and look.
        assert second.read_now(coverages.listed) == ()
    if store_url.startswith("sqlite"):
        assert f"(process {os.getpid()})" in str(told.value)
    with second.hold():
        pass
    first.close()
    second.close()


def test_a_run_that_was_killed_holds_nothing(store_url: str) -> None:
    script = (
        "import os, sys\n"
        "from core.model import Mode\n"
        "from core.store import Store\n"
        "store = Store.open(sys.argv[1], mode=Mode.REHEARSAL)\n"
        "with store.hold():\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, store_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    store = Store.open(store_url, mode=Mode.REHEARSAL)
    with pytest.raises(StoreTrouble, match="another livedesk run"), store.hold():
        pass
    holder.kill()
    holder.communicate(timeout=30)
    for attempt in range(100):
        try:
            with store.hold():
                break
        except StoreTrouble:
            # PostgreSQL takes a moment to see that the connection is gone.
            assert attempt < 99
            store.read_now(lambda conn: conn.exec_driver_sql("SELECT 1"))
    store.close()


def test_a_lock_that_cannot_be_written_is_named(tmp_path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/s.sqlite", mode=Mode.REHEARSAL, create=True)
    (tmp_path / "s.sqlite.lock").mkdir()
    with pytest.raises(StoreTrouble, match=r"s\.sqlite\.lock cannot be written"), store.hold():
        pass
    store.close()
