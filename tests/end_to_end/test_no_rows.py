"""Whoever is refused leaves nothing behind in the book, not even a wallet of their own (RULES A5)."""

import asyncio
import sqlite3

import pytest

from bot.playground.driver import Playground
from tests.end_to_end import matrix
from tests.end_to_end.conftest import set_up
from tests.end_to_end.matrix_world import Matrix, furnished
from tests.end_to_end.test_bets import quick
from tests.end_to_end.test_matrix import letter_of, pressed

BAD = {
    "/wallet give": ({"to": "Bo", "amount": "5000"}, {"to": "Bo", "amount": "many"}),
    "/forecast give": (
        {"claim": "open", "chance": "perhaps"},
        {"claim": "open", "chance": "60, 60"},
        {"claim": "open", "values": "x / y / z"},
    ),
    "/reward offer": (
        {"claim": "open", "amount": "much"},
        {"claim": "open", "amount": "5", "until": "when it rains"},
        {"claim": "open", "amount": "5", "until": "last year"},
    ),
    "/bet offer": (
        {"claim": "open", "side": "YES", "stake": "5000", "odds": "50%"},
        {"claim": "open", "side": "YES", "stake": "5", "odds": "odd"},
        {"claim": "open", "side": "YES", "stake": "5", "odds": "50%", "to": "self"},
    ),
    "/bet counter": ({"offer": "offer", "stake": "5000", "odds": "50%"},),
    "/market liquidity": ({"claim": "open", "amount": "50000"}, {"claim": "open", "amount": "x"}),
    "/market buy": (
        {"claim": "open", "outcome": "YES", "points": "0"},
        {"claim": "open", "outcome": "PERHAPS", "points": "5"},
        {"claim": "open", "outcome": "YES", "points": "x"},
        {"claim": "open", "outcome": "YES"},
    ),
    "/market sell": ({"claim": "open", "outcome": "YES", "shares": "x"},),
    "/market order": (
        {"claim": "open", "outcome": "YES", "limit": "x", "points": "5"},
        {"claim": "open", "outcome": "YES", "limit": "40%", "points": "5000"},
        {"claim": "open", "outcome": "YES", "limit": "40%", "points": "5", "until": "never"},
    ),
    "/market pool": ({"claim": "other", "until": "never"},),
    "/market stake": (
        {"claim": "open", "outcome": "YES", "stake": "5000"},
        {"claim": "open", "outcome": "PERHAPS", "stake": "5"},
    ),
}
"""What is typed wrong, beside what the matrix's rows ask for."""


def rows(book: str) -> dict[str, int]:
    """How many rows each table has."""
    with sqlite3.connect(book.removeprefix("sqlite:///")) as read:
        tables = read.execute("select name from sqlite_master where type = 'table'").fetchall()
        return {name: read.execute(f'select count(*) from "{name}"').fetchone()[0] for (name,) in tables}


class Newcomers:
    """People without a wallet, a new one whenever the last one has got one."""

    def __init__(self, made: Matrix, book: str, *, moderator: bool) -> None:
        self.made, self.book, self.moderator, self.count = made, book, moderator, 0
        self.before = dict[str, int]()

    async def next(self) -> None:
        self.count += 1
        name = f"{'Mod' if self.moderator else 'New'}{self.count}"
        await self.made.play.world("add_person", name=name, age_days=900, member=True)
        if self.moderator:
            await self.made.play.world("set_roles", person=name, roles=["Moderator"])
        person = self.made.play.person(name)
        self.made.people["new"] = person
        self.made.cards["new"] = (await person.run("/help")).message.id
        self.before = rows(self.book)

    async def left(self, letter: str) -> list[str]:
        """The tables in which a refused press left rows."""
        now = rows(self.book)
        found = [name for name, count in now.items() if count != self.before[name]]
        if found:
            await self.next()
        return [] if letter in "+f" else found


@pytest.mark.rule("A5")
@pytest.mark.parametrize("moderator", [False, True], ids=["member", "moderator"])
async def test_no_command_button_or_form_that_is_refused_leaves_a_row(
    play: Playground, book: str, moderator: bool
):
    made = await furnished(play, book)
    people = Newcomers(made, book, moderator=moderator)
    await people.next()
    wrong: dict[str, object] = {}
    for row in matrix.TABLE:
        letter = await pressed(made, row, "new")
        if left := await people.left(letter):
            wrong[row] = (letter, left)
    for command, tries in BAD.items():
        for options in tries:
            names: dict[str, object] = {**made.numbers, "self": made.people["new"].name}
            given = {k: names.get(v, v) for k, v in options.items()}
            answer = await made.people["new"].run(command, **given)
            letter = letter_of(answer)
            if letter in "+f":
                print("ACCEPTED", command, given, answer.text[:300] if letter == "+" else "form")
            if left := await people.left(letter):
                wrong[f"{command} {options}"] = (answer.text, left)
    assert wrong == {}, "\n".join(f"{row}: {said}" for row, said in wrong.items())


@pytest.mark.rule("A5")
async def test_twelve_who_come_at_once_get_a_number_each_and_what_they_pressed_is_theirs(
    play: Playground, book: str
):
    await set_up(play)
    await quick(play)
    names = [f"New{n}" for n in range(12)]
    for name in names:
        await play.world("add_person", name=name, age_days=900, member=True)
    offer = {"claim": 1, "side": "YES", "odds": "50%"}
    made = await asyncio.gather(
        *[
            play.person(name).run("/bet offer", **offer, stake=str(n + 1), to=play.person(names[n - 1]))
            for n, name in enumerate(names)
        ]
    )
    assert all("Your offer" in one.text for one in made), [one.text for one in made]
    for n, name in enumerate(names):
        mine = await play.person(name).run("/bet mine")
        assert f"risks {n + 1} to win {n + 1}" in mine.text, (name, mine.text)
    ids = {one["name"]: int(one["id"]) for one in await play.get("people", {"as": "Oz"})}
    with sqlite3.connect(book.removeprefix("sqlite:///")) as read:
        asked = "select discord_id, count(*), max(number) from players group by discord_id"
        numbers = {row[0]: (row[1], row[2]) for row in read.execute(asked)}
    assert {numbers[ids[name]][0] for name in names} == {1}
    assert len({numbers[ids[name]][1] for name in names}) == 12


@pytest.mark.rule("A5")
async def test_the_allowance_of_whoever_comes_new_shows_what_they_start_with(play: Playground):
    said = await play.bo.run("/wallet allowance")
    assert "Welcome. You start with 1,000 points." in said.text
    assert "You have **1,000 points**" in said.text
