"""What `/help` says, held against the rules it says it of and against the test that shows it so."""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.playground.driver import Playground
from bot.text import Currency
from bot.words import help as words
from ledger import issuance
from markets.core.settings import Settings
from tests.end_to_end.conftest import set_up

TESTS = Path(__file__).parent.parent


@dataclass(frozen=True)
class Said:
    """A rule, where `/help` says it, what must stand there, and the test that shows it."""

    rule: str
    topic: str
    words: tuple[str, ...]
    shown: str


SAID = (
    # bets
    Said("C1", "bets", ("sees every ending", "locked at once, or nothing happens"), "end_to_end/test_bets.py::"
         "test_from_a_disagreement_to_both_stakes_locked"),
    Said("C2", "bets", ("end their own bet at any time", "`/bet agree`"), "end_to_end/test_bets.py::"
         "test_two_sides_end_their_own_bet"),
    Said("B4", "bets", ("ambiguity clause says what becomes of the stakes",), "markets/test_resolution.py::"
         "test_unclear_waits_its_days_and_judges_weights_are_asked_for"),
    Said("B5", "bets", ("nobody changes the claim's words",), "end_to_end/test_claims.py::"
         "test_the_author_changes_it_until_somebody_accepts"),
    # results
    Said("D1", "results", ("its author or a moderator names the result, with evidence",), "end_to_end/"
         "test_results.py::test_unchallenged_a_result_is_paid_with_everything_said"),
    Said("D3", "results", ("challenge it for 48 hours, or for 7 days where whoever named it gains",
         "a day is left at least"), "end_to_end/test_telling.py::"
         "test_after_two_days_without_the_bot_all_that_was_owed_comes_once_and_late"),
    Said("D3", "results", ("has left or was deleted, or Crux has no channel", "a moderator without points on it "
         "confirms"), "end_to_end/test_absent.py::"
         "test_a_channel_deleted_within_the_window_leaves_the_result_to_a_moderator"),
    Said("D5", "results", ("A bond of 10 points is held: it returns if the ruling differs",), "markets/"
         "test_disputes.py::test_a_challenge_holds_a_bond_that_returns_when_the_ruling_differs"),
    Said("D6", "results", ("paid a day after that, unless somebody appeals once with new evidence and twice the",),
         "markets/test_disputes.py::"
         "test_an_appeal_with_twice_the_bond_holds_it_once_and_what_is_decided_then_is_final"),
    Said("D7", "results", ("After 14 days the claim is listed as overdue, and 90 days later it ends by the outcome "
         "that stands unchallenged, else by its ambiguity clause", "settled by its own price"), "markets/"
         "test_disputes.py::test_when_nobody_rules_for_a_hundred_days_the_clause_ends_it_and_the_bond_is_the_house_s"),
    # judges
    Said("D4", "judges", ("they have, or ever had, points", "`/resolve step-down`"), "end_to_end/test_commands.py::"
         "test_a_named_judge_steps_down_before_they_bet"),
    Said("D4", "judges", ("loses the moderator role judges no more", "votes they gave count"), "end_to_end/"
         "test_absent.py::test_who_lost_the_role_judges_no_more_and_a_vote_they_gave_counts"),
    Said("D4", "judges", ("After 7 days without enough votes three judges on call are drawn by lot",
         "`/resolve on-call`"), "end_to_end/"
         "test_on_call.py::test_three_on_call_are_drawn_in_public_and_one_of_them_rules"),
    Said("D4", "judges", ("Three days later, or at once where nobody can be drawn, the server's owner is asked",
         "agree on any member without points on it", "`/resolve appoint`"), "end_to_end/test_absent.py::"
         "test_where_no_judge_is_left_the_owner_is_asked_and_the_sides_agree_on_a_member"),
    Said("D4", "judges", ("everybody who could judge has points on it", "ends by its ambiguity clause"), "markets/"
         "test_disputes.py::test_where_every_moderator_and_the_owner_has_money_on_it_the_sides_name_somebody_or_the_"
         "clause_ends_it"),
    Said("D6", "judges", ("Within 30 days of the payment judges can take a result back, as many as a ruling needs, "
         "later only the owner",), "end_to_end/test_absent.py::test_the_owner_is_whoever_owns_the_server_now"),
    Said("D6", "judges", ("posted and takes effect 24 hours later, unless somebody with points on the claim appeals",
         "Whom the ruling was against can't"), "markets/test_reversals.py::"
         "test_a_reversal_takes_effect_a_day_after_its_post"),
    Said("D6", "judges", ("The owner alone also takes back what was ruled on an appeal", "and what was taken back "
         "before"),
         "markets/test_reversals.py::test_a_second_reversal_is_the_owner_s"),
    # who and what isn't there
    Said("E3", "away", ("You leave the server", "Your bets stand", "what you win waits for you"), "end_to_end/"
         "test_absent.py::test_who_left_has_their_bet_confirmed_by_a_moderator_and_their_winnings_wait"),
    Said("E4", "away", ("Your offers and orders end", "stand under a number", "goes to the house", "A debt stays"),
         "end_to_end/test_absent.py::"
         "test_who_was_deleted_stands_under_a_number_and_what_they_win_is_the_house_s"),
    Said("E4", "privacy", ("A keyed digest of your id is kept for a year, to refuse a second starting balance",),
         "ledger/test_people.py::test_for_a_year_the_forgotten_have_a_wallet_but_no_second_starting_balance"),
    Said("E4", "away", ("If you come back within a year, it comes along", "no starting balance and no allowance"),
         "markets/test_returning.py::test_a_debt_comes_along_and_binds_at_once"),
    Said("A5", "privacy", ("a second starting balance and an allowance", "doesn't hide that you came back"),
         "markets/test_returning.py::"
         "test_whoever_comes_back_draws_no_allowance_while_the_digest_is_kept"),
    Said("A4", "away", ("You can't stake, offer or give until it is paid off", "challenge without a bond"),
         "end_to_end/test_absent.py::test_a_debt_keeps_from_staking_and_is_paid_off_by_what_comes_next"),
    Said("A4", "markets", ("your wallet keeps what you took out with a profit beyond the starting balance",
         "until those claims are settled"), "markets/test_early_profits.py::"
         "test_a_wallet_keeps_what_early_profits_are_more_than_a_start"),
    Said("A4", "points", ("Nothing you do yourself takes your wallet below zero",), "end_to_end/test_absent.py::"
         "test_a_debt_keeps_from_staking_and_is_paid_off_by_what_comes_next"),
    Said("D3", "away", ("The channel is deleted", "Nothing is settled by silence meanwhile", "`/setup`"),
         "end_to_end/test_absent.py::"
         "test_a_deleted_channel_settles_nothing_by_silence_and_another_one_is_told_all"),
    Said("E5", "away", ("Crux is removed", "Invited again, it goes on", "time to object is given back"),
         "end_to_end/test_absent.py::"
         "test_removed_and_invited_again_the_book_is_there_and_time_to_object_is_given_back"),
    Said("E5", "away", ("gets another owner", "From that moment what is the owner's to do is theirs"),
         "end_to_end/test_absent.py::test_the_owner_is_whoever_owns_the_server_now"),
    # points, moderators, privacy
    Said("E7", "scenarios", ("one by one, in public and with evidence", "didn't come true is said from its date on",
         "dropped for all"), "end_to_end/test_scenarios.py::"
         "test_two_people_write_stories_and_bet_on_whose_is_closer"),
    Said("E7", "scenarios", ("The lowest wins", "A tie returns the stakes", "more than a third of the items dropped"),
         "markets/test_scenarios.py::test_e7_a_tie_and_more_than_a_third_dropped_return_the_stakes"),
    Said("A1", "book", ("nothing crosses servers", "no cash value"), "end_to_end/test_permissions.py::"
         "test_each_server_has_a_book_of_its_own"),
    Said("A5", "points", ("Everybody starts once with 1,000 points", "older than 30 days"), "end_to_end/"
         "test_wallet.py::test_a_young_account_is_told_when_and_let_in_by_a_moderator"),
    Said("A6", "points", ("give away up to 100 points a day",), "end_to_end/test_wallet.py::"
         "test_the_daily_limit_counts_all_gifts_of_a_day"),
    Said("A7", "moderators", ("Each time they say why, it is posted",), "end_to_end/test_setup.py::"
         "test_a_grant_asks_why_and_is_posted_once"),
    Said("A8", "book", ("posted in the log channel",), "end_to_end/test_running.py::"
         "test_the_digest_is_posted_once_on_a_day_after_points_moved"),
)  # fmt: skip


