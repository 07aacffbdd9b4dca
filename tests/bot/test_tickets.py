"""Tickets: what a question packs into its button comes back whole, also from buttons that were sent long ago."""

import pytest

from bot.commands.routes import ROUTES
from bot.refusals import Outdated
from bot.routes import Routes
from bot.ui.tickets import DeepeningTicket, How, OpeningTicket, OrderTicket, StakeTicket, TradeTicket
from ledger import money

MOST_LETTERS = 100
"""Of a custom_id, by Discord's reference of components."""

SNOWFLAKE = 2**63 - 1
NUMBER = 2**53 - 1
"""Of a claim: what a command's option takes."""

PLACE = 9
"""Of ten outcomes the last."""

MARK, SMALL_MARK = 16**14 - 1, 16**8 - 1
AT_US = 4_102_444_800_000_000
"""The end of the year 2099, which no moment lies beyond."""

WORST = (
    TradeTicket(SNOWFLAKE, NUMBER, PLACE, How.QUANTITY, money.MOST, 10_000, 9_800, True, money.MOST),
    TradeTicket(SNOWFLAKE, NUMBER, PLACE, How.TARGET, 10_000, 10_000, 9_800, False, money.MOST),
    OrderTicket(SNOWFLAKE, NUMBER, PLACE, 10_000, True, money.MOST, AT_US),
    OpeningTicket(SNOWFLAKE, NUMBER, 10**12, True, 99_99_99_99_99, 99_99_99_99_99, SMALL_MARK),
    DeepeningTicket(SNOWFLAKE, NUMBER, 10**12, money.MOST, 10**9),
    StakeTicket(SNOWFLAKE, NUMBER, PLACE, money.MOST, MARK),
)
"""Each at the largest numbers that it can hold."""

Ticket = TradeTicket | OrderTicket | OpeningTicket | DeepeningTicket | StakeTicket


def read(custom_id: str) -> object:
    return Routes(ROUTES).find(custom_id).given["ticket"]


@pytest.mark.parametrize("ticket", WORST, ids=lambda one: type(one).__name__)
def test_a_ticket_fits_into_a_button_and_comes_back(ticket: Ticket):
    assert len(ticket.custom_id) <= MOST_LETTERS
    assert read(ticket.custom_id) == ticket


def test_an_order_s_choice_of_moment_fits_as_well():
    ticket = OrderTicket(SNOWFLAKE, NUMBER, PLACE, 10_000, True, money.MOST)
    chosen = ticket.until(AT_US)
    assert len(chosen) <= MOST_LETTERS
    assert read(chosen) == OrderTicket(0, NUMBER, PLACE, 10_000, True, money.MOST, AT_US)


SENT: dict[str, Ticket] = {
    "market-buy:17:2:1:0:500:5480:200:500": TradeTicket(17, 2, 1, How.BUDGET, 500, 5480, 200, False, 500),
    "market-buy:17:2:1:2:6000:5480:200:412": TradeTicket(17, 2, 1, How.TARGET, 6000, 5480, 200, False, 412),
    "market-sell:17:2:0:1:300:4520:0:300": TradeTicket(17, 2, 0, How.QUANTITY, 300, 4520, 0, True, 300),
    "market-order:17:2:1:4000:0:2500:0": OrderTicket(17, 2, 1, 4000, False, 2500),
    "market-order:17:2:1:7000:1:300:1900000000000000": OrderTicket(
        17, 2, 1, 7000, True, 300, 1900000000000000
    ),
    "market-open:17:2:100000:1:7030:0:305419896": OpeningTicket(17, 2, 100_000, True, 7030, 0, 305419896),
    "market-deepen:17:2:15000:10398:4": DeepeningTicket(17, 2, 15_000, 10_398, 4),
    "pool-lock:17:2:1:2500:20015998343868": StakeTicket(17, 2, 1, 2500, 20015998343868),
}
"""Buttons as they were sent before there were tickets: each is spelled and means the same."""

BEFORE: dict[str, Ticket] = {
    "market-buy:17:2:1:0:500:5480:200": TradeTicket(17, 2, 1, How.BUDGET, 500, 5480, 200, False),
    "market-sell:17:2:0:1:300:4520:0": TradeTicket(17, 2, 0, How.QUANTITY, 300, 4520, 0, True),
    "market-open:17:2:100000:0:7030:0": OpeningTicket(17, 2, 100_000, False, 7030, 0),
    "market-deepen:17:2:15000:10398": DeepeningTicket(17, 2, 15_000, 10_398),
}
"""Older ones, which don't say what they showed."""


@pytest.mark.parametrize("custom_id", SENT)
def test_a_button_that_was_sent_is_spelled_and_means_the_same(custom_id: str):
    assert SENT[custom_id].custom_id == custom_id
    assert read(custom_id) == SENT[custom_id]


@pytest.mark.parametrize("custom_id", BEFORE)
def test_a_button_of_before_is_understood(custom_id: str):
    assert read(custom_id) == BEFORE[custom_id]


@pytest.mark.parametrize("custom_id", ["market-buy:17:2:1:3:500:5480:200:500", "market-sell:1:2:1:9:5:5:2"])
def test_a_way_to_say_how_much_that_there_is_not_is_refused(custom_id: str):
    with pytest.raises(Outdated):
        read(custom_id)
