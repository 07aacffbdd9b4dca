"""The permission matrix: every command, button and form by everybody, with the answer that each one gets."""

import random
import re
from collections.abc import Iterable

import pytest

from bot.playground.driver import Answer, NotAllowed, Playground
from tests import lanes
from tests.end_to_end import matrix
from tests.end_to_end.matrix_world import COLUMNS, Matrix, furnished


def letter_of(answer: Answer) -> str:
    """The letter of an answer in the legend; what it says where none fits."""
    if answer.kind == "modal":
        return "f"
    said = answer.text
    assert "incident" not in said, said
    if "### That didn't work" not in said:
        return "+"
    found = [letter for letter, words in matrix.LEGEND.items() if any(one in said for one in words)]
    return found[0] if len(found) == 1 else f"{found} {said}"


async def pressed(made: Matrix, row: str, column: str) -> str:
    """Do what a row says, as one column's person, and return the letter of the answer."""
    person = made.people[column]
    what = matrix.ROWS.get(row, {})

    def value(of: object) -> object:
        return made.numbers.get(of, of) if isinstance(of, str) else of

    try:
        if row.startswith("/ledger export"):  # once a minute
            await made.play.skip(minutes=1)
        if row.startswith("/"):
            return letter_of(await person.run(row.split(" (")[0], **{k: value(v) for k, v in what.items()}))
        template = row.split(" (")[0]
        fields = {k: v for k, v in what.items() if f"{{{k}}}" not in template}

        def filled(found: re.Match[str]) -> str:
            return str(value(what.get(found[1], matrix.DEFAULTS.get(found[1], 1))))

        custom_id = re.sub(r"{(\w+)}", filled, template)
        if fields or matrix.is_form(template):
            return letter_of(await person.forcing.send(custom_id, fields))
        return letter_of(await person.forcing.click(made.cards[column], custom_id))
    except NotAllowed as refused:
        if "can't use" in str(refused):
            return "h"
        raise


async def different(made: Matrix, cells: Iterable[tuple[str, str]]) -> list[str]:
    """Press cells, and say which ones aren't answered as the table says."""
    found: list[str] = []
    for row, column in cells:
        got = await pressed(made, row, column)
        if got != matrix.TABLE[row][column]:
            found.append(f"{row} by {column}: {got}, not {matrix.TABLE[row][column]}")
    return found


def test_every_command_button_and_form_has_a_row_and_each_row_a_letter_for_everybody():
    named = {row.split(" (")[0] for row in matrix.TABLE}
    assert named >= matrix.ALL, "a new one has no row"
    assert named <= matrix.ALL, "a row of what is no more"
    assert set(matrix.ROWS) <= set(matrix.TABLE)
    for row, letters in matrix.TABLE.items():
        assert tuple(letters) == COLUMNS, row
        assert set(letters.values()) <= set(matrix.LEGEND), row
        assert letters["stranger"] == "e", row
        assert letters["bot"] in "bh", row


@pytest.mark.proof
async def test_every_cell_of_the_permission_matrix_is_answered_as_the_table_says(
    play: Playground, book: str, size: int, lane: lanes.Run
):
    """In an order by chance: nobody's press changes the answer to another one's."""
    cells = [(row, column) for row in matrix.TABLE for column in COLUMNS]
    chosen = random.Random(lane.first_seed).sample(cells, min(size, len(cells)))
    made = await furnished(play, book)
    assert await different(made, chosen) == []
