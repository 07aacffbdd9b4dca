"""The club of the permission matrix: one person of each kind, and claims at each point of a claim's life.

Ada is a member, Deb in debt. Ret had bets on most of it, had themselves deleted and came back. Rex, Ova and Mira are
moderators: Rex has a bet on everything, Ova's proposal was ruled against on *settled*. Oz owns the server. Bot is
another program's account, and Uma is in another server. Bo, to whom it all belongs, isn't in the matrix.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.playground.driver import Person, Playground
from ledger import players
from ledger.accounts import Player
from ledger.players import Enter
from ledger.types import to_us
from markets.claims import drafts, terms
from markets.claims.terms import Actor, Result
from markets.settlement import recusal
from tests.databases import opened
from tests.end_to_end.conftest import set_up
from tests.markets.club import DAY, NO, YES, Club
from tests.world import OLD

PEOPLE = {
    "member": "Ada",
    "debtor": "Deb",
    "returned": "Ret",
    "recused": "Rex",
    "overruled": "Ova",
    "moderator": "Mira",
    "owner": "Oz",
    "bot": "Bot",
}
COLUMNS = ("stranger", *PEOPLE)
LONG = timedelta(days=48, hours=1)
"""How long the story is that is told: it ends an hour ago."""

OTHER = 9_000_000_000_000_000_001
"""Who tells the other story of the scenario, and is nobody in the playground."""

YESR, NOR = Result("outcome", outcome=YES), Result("outcome", outcome=NO)


@dataclass
class Matrix:
    """The people by column, and the numbers of what there is by name."""

    play: Playground
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    cards: dict[str, str] = field(default_factory=dict[str, str])
    """A message of the bot by column, whose buttons are forged."""


async def furnished(play: Playground, url: str) -> Matrix:
    """Set up a server in the playground, and tell its story through the operations, two months long."""
    await set_up(play)
    for name, rest in (("Deb", {}), ("Ret", {}), ("Rex", {}), ("Ova", {}), ("Bot", {"bot": True})):
        await play.world("add_person", name=name, age_days=900, member=True, **rest)
    for name in ("Rex", "Ova"):
        await play.world("set_roles", person=name, roles=["Moderator"])
    ids = {one["name"]: int(one["id"]) for one in await play.get("people", {"as": "Oz"})}
    made = Matrix(play, {kind: play.person(name) for kind, name in PEOPLE.items()})
    made.people["stranger"] = play.uma.delivered(guild="The Crux Club")
    now_us = (await play.get("time"))["now_us"]
    guild = int((await play.get("state", {"as": "Ada"}))["guild"]["id"])
    async with opened(url) as db:
        club = await Club.make(db, guild)
        # In the bot's future: what falls due in the story is nothing that it would do meanwhile.
        club.now = type(club.now).fromtimestamp(now_us / 1_000_000, club.now.tzinfo)
        made.numbers = await _told(club, ids)
    await play.skip(seconds=int(LONG.total_seconds()))
    await made.people["debtor"].run(
        "/wallet allowance"
    )  # once a week: what the matrix asks for comes too early
    for kind, person in made.people.items():
        if kind != "bot":  # which gets none, so it forges its buttons on a public one
            by = play.uma if kind == "stranger" else person
            made.cards[kind] = (await by.run("/help")).message.id
    public = [one for one in await play.oz.read("announcements") if one.json["author"]["bot"]]
    made.cards["bot"] = public[-1].id
    return made


async def _told(club: Club, ids: dict[str, int]) -> dict[str, int]:
    for name in (
        "Ada",
        "Bo",
        "Ret",
        "Rex",
        "Ova",
        "Mira",
        "Oz",
        "Deb",
    ):  # else the first press brings the grant
        await club.db.write(players.enter, Enter(club.guild, club.key(), ids[name], OLD), club.now)
    rich = ("Ada", "Bo", "Ret", "Rex", "Ova", "Mira", "Oz")
    who = {name: await club.member(ids[name], 1_000_000) for name in rich}
    who["Deb"] = await club.join(ids["Deb"])
    await _debt(club, who)
    made = await _claims(club, who)
    who["Ret"] = await _returned(club, ids["Ret"])
    made |= await _open(club, who)
    made |= {f"{name}'s number": one.number for name, one in who.items()}
    made["Bo's id"] = ids["Bo"]
    assert await club.balance(who["Deb"].wallet) < 0
    return made


async def _debt(club: Club, who: dict[str, Player]) -> None:
    """Deb wins, loses what she won to Bo, and what she won is taken back."""
    won, lost = await club.claim(who["Bo"], **_soon(club)), await club.claim(who["Bo"], **_soon(club))
    await club.bet(who["Deb"], who["Bo"], won, maker_stake=100_000, taker_stake=100_000)
    club.skip(days=2)
    await club.settle(who["Mira"], won, YESR)
    await club.bet(who["Deb"], who["Bo"], lost, maker_stake=200_000, taker_stake=200_000)
    club.skip(days=12)
    await club.settle(who["Mira"], lost, NOR)
    await club.reverse_result(who["Ova"], won)
    await club.sweep()


def _soon(club: Club, days: int = 15) -> dict[str, Any]:
    at_us = to_us(club.now + days * DAY)
    return {"closes_us": at_us, "deadline_us": at_us, "check_us": at_us}


async def _claims(club: Club, who: dict[str, Player]) -> dict[str, int]:
    """Claims on which Rex and Ret have bets; Bo is the other side of each, and their author."""
    names = ("proposed", "unsigned", "disputed", "ruled", "settled")
    found = {name: await club.claim(who["Bo"], title=f"It is {name}", **_soon(club)) for name in names}
    bets = dict[str, int]()
    for name, claim in found.items():
        bets[f"{name}, Rex's bet"] = (
            await club.bet(who["Rex"], who["Bo"], claim, maker_stake=100, taker_stake=100)
        ).number
        await club.bet(who["Ret"], who["Bo"], claim, maker_stake=100, taker_stake=100)
    club.skip(days=16)
    await club.sweep()
    await club.proposed(who["Ova"], found["settled"], YESR, moderator=True)
    await club.challenge(who["Bo"], found["settled"])
    await club.vote(who["Mira"], found["settled"], NOR)
    club.skip(days=2)
    await club.sweep()
    return {name: claim.number for name, claim in found.items()} | bets


async def _returned(club: Club, person: int) -> Player:
    await club.forget(person)
    await club.db.write(players.enter, Enter(club.guild, club.key(), person, OLD), club.now)
    return await club.member(person, 50_000)


async def _open(club: Club, who: dict[str, Player]) -> dict[str, int]:
    """What stands at the end: proposals, a dispute, a ruling, and a claim with something of everything of Bo's."""
    bo = who["Bo"]
    loaded = {n: await club.read_claim(n) for n in range(3, 8)}
    proposed, unsigned, disputed, ruled, _ = loaded.values()
    made = {"proposal": (await club.proposed(bo, proposed, NOR)).number}
    made["unsigned proposal"] = (await club.proposed(bo, unsigned, Result("void"))).number
    made["disputed proposal"] = (await club.proposed(bo, disputed, YESR)).number
    await club.challenge(who["Rex"], disputed)
    made["ruled proposal"] = (await club.proposed(bo, ruled, YESR)).number
    await club.challenge(who["Rex"], ruled)
    await club.vote(who["Mira"], ruled, NOR)
    claim = await club.claim(bo, title="It is open")
    made["open"] = claim.number
    made["Rex's bet"] = (await club.bet(who["Rex"], bo, claim, maker_stake=100, taker_stake=100)).number
    made["offer"] = (await club.offer(bo, claim, maker_stake=100, taker_stake=100)).number
    made["Ada's offer"] = (await club.offer(bo, claim, taker=who["Ada"].number)).number
    await club.market(bo, claim)
    await club.pool(bo, claim)
    made["order"] = (await club.order(bo, claim, YES, 1_000, budget=100)).order
    await club.forecast(bo, claim, 60)
    made["reward"] = (await club.reward(bo, claim, 500)).number
    made["scenario"] = (await club.scenario(bo, await club.member(OTHER, 10_000))).number
    draft = drafts.SaveDraft(club.guild, club.key(), bo.number, terms.Terms(title="Perhaps"))
    made["draft"] = await club.db.write(drafts.save_draft, draft, club.now)
    clarify = recusal.Clarify(
        club.guild, club.key(), Actor(who["Mira"].number, True), claim.number, "Of today."
    )
    await club.db.write(recusal.clarify, clarify, club.now)
    made["other"] = (await club.claim(bo, title="Another one")).number
    return made
