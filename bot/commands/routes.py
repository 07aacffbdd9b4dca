"""Every button and form there is: what its `custom_id` is like, and who handles it.

A message keeps its buttons for years, so a template is never changed: a new one comes next to it, and the old handler
asks once more.
"""

from bot.commands import (
    bet,
    bet_endings,
    board,
    claim,
    claim_lists,
    crux,
    drafts,
    forecast,
    judging,
    ledger,
    limit_orders,
    market,
    market_opening,
    mod,
    my_bets,
    pool,
    privacy,
    quick,
    resolve,
    reward,
    scenario,
    setup,
    starters,
    trade,
    wallet,
)
from bot.routes import Route
from bot.ui.tickets import DeepeningTicket, OpeningTicket, OrderTicket, StakeTicket, TradeTicket

ROUTES: tuple[Route, ...] = (
    # a bet from a sentence
    Route("quick:{channel}:{message}", quick.send_quick),
    Route("quick-draft:{draft}", quick.send_quick_draft),
    Route("quick-change:{draft}", quick.change_quick),
    Route("quick-anyway:{asked}:{draft}", quick.open_anyway),
    Route("quick-until:{asked}:{draft}:{until}", quick.choose_until),
    # offers, and taking one
    Route("claim-offer:{claim}", bet.ask_offer),
    Route("offer:{claim}", bet.send_offer),
    Route("offer-renew:{number}", bet.renew),
    Route("offer-counter:{number}", bet.ask_counter),
    Route("counter:{number}", bet.send_counter),
    Route("offer-withdraw:{number}", bet.press_withdraw),
    Route("offer-take:{number}", bet.press_take),
    Route("lock:{asked}:{number}:{mark}", bet.confirm_taking),
    # endings by agreement
    Route("bet-end:{number}", bet_endings.press_end),
    Route("bet-suggest-form:{number}", bet_endings.ask_ending),
    Route("bet-suggest:{number}", bet_endings.send_ending),
    Route("bet-sign:{asked}:{number}:{maker}:{taker}", bet_endings.sign),
    Route("bet-move-look:{number}:{to}", bet_endings.look_at_move),
    Route("bet-move:{asked}:{number}:{to}:{mark}", bet_endings.sign_move),
    # lists of bets
    Route("offers:{before}", my_bets.turn_offers),
    Route("mine:{kind}:{before}", my_bets.turn_mine),
    # whose acts mention one
    Route("hush:{player}:{on}", my_bets.press_hush),
    # drafts of claims
    Route("draft-new", drafts.send_new),
    Route("draft-first:{draft}", drafts.ask_first),
    Route("draft-save-first:{draft}", drafts.send_first),
    Route("draft-second:{draft}", drafts.ask_second),
    Route("draft-save-second:{draft}", drafts.send_second),
    Route("draft-third:{draft}", drafts.ask_third),
    Route("draft-save-third:{draft}", drafts.send_third),
    Route("draft-until:{draft}:{field}:{until}", drafts.choose_in_draft),
    Route("draft:{draft}", drafts.look_at_draft),
    Route("draft-show:{draft}", drafts.show_draft),
    Route("draft-drop:{draft}", drafts.drop_draft),
    Route("draft-open:{asked}:{draft}", drafts.open_draft),
    # changing an open claim
    Route("claim-change:{number}", claim.ask_change),
    Route("claim-save:{number}", claim.send_change),
    Route("claim-change-rest:{number}", claim.ask_change_rest),
    Route("claim-save-rest:{number}", claim.send_change_rest),
    Route("claim-again:{number}:{form}", claim.change_again),
    Route("claim-until:{number}:{form}:{field}:{until}", claim.choose_in_change),
    Route("claim-condition:{number}", claim.ask_condition),
    Route("claim-condition-save:{number}", claim.send_condition),
    # claims as they stand
    Route("terms:{number}", claim_lists.terms),
    Route("follow:{number}:{on}", claim_lists.press_follow),
    Route("claims-closing:{after}", claim_lists.turn_closing),
    Route("claims-mine:{before}", claim_lists.turn_mine),
    # the library
    Route("library:{page}", starters.turn_shelf),
    Route("library-take:{number}", starters.take_starter),
    Route("library-guess:{number}", starters.ask_guess),
    Route("library-answer:{number}", starters.send_guess),
    # stories and their items
    Route("scenario-new", scenario.send_scenario),
    Route("scenario-share:{draft}", scenario.share),
    Route("stories:{number}", scenario.show),
    Route("story-add:{number}", scenario.add_story),
    Route("story-change:{number}:{at}", scenario.change_story),
    Route("story-save:{number}:{at}:{mark}", scenario.send_story),
    Route("story-until:{number}:{at}:{mark}:{line}:{until}", scenario.choose_until),
    Route("story-out:{number}:{at}:{mark}", scenario.take_out),
    Route("item-judge:{number}", scenario.press_judge),
    Route("item-send:{asked}:{number}", scenario.send_item),
    # cruxes
    Route("crux-cut:{claim}:{target}", crux.press_unlink),
    # opening a market, and making it deeper
    Route("market-new:{claim}", market_opening.press_open),
    Route("market-again:{claim}:{house}", market_opening.press_open_again),
    Route("market-form:{claim}:{house}", market_opening.send_open, again="market-again:{claim}:{house}"),
    Route(
        "market-open:{asked}:{claim}:{liquidity}:{house}:{first}:{rest}",
        market_opening.confirm_open_of_before,
        ticket=OpeningTicket.read,
    ),
    Route(
        "market-open:{asked}:{claim}:{liquidity}:{house}:{first}:{rest}:{mark}",
        market_opening.confirm_open,
        ticket=OpeningTicket.read,
    ),
    Route(
        "market-deepen:{asked}:{claim}:{liquidity}:{cost}",
        market_opening.confirm_deepening_of_before,
        ticket=DeepeningTicket,
    ),
    Route(
        "market-deepen:{asked}:{claim}:{liquidity}:{cost}:{trades}",
        market_opening.confirm_deepening,
        ticket=DeepeningTicket,
    ),
    # buying and selling
    Route("market-pick:{claim}", trade.press_pick),
    Route("market-much:{claim}:{outcome}", trade.press_much),
    Route("market-ask:{claim}:{outcome}:{budget}", trade.press_ask),
    Route("market-other:{claim}:{outcome}", trade.press_other),
    Route("market-send:{claim}:{outcome}", trade.send_other, again="market-other:{claim}:{outcome}"),
    Route("market-sell-other:{claim}:{outcome}", trade.press_sell),
    Route("market-sell-send:{claim}:{outcome}", trade.send_sell, again="market-sell-other:{claim}:{outcome}"),
    Route(
        "market-buy:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}",
        trade.confirm_trade_of_before,
        ticket=TradeTicket.to_buy,
    ),
    Route(
        "market-buy:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}:{most}",
        trade.confirm_trade,
        ticket=TradeTicket.to_buy,
    ),
    Route(
        "market-sell:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}",
        trade.confirm_trade_of_before,
        ticket=TradeTicket.to_sell,
    ),
    Route(
        "market-sell:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}:{most}",
        trade.confirm_trade,
        ticket=TradeTicket.to_sell,
    ),
    # limit orders
    Route("market-order-new:{claim}:{outcome}:{sells}", limit_orders.press_order),
    Route(
        "market-order-send:{claim}",
        limit_orders.send_order,
        again="market-order-new:{claim}:{outcome}:{sells}",
    ),
    Route(
        "market-order-until:{claim}:{outcome}:{limit}:{sells}:{amount}:{until}",
        limit_orders.choose_until,
        ticket=OrderTicket.read_until,
    ),
    Route(
        "market-order:{asked}:{claim}:{outcome}:{limit}:{sells}:{amount}:{expires}",
        limit_orders.confirm_order,
        ticket=OrderTicket.read,
    ),
    Route("market-cancel:{order}", limit_orders.press_cancel),
    # markets as they stand
    Route("market-show:{claim}", market.press_show),
    Route("markets:{before}", market.turn_list),
    Route("market-mine", market.press_portfolio),
    Route("market-paid:{claim}", market.press_receipt),
    # pools
    Route("pool:{claim}", pool.press_pool),
    Route("pool-open:{claim}", pool.press_open),
    Route("pool-until:{asked}:{claim}:{until}", pool.choose_until),
    Route("pool-stake:{claim}", pool.ask_stake),
    Route("pool-again:{claim}:{outcome}", pool.ask_again),
    Route("pool-send:{claim}:{mark}", pool.send_stake, again="pool-again:{claim}:{outcome}"),
    Route("pool-lock:{asked}:{claim}:{outcome}:{amount}:{mark}", pool.confirm_stake, ticket=StakeTicket),
    # forecasts
    Route("forecast:{claim}", forecast.press_forecast),
    Route("forecast-send:{claim}:{mark}", forecast.send_forecast, again="forecast:{claim}"),
    # rewards
    Route("reward-until:{claim}:{amount}:{until}", reward.choose_until),
    Route("reward-lock:{asked}:{claim}:{amount}:{until}", reward.send_offer),
    Route("reward-name:{asked}:{number}:{winner}", reward.send_give),
    Route("reward:{number}", reward.press_show),
    # results and objections
    Route("propose:{claim}", resolve.press_propose),
    Route("propose-again:{claim}:{result}", resolve.propose_again),
    Route("propose-send:{claim}:{mark}", resolve.send_result, again="propose-again:{claim}:{result}"),
    Route("propose-early:{asked}:{claim}:{mark}:{until}", resolve.choose_until),
    Route("challenge:{claim}", resolve.press_challenge_of_before),
    Route("challenge:{claim}:{proposal}", resolve.press_challenge),
    Route("challenge-send:{claim}:{proposal}", resolve.send_challenge),
    Route("argue:{claim}", resolve.press_argue),
    Route("argue-send:{claim}:{proposal}", resolve.send_argument),
    Route("appeal:{claim}", resolve.press_appeal),
    Route("appeal-send:{claim}:{proposal}", resolve.send_appeal),
    Route("hold-reversal:{claim}", resolve.send_hold),
    Route("sign-proposal:{proposal}", resolve.press_sign),
    Route("done:{before}", resolve.turn_acts),
    # what judges and moderators do
    Route("halt:{asked}:{claim}:{halts}", judging.send_halt),
    Route("reverse:{asked}:{claim}", judging.send_reverse),
    Route("decide:{claim}", judging.press_decide),
    Route("said:{claim}:{page}", judging.press_said),
    Route("rule:{claim}:{choice}:{proposal}", judging.ask_ruling),
    Route(
        "rule-send:{claim}:{choice}:{proposal}", judging.send_ruling, again="rule:{claim}:{choice}:{proposal}"
    ),
    Route("rule-early:{asked}:{claim}:{proposal}:{until}", judging.choose_until),
    Route("confirm:{proposal}", judging.confirm),
    # what moderators do with points
    Route("grant:{asked}:{person}:{amount}", mod.send_grant),
    Route("take:{asked}:{person}:{amount}", mod.send_take),
    # the board
    Route("board-by:{by}:{season}", board.rank_by),
    Route("board:{by}:{season}:{skip}", board.turn),
    Route("board-calibration", board.press_calibration),
    # wallets
    Route("history:{before}", wallet.turn_page),
    Route("allowance", wallet.press_allowance),
    Route("give:{asked}:{taker}:{amount}", wallet.confirm_gift),
    Route("close", wallet.close),
    Route("wallet-line", wallet.press_line),
    # the book
    Route("acts:{before}", ledger.turn_page),
    # what is stored
    Route("forget:{asked}", privacy.ask_again),
    Route("forget-now:{asked}", privacy.forget),
    # set-up
    Route("setup:check", setup.check),
    Route("older:go-on", ledger.go_on),
    Route("setup:places", setup.ask_places),
    Route("setup:save-places", setup.save_places),
    Route("setup:points", setup.ask_points),
    Route("setup:save-points", setup.save_points),
    Route("setup:bets", setup.ask_bets),
    Route("setup:save-bets", setup.save_bets),
    Route("setup:markets", setup.ask_markets),
    Route("setup:save-markets", setup.save_markets, again="setup:markets"),
    Route("setup:gifts:{on}", setup.switch_gifts),
    Route("setup:season", setup.ask_season),
    Route("setup:save-season:{asked}", setup.save_season, again="setup:season"),
    Route("setup:fund", setup.ask_funding),
    Route("setup:save-fund:{asked}", setup.save_funding),
)
