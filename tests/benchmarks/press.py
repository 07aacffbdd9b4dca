"""What the confirming press of an accepted bet costs: `python -m tests.benchmarks.press [--quick]`, one JSON line.

CPU time of the bot's process per press of *Lock ...*, against a bare discord.py bot that answers a press with a card
of the same shape. The server chose no channel, so what the announcer would post is no part of it.
"""

import asyncio
import os
import tempfile

from bot.playground.driver import Answer, Person
from tests.benchmarks.discord import BARE, PEOPLE, Bench, crux, running
from tests.benchmarks.harness import alternate_async, median, quick, report

ROUNDS = 5
GOAL = 3.0


async def claim(ours: Bench) -> None:
    """One claim, opened with an offer to anyone."""
    form = await ours.people[0].run("/bet quick")
    said = {"what": "A named AI lab announces a model that scores 90% on FrontierMath", "when": "2029-12-31"}
    opened = await ours.people[0].submit(form, said | {"side": "NO 3:1", "stake": "0.03"})
    assert "Take it" in opened.message.buttons[0], opened.text


async def asked(ours: Bench, number: int) -> tuple[Person, Answer]:
    """An offer to somebody, and the question that they would confirm."""
    maker, taker = ours.people[number % PEOPLE], ours.people[(number + 1) % PEOPLE].first
    offer = await maker.run("/bet offer", claim=1, side="NO", stake="0.03", odds="3:1", to=taker)
    return taker, await taker.click(offer, offer.message.buttons[0])


async def accept(ours: Bench, count: int) -> float:
    questions = [await asked(ours, number) for number in range(count)]
    acts = [lambda who=who, card=card: who.click(card, "Lock 0.01 points") for who, card in questions]
    return await ours.cpu_ms("accept", acts, in_flight=8)


async def main() -> None:
    os.environ.pop("CRUX_DISCORD_TOKEN", None)
    rounds, count = (1, 32) if quick() else (ROUNDS, 192)
    with tempfile.TemporaryDirectory() as folder:
        async with running("crux", crux(folder)) as ours, running("bare", BARE) as bare:
            await claim(ours)
            taken = await alternate_async(rounds, lambda: accept(ours, count), lambda: bare.give(count, 8))
    ratio = median(taken[0]) / median(taken[1])
    times = {"cpu_ms": round(median(taken[0]), 3), "bare_cpu_ms": round(median(taken[1]), 3)}
    report("bets.press.cpu", ratio, goal=GOAL, better="lower", **times)


if __name__ == "__main__":
    asyncio.run(main())
