from core.store import Store, house


def test_a_fact_is_kept_as_it_was_first_written(store: Store) -> None:
    assert store.write_now(house.stamp, "bot", "1") == "1"
    assert store.write_now(house.stamp, "bot", "2") == "1"
    assert store.read_now(house.read, "bot") == "1"


def test_a_fact_can_be_written_anew(store: Store) -> None:
    store.write_now(house.write, "bot", "1")
    store.write_now(house.write, "bot", "2")
    assert store.read_now(house.read, "bot") == "2"
    assert store.read_now(house.read, "nothing") is None
