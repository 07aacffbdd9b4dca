"""The rest of what people, the calendar and Discord can ask of a book, after the story that the tests tell anyway.

Each is asked for under a key as the bot makes it, so that `done` has a row of every operation that has a key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot import server_settings
from bot.background import digests
from ledger import issuance, players
from ledger.accounts import Player
from ledger.types import to_us
from markets.bets import offering, quick_bet
from markets.claims import drafts, editing, judges, kept_edits
from markets.claims.terms import Actor, Judges, Result, Scenario
from markets.core import delivery, jobs, moderation_posts
from markets.core.settings import Settings
from markets.forecasts import crux_links, forecasts, leaderboard
from markets.people import allowances, notes, rewarding
from markets.settlement import absence, calendar, confirmation, handlers, proposals, scenarios, sent_posts
from markets.shares import opening, orders
from tests.markets.club import DAY, NO, YES, Club
from tests.world import OLD, SALT

EVA, FAY = 8_000_000_000_000_000_021, 8_000_000_000_000_000_022


@dataclass
class Presses:
    """Asks in one club; `says` is the prefix of the key, and each press has a number of its own."""

    club: Club
    pressed: int = 9_000_000_000

    async def ask(
        self, unit: Any, request: Callable[..., Any], *values: Any, says: str = "interaction", **more: Any
    ):
        self.pressed += 1
        self.club.skip(minutes=1)
        asked = request(self.club.guild, f"{says}:{self.pressed}", *values, **more)
        return await self.club.db.write(unit, asked, self.club.now)


async def all_of_them(club: Club) -> None:
    """Whatever `tests.markets.test_exports.everything` leaves out; 1, 2, 4 and 5 are its Ada, Bo, Mo and Mu."""
    press = Presses(club)
    ada, bo, mo, mu = [await club.join(person) for person in (1, 2, 4, 5)]
    await _points(press, mo)
    await _settings(press)
    await _offers(press, ada, bo)
    await _claims(press, ada, bo, mo, mu)
    await _shares(press, ada, bo)
    await _words(press, ada, bo, mo)
    await _stories(press, ada, bo)
    await _results(press, ada, bo, mo)
    await _background(press, mu)


async def _points(press: Presses, mo: Player) -> None:
    club = press.club
    eva = await press.ask(players.enter, players.Enter, EVA, OLD, says="enter")
    await press.ask(players.meet, players.Meet, FAY)
    await press.ask(moderation_posts.fund, players.PersonAct, mo.number, 300_000, "for subsidies", SALT)
    await press.ask(moderation_posts.grant, players.PersonAct, mo.number, 4_200, '=the "quiz"', SALT, EVA)
    await press.ask(moderation_posts.take, players.PersonAct, mo.number, 60_000, "a mistake", SALT, EVA)
    await press.ask(allowances.present, players.Present, EVA, FAY, 1_700)
    club.skip(days=8)
    await press.ask(allowances.draw, issuance.Allowance, eva.player)


async def _settings(press: Presses) -> None:
    chosen = server_settings.Places(101, 0, 103, 104, "Europe/Berlin", "crowns", "♔")
    await press.ask(server_settings.save, server_settings.Save, chosen)
    await press.ask(
        server_settings.save, server_settings.Save, issuance.PointSettings(weekly_allowance=7_700, gifts=True)
    )
    await press.ask(server_settings.save, server_settings.Save, Settings(bond=1_100, who_holds_what="closed"))


async def _offers(press: Presses, ada: Player, bo: Player) -> None:
    club, terms = press.club, press.club.terms(title="Quick", tags=("quick",))
    opened = await press.ask(
        quick_bet.quick, quick_bet.Quick, Actor(ada.number), terms, YES, 1_300, 700, taker=bo.number
    )
    better = club.terms(title="Quick, but edited")
    await press.ask(editing.edit, editing.Edit, ada.number, opened.claim, better)
    await press.ask(offering.renew, offering.Renew, opened.offer, ada.number)
    await press.ask(
        kept_edits.keep_change, kept_edits.KeepChange, ada.number, opened.claim, '{"title":"Half typed"}'
    )


async def _claims(press: Presses, ada: Player, bo: Player, mo: Player, mu: Player) -> None:
    club = press.club
    draft = await press.ask(
        drafts.save_draft, drafts.SaveDraft, bo.number, club.terms(), None, '{"title":"Typed"}'
    )
    await press.ask(drafts.drop, drafts.Drop, bo.number, draft)
    judged = await club.claim(ada, title="Judged", judges=Judges((mo.number, mu.number)))
    await club.bet(ada, bo, judged, maker_stake=123, taker_stake=321)
    await press.ask(judges.step_down, judges.StepDown, mo.number, judged.number)
    await press.ask(forecasts.hide, forecasts.Hide, ada.number, (await club.claim(ada)).number, True)


async def _shares(press: Presses, ada: Player, bo: Player) -> None:
    club = press.club
    claim = await club.claim(ada, title="Shared")
    await club.market(ada, claim, liquidity=5_000)
    await press.ask(opening.add_liquidity, opening.AddLiquidity, Actor(bo.number), claim.number, 2_000)
    order = await club.order(bo, claim, NO, 1_000, budget=55)
    await press.ask(orders.cancel, orders.CancelOrder, bo.number, order.order)
    await club.order(bo, claim, NO, 1_500, budget=65)
    await club.forecast(bo, claim, 40)
    reward = await club.reward(bo, claim, 777)
    await press.ask(rewarding.cancel, rewarding.CancelReward, bo.number, reward.number)
    other = await club.claim(bo, title="Its crux")
    await club.link(ada, other, claim)
    await press.ask(crux_links.unlink, crux_links.Cut, ada.number, other.number, claim.number)


async def _words(press: Presses, ada: Player, bo: Player, mo: Player) -> None:
    club = press.club
    times = dict.fromkeys(("closes_us", "deadline_us", "check_us"), to_us(club.now + 2 * DAY))
    claim = await club.claim(mo, title="Lost", **times)
    bet = await club.bet(ada, bo, claim, maker_stake=640, taker_stake=320)
    club.skip(days=2)
    await club.settle(mo, claim, Result("outcome", outcome=YES))
    await press.ask(notes.dissent, notes.Dissent, bo.number, bet.number, "It was close.")
    await press.ask(notes.note, notes.Note, Actor(mo.number, True), claim.number, "Looked at twice.")
    await press.ask(leaderboard.show, leaderboard.List, bo.number, False)


async def _stories(press: Presses, ada: Player, bo: Player) -> None:
    club = press.club
    number = await club.scenario_draft(ada, title="Stories", scenario=Scenario())
    for who, name in ((ada, "Fast"), (bo, "Slow")):
        await club.tell(who, number, name, ("The first model", 10, 60), ("A law", 30, 40))
    await press.ask(scenarios.take_out, scenarios.TakeOut, bo.number, number, 1, "Slow")
    await press.ask(scenarios.keep, scenarios.Keep, bo.number, number, '{"title":"Half a story"}')


async def _results(press: Presses, ada: Player, bo: Player, mo: Player) -> None:
    club, moderator = press.club, Actor(mo.number, moderator=True)
    claim = await club.claim(ada, title="Taken back", early="announced")
    await club.bet(ada, bo, claim, maker_stake=91, taker_stake=92)
    wrong = await club.proposed(bo, claim, Result("outcome", outcome=YES))
    await press.ask(proposals.withdraw, proposals.WithdrawProposal, bo.number, wrong.number)
    stands = await club.proposed(ada, claim, Result("outcome", outcome=YES))
    away = club.now + timedelta(hours=3)
    await press.ask(
        calendar.needs_confirmation,
        calendar.NeedsConfirmation,
        stands.number,
        says="due:proposal.settle:9:left",
    )
    club.skip(hours=5)
    left_us = round(away.timestamp()) * 1_000_000
    await press.ask(absence.back_again, absence.BackAgain, left_us, says="back")
    club.skip(days=9)
    await club.sweep()
    await press.ask(confirmation.confirm, confirmation.Confirm, moderator, stands.number)
    waits = await club.claim(ada, title="Stands", early="announced")
    await club.bet(ada, bo, waits, maker_stake=93, taker_stake=94)
    await club.proposed(bo, waits, Result("outcome", outcome=YES))


async def _background(press: Presses, mu: Player) -> None:
    """What the calendar, the announcer and the digest write, under their own keys."""
    club = press.club
    told = digests.DigestTold(77)
    await press.ask(digests.tell, digests.TellDigest, told, "ab" * 32, says="digest")
    for post in await club.db.background(delivery.take_posts, delivery.Take(1_001, most=2), club.now):
        sent = delivery.Sent(club.guild, f"post:{post.number}", post.number, 201, 202, (mu.number,))
        await club.db.write(sent_posts.sent, sent, club.now)
    for card in await club.db.background(delivery.take_cards, delivery.Take(1_002, most=2), club.now):
        key = f"card:{card.kind}:{card.ref}:{card.fence}"
        await club.db.write(delivery.shown, delivery.CardShown(key, card, 201, 203, (mu.number,)), club.now)
    club.skip(days=9)
    held = await club.db.background(jobs.lease, jobs.LeaseJobs(1_003, most=4), club.now)
    await club.db.write(jobs.failed, jobs.JobFailed(held[0], "TimeoutError"), club.now)
    quiet = [row for row in held[1:] if not handlers.JOBS[row.kind].moves_points]
    await club.db.write(handlers.perform_some, handlers.Some(tuple(quiet)), club.now)
    club.skip(days=1)


async def a_year(club: Club) -> None:
    """The calendar goes on from there, and Discord takes what is told: what one book says over a year."""
    for number in range(1, 14):
        proposal = await club.read_proposal(number)
        if proposal.state == "standing" and proposal.window_from_us is None:
            await club.announced(proposal)
    end = club.now + 400 * DAY
    while club.now < end and await club.db.read(jobs.next_us) is not None:
        await club.skip_to_next()
