"""Which test presses each button, form and menu of the bot for real, so that none goes untried.

A test that is named here fails if it doesn't press what the table says: `conftest.living` looks, after each test, at
what its people pressed and were not refused. What a test forces on Discord's client doesn't count.
"""

import os
import warnings

from bot.playground.driver import Playground

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="'audioop' is deprecated", category=DeprecationWarning)
    from bot.commands.routes import ROUTES
    from bot.routes import Routes

TEMPLATES = {route.template for route in ROUTES}
_ROUTES = Routes(ROUTES)

PRESSED: dict[str, str] = {
    "market-show:{claim}": "test_presses.py::test_a_market_from_a_purchase_to_what_it_paid",
    "quick:{channel}:{message}": "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back",
    "quick-draft:{draft}": "test_claims.py::test_what_can_not_be_read_is_kept_and_can_be_changed",
    "quick-change:{draft}": "test_claims.py::test_what_can_not_be_read_is_kept_and_can_be_changed",
    "quick-anyway:{asked}:{draft}": "test_claims.py::test_what_nobody_could_judge_is_warned_of_before_it_opens",
    "claim-offer:{claim}": "test_presses.py::test_from_a_claim_s_card_and_back_again",
    "offer:{claim}": "test_presses.py::test_from_a_claim_s_card_and_back_again",
    "offer-renew:{number}": "test_claims.py::test_the_author_changes_it_until_somebody_accepts",
    "offer-counter:{number}": "test_bets.py::test_a_counter_offer_ends_the_first_and_both_stay_readable",
    "counter:{number}": "test_bets.py::test_a_counter_offer_ends_the_first_and_both_stay_readable",
    "offer-withdraw:{number}": "test_presses.py::test_from_a_claim_s_card_and_back_again",
    "offer-take:{number}": "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back",
    "lock:{asked}:{number}:{mark}": "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back",
    "bet-end:{number}": "test_bets.py::test_two_sides_end_their_own_bet",
    "bet-suggest-form:{number}": "test_bets.py::test_two_sides_end_their_own_bet",
    "bet-suggest:{number}": "test_bets.py::test_two_sides_end_their_own_bet",
    "bet-sign:{asked}:{number}:{maker}:{taker}": "test_bets.py::test_two_sides_end_their_own_bet",
    "bet-move-look:{number}:{to}": "test_claims.py::test_a_better_wording_takes_a_bet_along_when_both_sign",
    "bet-move:{asked}:{number}:{to}:{mark}": "test_claims.py::test_a_better_wording_takes_a_bet_along_when_both_sign",
    "offers:{before}": "test_presses.py::test_long_lists_are_turned",
    "mine:{kind}:{before}": "test_commands.py::test_what_the_judges_and_the_loser_add_is_read_by_all",
    "hush:{player}:{on}": "test_on_call.py::test_no_more_from_them_is_one_press_and_taken_back_by_another",
    "draft-new": "test_markets.py::test_a_number_s_market_says_its_median_and_its_range",
    "draft-first:{draft}": "test_claims.py::test_a_claim_in_two_steps_kept_throughout",
    "draft-save-first:{draft}": "test_claims.py::test_a_claim_in_two_steps_kept_throughout",
    "draft-second:{draft}": "test_claims.py::test_a_claim_in_two_steps_kept_throughout",
    "draft-save-second:{draft}": "test_claims.py::test_a_claim_in_two_steps_kept_throughout",
    "draft-third:{draft}": "test_claims.py::test_a_claim_in_two_steps_kept_throughout",
    "draft-save-third:{draft}": "test_claims.py::test_a_claim_in_two_steps_kept_throughout",
    "draft:{draft}": "test_commands.py::test_a_draft_is_taken_up_again_and_dropped",
    "draft-show:{draft}": "test_claims.py::test_a_claim_in_two_steps_kept_throughout",
    "draft-drop:{draft}": "test_commands.py::test_a_draft_is_taken_up_again_and_dropped",
    "draft-open:{asked}:{draft}": "test_markets.py::test_a_number_s_market_says_its_median_and_its_range",
    "claim-change:{number}": "test_claims.py::test_the_author_changes_it_until_somebody_accepts",
    "claim-save:{number}": "test_claims.py::test_the_author_changes_it_until_somebody_accepts",
    "claim-change-rest:{number}": "test_absent.py::test_a_quick_bet_is_decided_otherwise_before_somebody_takes_it",
    "claim-save-rest:{number}": "test_absent.py::test_a_quick_bet_is_decided_otherwise_before_somebody_takes_it",
    "terms:{number}": "test_absent.py::test_a_quick_bet_is_decided_otherwise_before_somebody_takes_it",
    "follow:{number}:{on}": "test_presses.py::test_from_a_claim_s_card_and_back_again",
    "claims-closing:{after}": "test_presses.py::test_long_lists_are_turned",
    "claims-mine:{before}": "test_presses.py::test_long_lists_are_turned",
    "library:{page}": "test_presses.py::test_long_lists_are_turned",
    "library-take:{number}": "test_absent.py::test_who_lost_the_role_judges_no_more_and_a_vote_they_gave_counts",
    "library-guess:{number}": "test_claims.py::test_a_settled_starter_is_a_game_whose_answer_comes_after_the_guess",
    "library-answer:{number}": "test_claims.py::test_a_settled_starter_is_a_game_whose_answer_comes_after_the_guess",
    "claim-condition:{number}": (
        "test_conditions.py::test_if_the_first_lab_then_a_second_within_ninety_days"
    ),
    "claim-condition-save:{number}": (
        "test_conditions.py::test_if_the_first_lab_then_a_second_within_ninety_days"
    ),
    "reward:{number}": "test_rewards.py::test_a_reward_goes_to_whoever_moved_it",
    "crux-cut:{claim}:{target}": "test_cruxes.py::test_what_cant_be_linked_says_what_to_do",
    "grant:{asked}:{person}:{amount}": "test_presses.py::test_long_lists_are_turned",
    "take:{asked}:{person}:{amount}": (
        "test_wallet.py::test_the_allowance_comes_once_a_week_to_whoever_is_below_the_start"
    ),
    "halt:{asked}:{claim}:{halts}": "test_results.py::test_a_frozen_claim_takes_nothing_until_it_goes_on",
    "reverse:{asked}:{claim}": "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back",
    "decide:{claim}": "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back",
    "rule:{claim}:{choice}:{proposal}": (
        "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back"
    ),
    "rule-send:{claim}:{choice}:{proposal}:{round_}": (
        "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back"
    ),
    "confirm:{proposal}": (
        "test_absent.py::test_who_left_has_their_bet_confirmed_by_a_moderator_and_their_winnings_wait"
    ),
    "board-by:{by}:{season}": "test_crowd.py::test_a_season_and_being_left_out",
    "board:{by}:{season}:{skip}": "test_crowd.py::test_a_season_and_being_left_out",
    "board-calibration": "test_crowd.py::test_forecasts_given_changed_and_scored",
    "forecast:{claim}": "test_crowd.py::test_forecasts_given_changed_and_scored",
    "forecast-send:{claim}:{mark}": "test_crowd.py::test_forecasts_given_changed_and_scored",
    "acts:{before}": "test_presses.py::test_long_lists_are_turned",
    "pool-stake:{claim}": "test_crowd.py::test_a_pool_from_its_opening_to_what_everybody_got",
    "pool-send:{claim}:{mark}": "test_crowd.py::test_a_pool_from_its_opening_to_what_everybody_got",
    "pool-lock:{asked}:{claim}:{outcome}:{amount}:{mark}": (
        "test_crowd.py::test_a_pool_from_its_opening_to_what_everybody_got"
    ),
    "market-new:{claim}": "test_markets.py::test_a_market_is_opened_from_the_claim_s_card",
    "market-form:{claim}:{house}": "test_presses.py::test_long_lists_are_turned",
    "market-open:{asked}:{claim}:{liquidity}:{house}:{first}:{rest}:{mark}": (
        "test_presses.py::test_long_lists_are_turned"
    ),
    "market-again:{claim}:{house}": "test_bad_input.py::test_each_gets_one_sentence_and_nothing_is_lost",
    "market-order-new:{claim}:{outcome}:{sells}": "test_markets.py::test_an_order_rests_fills_and_is_cancelled",
    "market-order-send:{claim}": "test_markets.py::test_an_order_rests_fills_and_is_cancelled",
    "pool-again:{claim}:{outcome}": "test_crowd.py::test_what_a_pool_refuses_says_what_to_do",
    "market-deepen:{asked}:{claim}:{liquidity}:{cost}:{trades}": (
        "test_markets.py::test_who_can_not_trade_is_told_why"
    ),
    "market-pick:{claim}": "test_markets.py::test_a_number_s_market_says_its_median_and_its_range",
    "market-much:{claim}:{outcome}": "test_markets.py::test_a_number_s_market_says_its_median_and_its_range",
    "market-ask:{claim}:{outcome}:{budget}": "test_markets.py::test_a_number_s_market_says_its_median_and_its_range",
    "market-other:{claim}:{outcome}": (
        "test_markets.py::test_on_the_card_the_outcome_then_how_much_then_one_confirmation"
    ),
    "market-send:{claim}:{outcome}": (
        "test_markets.py::test_on_the_card_the_outcome_then_how_much_then_one_confirmation"
    ),
    "market-sell-other:{claim}:{outcome}": "test_markets.py::test_shares_are_sold_again_from_the_portfolio",
    "market-sell-send:{claim}:{outcome}": "test_markets.py::test_shares_are_sold_again_from_the_portfolio",
    "market-buy:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}:{most}": (
        "test_markets.py::test_a_number_s_market_says_its_median_and_its_range"
    ),
    "market-sell:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}:{most}": (
        "test_markets.py::test_shares_are_sold_again_from_the_portfolio"
    ),
    "market-order:{asked}:{claim}:{outcome}:{limit}:{sells}:{amount}:{expires}": (
        "test_markets.py::test_an_order_rests_fills_and_is_cancelled"
    ),
    "market-cancel:{order}": "test_markets.py::test_an_order_rests_fills_and_is_cancelled",
    "markets:{before}": "test_presses.py::test_long_lists_are_turned",
    "forget:{asked}": "test_absent.py::test_who_was_deleted_stands_under_a_number_and_what_they_win_is_the_house_s",
    "forget-now:{asked}": (
        "test_absent.py::test_who_was_deleted_stands_under_a_number_and_what_they_win_is_the_house_s"
    ),
    "propose:{claim}": "test_presses.py::test_from_a_claim_s_card_and_back_again",
    "propose-send:{claim}:{mark}": "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back",
    "challenge:{claim}:{proposal}": "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back",
    "challenge-send:{claim}:{proposal}": (
        "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back"
    ),
    "said:{claim}:{page}": "test_commands.py::test_what_the_judges_and_the_loser_add_is_read_by_all",
    "argue:{claim}": "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back",
    "argue-send:{claim}:{proposal}": "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back",
    "appeal:{claim}": "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back",
    "sign-proposal:{proposal}": "test_results.py::test_trading_rests_for_a_day_and_goes_on_unless_somebody_signs",
    "hold-reversal:{claim}:{resolution}": "test_results.py::test_a_reversal_is_held_and_the_owner_decides",
    "withdraw-proposal:{proposal}": "test_commands.py::test_what_the_judges_and_the_loser_add_is_read_by_all",
    "appoint:{claim}:{dispute}:{round_}:{judge}": (
        "test_absent.py::test_where_no_judge_is_left_the_owner_is_asked_and_the_sides_agree_on_a_member"
    ),
    "judge-object:{claim}:{dispute}:{round_}:{judge}": (
        "test_agreed_judges.py::test_holders_agree_on_a_judge_somebody_objects_and_a_moderator_accepts"
    ),
    "judge-accept:{claim}:{dispute}:{round_}:{judge}": (
        "test_agreed_judges.py::test_holders_agree_on_a_judge_somebody_objects_and_a_moderator_accepts"
    ),
    "appeal-send:{claim}:{proposal}": "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back",
    "done:{before}": "test_presses.py::test_long_lists_are_turned",
    "older:go-on": "test_older.py::test_a_book_that_is_older_than_what_was_told_waits_for_its_owner",
    "setup:check": "test_setup.py::test_funding_the_house_is_a_listed_and_posted_act",
    "setup:places": "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back",
    "setup:save-places": "test_results.py::test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back",
    "setup:points": "test_setup.py::test_help_knows_the_servers_own_numbers",
    "setup:save-points": "test_setup.py::test_help_knows_the_servers_own_numbers",
    "setup:bets": "test_claims.py::test_a_server_says_who_opens_claims_and_how_much_is_bet",
    "setup:markets": "test_crowd.py::test_who_holds_what_is_shown_once_it_has_closed_where_a_server_says_so",
    "setup:save-markets": "test_crowd.py::test_who_holds_what_is_shown_once_it_has_closed_where_a_server_says_so",
    "setup:save-bets": "test_claims.py::test_a_server_says_who_opens_claims_and_how_much_is_bet",
    "setup:gifts:{on}": "test_setup.py::test_gifts_can_be_switched_off",
    "setup:season": "test_bad_input.py::test_each_gets_one_sentence_and_nothing_is_lost",
    "setup:save-season:{asked}": "test_crowd.py::test_a_season_and_being_left_out",
    "setup:fund": "test_markets.py::test_a_number_s_market_says_its_median_and_its_range",
    "setup:save-fund:{asked}": "test_markets.py::test_a_number_s_market_says_its_median_and_its_range",
    "history:{before}": "test_wallet.py::test_history_is_paged_by_buttons_both_ways",
    "allowance": "test_wallet.py::test_the_allowance_comes_once_a_week_to_whoever_is_below_the_start",
    "give:{asked}:{taker}:{amount}": "test_book.py::test_being_deleted_takes_two_steps_and_leaves_the_book_right",
    "close": "test_book.py::test_asking_to_be_deleted_ends_by_itself_or_by_no",
    "wallet-line": "test_wallet.py::test_a_gift_is_confirmed_once_and_reaches_the_other_wallet",
    "reward-lock:{asked}:{claim}:{amount}:{until}": "test_rewards.py::test_a_reward_goes_to_whoever_moved_it",
    "reward-name:{asked}:{number}:{winner}": "test_rewards.py::test_a_reward_goes_to_whoever_moved_it",
    "pool:{claim}": "test_presses.py::test_from_a_claim_s_card_and_back_again",
    "pool-open:{claim}": "test_presses.py::test_from_a_claim_s_card_and_back_again",
    "scenario-new": "test_scenarios.py::test_two_people_write_stories_and_bet_on_whose_is_closer",
    "scenario-share:{draft}": "test_scenarios.py::test_two_people_write_stories_and_bet_on_whose_is_closer",
    "stories:{number}": "test_scenarios.py::test_two_people_write_stories_and_bet_on_whose_is_closer",
    "story-add:{number}": "test_scenarios.py::test_two_people_write_stories_and_bet_on_whose_is_closer",
    "story-change:{number}:{at}": "test_scenarios.py::test_two_people_write_stories_and_bet_on_whose_is_closer",
    "story-save:{number}:{at}:{mark}": "test_scenarios.py::test_two_people_write_stories_and_bet_on_whose_is_closer",
    "story-out:{number}:{at}:{mark}": "test_scenarios.py::test_two_people_write_stories_and_bet_on_whose_is_closer",
    "item-judge:{number}": "test_scenarios.py::test_two_people_write_stories_and_bet_on_whose_is_closer",
    "item-send:{asked}:{number}": "test_scenarios.py::test_two_people_write_stories_and_bet_on_whose_is_closer",
    "market-mine": "test_presses.py::test_a_market_from_a_purchase_to_what_it_paid",
    "quick-until:{asked}:{draft}:{until}": (
        "test_readings.py::test_a_claim_and_a_quick_bet_ask_for_their_deadline"
    ),
    "draft-until:{draft}:{field}:{until}": (
        "test_readings.py::test_a_claim_and_a_quick_bet_ask_for_their_deadline"
    ),
    "claim-again:{number}:{form}": "test_readings.py::test_a_change_of_an_open_claim_keeps_all_that_was_typed",
    "claim-until:{number}:{form}:{field}:{until}": (
        "test_readings.py::test_a_change_of_an_open_claim_keeps_all_that_was_typed"
    ),
    "pool-until:{asked}:{claim}:{until}": "test_readings.py::test_pools_orders_rewards_and_results_ask_as_well",
    "market-order-until:{claim}:{outcome}:{limit}:{sells}:{amount}:{until}": (
        "test_readings.py::test_pools_orders_rewards_and_results_ask_as_well"
    ),
    "reward-until:{claim}:{amount}:{until}": (
        "test_readings.py::test_pools_orders_rewards_and_results_ask_as_well"
    ),
    "propose-again:{claim}:{result}": "test_readings.py::test_pools_orders_rewards_and_results_ask_as_well",
    "propose-early:{asked}:{claim}:{mark}:{until}": (
        "test_readings.py::test_pools_orders_rewards_and_results_ask_as_well"
    ),
    "rule-early:{asked}:{claim}:{proposal}:{until}": (
        "test_readings.py::test_pools_orders_rewards_and_results_ask_as_well"
    ),
    "story-until:{number}:{at}:{mark}:{line}:{until}": "test_readings.py::test_a_line_of_a_story_asks_for_its_day",
    "market-paid:{claim}": "test_presses.py::test_a_market_from_a_purchase_to_what_it_paid",
}

