"""The shapes that cards and forms take."""

import pytest

from bot.commands.routes import ROUTES
from bot.routes import Routes
from bot.text import Currency
from bot.ui import components
from bot.ui.cards import Button, ButtonLook, Card, File, Form, Line, PickChannel, PickRole
from bot.words import board
from markets.forecasts.leaderboard import PAGE, Season, Standing, Top
from markets.forecasts.score_keeping import RANKINGS, Ranking


async def test_a_card_is_one_container_and_is_not_kept_by_discord_py():
    card = Card(
        "Title",
        ("Some **words**.",),
        "fine print",
        (Button("Give 5 points", "give:1:2:500", ButtonLook.MAIN),),
    )
    view = components.view(card)
    assert view.is_finished()
    (container,) = view.to_components()
    words, row = container["components"]
    assert words["content"] == "### Title\nSome **words**.\n-# fine print"
    assert row["components"][0]["label"] == "Give 5 points"
    assert row["components"][0]["custom_id"] == "give:1:2:500"


async def test_more_than_five_buttons_take_more_rows_and_files_stand_below():
    buttons = tuple(Button(f"{number}", f"history:{number}") for number in range(7))
    view = components.view(Card("Title", buttons=buttons, files=(File("a.csv", b"1"),)))
    container, file = view.to_components()
    assert [len(row["components"]) for row in container["components"][1:]] == [4, 3]
    assert file["file"]["url"] == "attachment://a.csv"


async def test_two_buttons_of_one_id_are_a_mistake_of_ours_before_discord_refuses_the_whole_message():
    with pytest.raises(AssertionError, match="history:1"):
        components.view(
            Card("Title", buttons=(Button("Back", "history:1", off=True), Button("More", "history:1")))
        )


@pytest.mark.parametrize("by", RANKINGS)
@pytest.mark.parametrize("season", [None, Season(2, "Winter", 0, 1)], ids=["all time", "a season"])
@pytest.mark.parametrize(
    ("skip", "more"), [(0, False), (0, True), (PAGE, False), (PAGE, True), (2 * PAGE, True)]
)
async def test_every_page_of_the_board_can_be_shown(
    by: Ranking, season: Season | None, skip: int, more: bool
):
    row = Standing(1, True, 12, 1, 1, 1, 1, 1, 12, 100, 5, 1, 1, 5, 500)
    top = Top(skip + 1, (row,) * PAGE, more)
    for newest in (None, Season(3, "Spring", 0, 1)):
        seen = board.BoardPage(by, top, row, 1, season, Currency(), {1: 501}, newest)
        (container,) = components.view(board.board(seen)).to_components()
        ids = [b["custom_id"] for row in container["components"][1:] for b in row["components"]]
        assert len(ids) == len(set(ids))
        assert all(Routes(ROUTES).find(custom_id) for custom_id in ids)


async def test_a_form_has_labels_and_what_was_chosen_before():
    form = Form(
        "A title that is far too long for what Discord allows",
        "setup:save-places",
        (
            PickChannel("a", "Announcements", value=5),
            PickRole("m", "Moderators"),
            Line("z", "Zone", value="UTC"),
        ),
        "Some words first.",
    )
    made = components.modal(form).to_dict()
    assert len(made["title"]) <= 45
    first, channel, role, zone = made["components"]
    assert first["content"] == "Some words first."
    assert channel["component"]["default_values"] == [{"id": 5, "type": "channel"}]
    assert role["component"]["min_values"] == 0
    assert zone["component"]["value"] == "UTC"


def test_what_was_filled_in_is_read_and_what_is_missing_is_nothing():
    data = {
        "components": [
            {"type": 10, "id": 1},
            {"type": 18, "component": {"type": 4, "custom_id": "zone", "value": " UTC "}},
            {"type": 18, "component": {"type": 8, "custom_id": "log", "values": ["123"]}},
            {"type": 18, "component": {"type": 6, "custom_id": "role", "values": []}},
        ]
    }
    filled = components.values(data)
    assert components.line(filled, "zone") == "UTC"
    assert components.choice(filled, "log") == 123
    assert components.choice(filled, "role") == 0
    assert components.line(filled, "nothing") == ""
    assert components.choice(filled, "nothing") == 0
    assert components.choice({"log": ["'; DROP"]}, "log") == 0


def test_a_field_left_empty_was_asked_and_one_of_a_later_form_was_not():
    data = {"components": [{"type": 18, "component": {"type": 4, "custom_id": "known"}}, {"type": 10}]}
    assert components.has_field(data, "known")
    assert not components.has_field(data, "late")
    assert not components.has_field({}, "known")
