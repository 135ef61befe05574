"""What a whole `livedesk run` takes of this machine's memory, with few readers and with a million."""

import time

from core.model import Entry, Mode
from core.store import Store, broadcasts
from tests.benchmarks import far, livedesk
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.ground import Ground, opened, populate, publish_now

ACCOUNTS = {"telegram": far.TELEGRAM_TOKEN, "discord": far.DISCORD_TOKEN}
_LOOK_EVERY = 0.5
_PATIENCE = 60.0
_AHEAD = 30
"""Messages a second that the free limits allow: so many more people answer than are spoken to meanwhile."""


def memory(ground: Ground, few: int = 1_000, many: int = 1_000_000, seconds: float = 20.0) -> list[Figure]:
    """The largest of what it held while it carried an entry: it, its libraries and both platforms' connections."""
    small = _carrying(ground, few, seconds)
    large = _carrying(ground, many, seconds)
    kind = ground.kind
    return [
        Figure("livedesk run at 1 M", kind, large, "MB", small, "at 1 k", at_most(200)),
        Figure("its growth from 1 k to 1 M", kind, large - small, "MB", bound=at_most(70)),
    ]


def _carrying(ground: Ground, many: int, seconds: float) -> float:
    """MB."""
    people = min(many, int((seconds + 10) * _AHEAD))
    with ground.stores() as made, far.stage(readers=people, channels=5) as there:
        url, log = made.empty(), ground.folder / "livedesk.log"
        Store.open(url, mode=Mode.LIVE, create=True).close()
        coverage = populate(url, many, lanes=["telegram"], first_chat=there.readers[0], mode=Mode.LIVE)
        with opened(url, Mode.LIVE) as store, livedesk.running(url, there.url, ACCOUNTS, log) as process:
            process.until_it_holds(store, set(ACCOUNTS))
            entry = publish_now(store, coverage, "The river is rising")
            largest, wanted, began = 0.0, min(many, int(seconds * _AHEAD / 2)), time.monotonic()
            while time.monotonic() < began + seconds or _sent(store, entry) < wanted:
                assert time.monotonic() < began + seconds + _PATIENCE, "it is not carried"
                time.sleep(_LOOK_EVERY)
                largest = max(largest, process.resident())
    return largest


def _sent(store: Store, entry: Entry) -> int:
    return store.read_now(broadcasts.progress, entry.bulletin_id)["telegram"].sent