RETIRED = {
    "challenge:{claim}",
    "judge-object:{claim}:{judge}",
    "judge-accept:{claim}:{judge}",
    "hold-reversal:{claim}",
    "rule-send:{claim}:{choice}:{proposal}",
    "market-deepen:{asked}:{claim}:{liquidity}:{cost}",
    "market-open:{asked}:{claim}:{liquidity}:{house}:{first}:{rest}",
    "market-buy:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}",
    "market-sell:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}",
}
"""What only messages of an earlier version hold: `test_shown.test_buttons_of_before_ask_once_more` forces each
that takes points; `test_results.test_a_button_of_before_challenges_what_stands` presses the first,
`test_agreed_judges` those about judges, and the permission matrix sends the form of `rule-send`."""


def template(custom_id: str) -> str:
    """The button or form that an id is one of."""
    return _ROUTES.find(custom_id).route.template


def pressed(play: Playground) -> set[str]:
    """What people pressed or sent, and the bot did."""
    assert play.running is not None
    known = play.running.control.core.world.interactions
    found: set[str] = set()
    for answer in play.answers:
        custom_id = known[int(answer.interaction)].data.get("custom_id")
        refused = answer.kind == "message" and "That didn't work" in answer.text
        if custom_id and answer.kind != "failed" and not refused:
            found.add(template(custom_id))
    return found


def require_pressed(play: Playground) -> None:
    """Holds the test that just ran against the table."""
    name = os.environ["PYTEST_CURRENT_TEST"].split(" ")[0].partition("[")[0].rpartition("/")[2]
    wanted = {one for one, test in PRESSED.items() if test == name}
    if wanted:
        assert wanted <= pressed(play), f"{name} should press {sorted(wanted - pressed(play))}"
