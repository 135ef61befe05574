"""What must appear on another account is a bulletin for one place: whoever holds that account carries it."""

from core.model import Address, Platform, Urgency
from core.store import Store, broadcasts, coverages, destinations
from tests.doubles.machines import Process, World, carried, newsroom, until
from tests.doubles.made_up_time import BEGAN, clock, live

ACCOUNTS = ["berlin", "oslo"]


def test_an_answer_reaches_a_place_on_an_account_that_another_process_holds(store: Store) -> None:
    async def story() -> None:
        newsroom(store, ACCOUNTS, readers=3, now=BEGAN)
        world = World()
        crew = [Process(store, world, ACCOUNTS, name).starts() for name in ("first", "second")]
        await until(lambda: all(len(one.held) == 1 for one in crew))
        asker, carrier = crew if "oslo" in crew[1].held else reversed(crew)
        coverage = await asker.store.read(coverages.by_slug, "storm")
        place = await asker.store.read(destinations.find, "oslo", Address(Platform.TELEGRAM, 2))

        given = {"destination_id": place.id, "coverage_id": coverage.id, "words": "Ann asks you to look at #4."}
        await asker.store.write(broadcasts.answer, **given, urgency=Urgency.DESK_ANSWER, now=clock())
        await until(lambda: carried(store))

        assert [one.text for one in world.chats["oslo"][2]] == ["Ann asks you to look at #4."]
        assert (world.by(asker.name), world.by(carrier.name)) == (0, 1)
        for one in crew:
            await one.stops()

    live(story())
