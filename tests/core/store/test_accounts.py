"""Which accounts there are is what the settings of those at work say, and not of whoever started last."""

from datetime import UTC, datetime

from core.model import Platform
from core.store import Store, accounts, leases
from core.store.leases import Claimant


def now() -> datetime:
    return datetime.now(UTC)


def enrol(store: Store, *names: str) -> list[str]:
    store.write_now(accounts.enrol_lanes, [(name, Platform.TELEGRAM) for name in names], now())
    return [lane.account for lane in store.read_now(accounts.enabled)]


def test_an_account_that_left_the_settings_gets_nothing_new_and_may_come_back(store: Store) -> None:
    assert enrol(store, "berlin", "oslo") == ["berlin", "oslo"]
    assert enrol(store, "berlin") == ["berlin"]
    assert enrol(store, "berlin", "oslo") == ["berlin", "oslo"]


def test_a_machine_that_has_only_some_of_the_tokens_takes_no_account_from_those_who_carry_the_others(
    store: Store, store_url: str
) -> None:
    enrol(store, "berlin", "oslo")
    other = Claimant(owner="other machine", host="machine", pid=7, ttl=60.0)
    store.write_now(leases.enter, other, now())
    (claimed,) = store.write_now(leases.claim, other, ["oslo"], now(), alone=False)
    shared = store_url.startswith("postgresql")
    # A SQLite store is one machine's: who holds it is the only one, whatever the dead have left.
    assert enrol(store, "berlin") == (["berlin", "oslo"] if shared else ["berlin"])
    store.write_now(leases.release, claimed.lane_id, claimed.fence, now())
    assert enrol(store, "berlin") == ["berlin"]