def said(topic: str) -> str:
    card = words.topic(topic, issuance.PointSettings(), Settings(), Currency())
    return f"{''.join(card.text)} {card.small}".replace("*", "")


@pytest.mark.parametrize("one", SAID, ids=lambda one: f"{one.topic}-{one.rule}")
def test_what_the_help_says_of_a_rule(one: Said):
    for part in one.words:
        assert part in said(one.topic), part


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("one", SAID, ids=lambda one: f"{one.topic}-{one.rule}")
def test_what_the_help_says_is_shown_by_a_test(one: Said):
    file, _, name = one.shown.partition("::")
    assert name in names_in(TESTS / file), one.shown


def test_each_situation_of_somebody_or_something_gone_is_said():
    """RULES A4, D3, D4, E3 to E5 all have their words."""
    assert {"A4", "D3", "D4", "E3", "E4", "E5"} <= {one.rule for one in SAID}
    assert {one.topic for one in SAID} <= set(words.TOPICS)


def test_a_topic_fits_on_a_card_and_is_short():
    for topic in words.TOPICS:
        assert len(said(topic)) < 2_000, topic
        for casino in ("wager", "gambl", "jackpot", "winnings"):
            assert casino not in said(topic).lower()


async def test_the_help_has_the_server_s_own_numbers(play: Playground):
    await set_up(play)
    form = await play.oz.click(await play.oz.run("/setup"), "Claims and bets")
    await play.oz.submit(form, most="200", window="3 days", bond="5")
    results = (await play.ada.run("/help", topic="results")).text
    assert "challenge it for 3 days, or for 7 days where" in results
    assert "A bond of 5 points is held" in results
    assert (
        "The most on one bet here is 200 points a side." in (await play.ada.run("/help", topic="bets")).text
    )
    for topic, title in words.TOPICS.items():
        assert f"### {title}" in (await play.ada.run("/help", topic=topic)).text
