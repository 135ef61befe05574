"""What people mistype, and files that are not what they seem: each gets one clear line, and nothing else happens."""

import pytest

from tests.journeys.morning import Morning, picture

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/coverage use flood", "I know no coverage called “flood”."),
        ("/correct 99 Four people", "There is no entry storm#99. Each entry has its number at its foot."),
        ("/correct flood#1 Four people", "I know no coverage called “flood”."),
        ("/retract", "Something is missing. It goes like this:\n/retract 17 and the reason"),
        ("/post", "Something is missing. It goes like this:\n/post and the text."),
        ("/alert " + "a" * 201, "That is 201 characters, and an alert has at most 200."),
        ("/coverage new Fire\nZone: Europe/Lundon", "I know no time zone “Europe/Lundon”. Did you mean Europe/London?"),
        ("/coverage new Fire\nSlug: storm", "Another coverage is called storm already."),
        ("/posts News", "I do not know /posts. Did you mean /post?"),
        ("SEND 3", None),
    ],
    ids=lambda value: (value or "a draft")[:24] if isinstance(value, str | None) else None,
)
async def test_a_mistyped_command_is_answered_with_what_to_do(town: Morning, typed: str, answer: str | None) -> None:
    told = await town.tells(typed)
    if answer is None:
        assert told.text.startswith("SEND 3")
    else:
        assert told.text.startswith(answer)
    await town.has_heard()
    assert await town.newsroom.newest(town.coverage, 5) == ()


async def test_nothing_is_published_where_nothing_is_on(town: Morning) -> None:
    await town.tells("/coverage close storm")
    refused = await town.tells("Bridge closed")
    assert "storm is closed, so nothing new goes out in it." in refused.text


async def test_a_hundred_thousand_characters_are_no_trouble(followed: Morning) -> None:
    words = " ".join(f"word{number}" for number in range(10_000))
    told = await followed.tells(f"/post {words[:100_000]}")
    assert told.text
    await followed.has_heard()
    answer = await followed.tells("/post Bridge closed")
    assert "Queued #" in answer.text


async def test_a_picture_that_telegram_spoils_on_its_way_is_asked_for_again(town: Morning) -> None:
    erin = town.cast.telegram_editor
    # The second half never comes.
    town.stage.faults.add("malformed", platform="telegram", method="download", body=picture()[:400])
    told = await town.answer(town.desk, await erin.sends_photo(town.desk, picture(), "The harbour"))
    assert told.text.startswith("That picture is damaged.")
    town.stage.faults.add("server_error", platform="telegram", method="getFile")
    told = await town.answer(town.desk, await erin.sends_photo(town.desk, picture(), "The harbour"))
    assert told.text == "Your picture did not come through from Telegram. Nothing was saved. Send it again."
    assert await town.newsroom.newest(town.coverage, 5) == ()


async def test_a_file_that_is_no_picture_is_refused_on_discord(town: Morning) -> None:
    answer = await town.dee_uses("desk post", text="Look", picture=("budget.xlsx", b"PK\x03\x04 numbers"))
    assert answer.text == "That is no picture I can send on. Save it as JPEG, PNG, WEBP or GIF and send it again."
    assert await town.newsroom.newest(town.coverage, 5) == ()


async def test_an_entry_that_does_not_exist_is_refused_on_discord(town: Morning) -> None:
    answer = await town.dee_uses("desk retract", entry="99", reason="Wrong")
    assert "There is no entry storm#99" in answer.text
    answer = await town.dee_uses("desk correct", entry="what", text="Wrong")
    assert "There is no entry what" in answer.text
    assert answer.ephemeral
