"""What a confirming press costs: `python -m tests.benchmarks.press [--quick]`, one JSON line a figure.

CPU time of the bot's process per press of *Lock ...* on an offer and of *Buy ...* in a market, 64 and 8 in flight,
against a bare discord.py bot that answers the same press in one request with a card of the same words and buttons.
What the calendar and the announcer use meanwhile is counted apart (`tests.benchmarks.apart`) and told as `apart_ms`;
nothing else is taken off. The stand-in checks nothing on both sides. Where a press takes more than a second, as on a
busy machine, the bot says "thinking…" first: that request is counted as its own as well.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from bot.playground.driver import Answer, Person
from tests import databases
from tests.benchmarks.discord import BARE, PEOPLE, Bench, running
from tests.benchmarks.harness import alternate_async, median, quick, report

ROUNDS, PRESSES, CLAIMS = 5, 384, 8
IN_FLIGHT = (64, 8)
GOAL = 3.0

Question = tuple[Person, Answer]
"""Who was asked, and the card with the button that confirms."""


def crux(folder: str) -> tuple[list[str], Path]:
    """The command of a bot that counts its calendar and its announcer apart, and where it notes them."""
    book, noted = databases.sqlite(Path(folder) / "crux.db"), Path(folder) / "apart"
    counted = [sys.executable, "-m", "tests.benchmarks.apart", str(noted)]
    return [*counted, "run", "--discord-url", "{url}", "--database", book], noted


async def claim(ours: Bench, number: int) -> None:
    """A claim, opened with an offer to anyone, and a market on it."""
    first = ours.people[number % PEOPLE]
    form = await first.run("/bet quick")
    said = {"what": "A named AI lab announces a model that scores 90% on FrontierMath", "when": "2029-12-31"}
    opened = await first.submit(form, said | {"side": "NO 3:1", "stake": "0.03"})
    assert "Take it" in opened.message.buttons[0], opened.text
    asked = await first.submit(await first.run("/market open", claim=number), liquidity="1000")
    done = await first.click(asked, asked.message.buttons[0])
    assert "is open" in done.text, done.text


async def take(bench: Bench, number: int) -> Question:
    """Whether to take an offer; the bare bot asks without there being one."""
    maker, taker = bench.people[number % PEOPLE], bench.people[(number + 1) % PEOPLE]
    offer = 1
    if bench.name == "crux":
        made = await maker.run(
            "/bet offer", claim=number % CLAIMS + 1, side="NO", stake="0.03", odds="3:1", to=taker
        )
        offer = int(made.text.partition("-# Offer ")[2].split()[0])
    return taker, await taker.run("/bet accept", offer=offer)


async def buy(bench: Bench, number: int) -> Question:
    """Whether to buy, as many of one outcome as of the other."""
    buyer = bench.people[number % PEOPLE]
    outcome = ("YES", "NO")[number // CLAIMS % 2]
    return buyer, await buyer.run("/market buy", claim=number % CLAIMS + 1, outcome=outcome, points="0.10")


ASKS = {"bets": take, "markets": buy}
DONE = {"bets": "stands: 0.01 on YES", "markets": "Bought 0."}


async def presses(bench: Bench, what: str, count: int, in_flight: int) -> float:
    """Milliseconds of CPU per confirming press."""
    questions = await bench.asked(lambda number: ASKS[what](bench, number), count)
    await bench.play.settle()  # what asking has left to be told

    async def press(who: Person, question: Answer) -> Answer:
        answer = await who.click(question, question.message.buttons[0])
        assert DONE[what] in answer.text, answer.text
        return answer

    acts = [lambda one=one: press(*one) for one in questions]
    return await bench.cpu_ms(what, acts, in_flight=in_flight)


async def main() -> None:
    os.environ.pop("CRUX_DISCORD_TOKEN", None)
    rounds, count = (1, 16) if quick() else (ROUNDS, PRESSES)
    with tempfile.TemporaryDirectory() as folder:
        command, noted = crux(folder)
        async with running("crux", command, apart=noted) as ours, running("bare", BARE) as bare:
            for bench in (
                ours,
                bare,
            ):  # however long it takes, a minute isn't over between question and press
                await bench.play.freeze()
            for number in range(1, CLAIMS + 1):
                await claim(ours, number)
            for what in ASKS:
                if not quick():
                    for bench in (ours, bare):  # what is done only once
                        await presses(bench, what, count, IN_FLIGHT[0])
                for in_flight in IN_FLIGHT:
                    taken = await alternate_async(
                        rounds,
                        lambda what=what, n=in_flight: presses(ours, what, count, n),
                        lambda what=what, n=in_flight: presses(bare, what, count, n),
                    )
                    report(
                        f"{what}.press.cpu.{in_flight}_in_flight",
                        median(taken[0]) / median(taken[1]),
                        goal=GOAL,
                        better="lower",
                        cpu_ms=round(median(taken[0]), 3),
                        bare_cpu_ms=round(median(taken[1]), 3),
                        apart_ms=round(median(ours.asides[f"{what}:{in_flight}"][-rounds:]), 3),
                        rounds=rounds,
                    )


if __name__ == "__main__":
    asyncio.run(main())
