"""A press that is repeated across an upgrade is known by its operation's name and its request's fields.

`done` holds a digest of both. Whoever renames an operation writes its old name into `OLD_NAMES` of
`ledger/storage/operations.py`, and whoever renames a field of a request finds no such table, and leaves it.
"""

import importlib
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from sqlalchemy import Connection

from ledger.errors import AlreadyDone, KeyReused
from ledger.storage import operations
from markets.bets import offers
from markets.bets.offers import Accept, Accepted
from tests import databases
from tests.test_stored_books import NEWEST, PRESSED, TODAY, operation, upgraded

THEN = {
    "acts.fund": ("fund", "guild key actor amount reason person"),
    "acts.grant": ("grant", "guild key actor amount reason person"),
    "acts.take": ("take", "guild key actor amount reason person"),
    "board.make_season": ("make_season", "guild key actor name from_us to_us"),
    "board.show": ("show", "guild key player listed"),
    "calendar.back_again": ("back_again", "guild key from_us"),
    "calendar.needs_confirmation": ("needs_confirmation", "guild key proposal"),
    "claims.drop": ("drop", "guild key author claim"),
    "claims.edit": ("edit", "guild key author claim terms warned"),
    "claims.follow": ("follow", "guild key player claim follows"),
    "claims.open_claim": ("open_claim", "guild key actor claim warned"),
    "claims.save_draft": ("save_draft", "guild key author terms claim typed"),
    "claims.supersede": ("supersede", "guild key actor old terms claim warned"),
    "cruxes.link": ("link", "guild key player claim target raises outcome target_outcome terms target_terms"),
    "cruxes.unlink": ("unlink", "guild key player claim target"),
    "digests.tell": ("tell", "guild key told head"),
    "disputes.appeal": ("appeal", "guild key player claim reason proposal"),
    "disputes.appoint": ("appoint", "guild key side claim judge"),
    "disputes.argue": ("argue", "guild key player claim words proposal"),
    "disputes.challenge": ("challenge", "guild key player claim ground reason proposal"),
    "disputes.halt": ("halt", "guild key actor claim halted reason"),
    "disputes.posted": ("posted", "guild key dispute final"),
    "disputes.vote": ("vote", "guild key actor claim result reason known_us proposal"),
    "due.failed": ("failed", "held error passing"),
    "due.perform": ("perform", "guild kind ref due_us fence tries owner"),
    "due.perform_some": ("perform_some", "rows"),
    "forecasts.give": ("give", "guild key player claim chances quantiles terms"),
    "forecasts.hide": ("hide", "guild key author claim hidden"),
    "judges.clarify": ("clarify", "guild key actor claim words"),
    "judges.step_down": ("step_down", "guild key player claim"),
    "kept.keep_change": ("keep_change", "guild key author claim typed"),
    "means.draw": ("draw", "guild key player staked parted_with"),
    "means.present": ("present", "guild key giver taker amount unsettled"),
    "notes.dissent": ("dissent", "guild key player bet words"),
    "notes.note": ("note", "guild key actor claim words"),
    "offers.accept": ("accept", "guild key offer taker terms"),
    "offers.agree": ("agree", "guild key bet player maker_gets taker_gets"),
    "offers.counter": ("counter", "guild key offer maker maker_stake taker_stake clause"),
    "offers.make": (
        "make",
        "guild key maker claim side maker_stake taker_stake against taker clause expires_us terms",
    ),
    "offers.move_bet": ("move_bet", "guild key bet player to_claim terms"),
    "offers.renew": ("renew", "guild key offer maker"),
    "offers.suggest": ("suggest", "guild key bet player ending maker_gets taker_gets"),
    "offers.withdraw": ("withdraw", "guild key offer maker"),
    "orders.cancel": ("cancel", "guild key player order"),
    "orders.place": ("place", "guild key player claim outcome limit_bps budget quantity expires_us"),
    "outbox.sent": ("sent", "guild key number channel message dms"),
    "outbox.shown": ("shown", "key held channel message dms"),
    "people.enter": ("enter", "guild key person born waved"),
    "people.forget": ("forget", "guild key person"),
    "people.meet": ("meet", "guild key person"),
    "places.save": ("save", "guild key chosen"),
    "pools.open_pool": ("open_pool", "guild key actor claim closes_us"),
    "pools.stake": ("stake", "guild key player claim outcome amount terms"),
    "preferences.choose": ("choose", "guild key player by"),
    "proposals.announced": ("announced", "guild key proposal confirm"),
    "proposals.confirm": ("confirm", "guild key actor proposal"),
    "proposals.propose": ("propose", "guild key actor claim result evidence reason known_us terms"),
    "proposals.withdraw": ("withdraw", "guild key player proposal"),
    "quick.quick": ("quick", "guild key actor terms side maker_stake taker_stake taker claim warned"),
    "resolution.take_back": ("take_back", "guild key actor claim reason"),
    "rewards.cancel": ("cancel", "guild key owner reward"),
    "rewards.give": ("give", "guild key owner reward winner why"),
    "rewards.offer": ("offer", "guild key owner claim amount until_us words"),
    "scenarios.judge": ("judge", "guild key actor claim item answer evidence reason known_us"),
    "scenarios.keep": ("keep", "guild key writer claim typed"),
    "scenarios.share": ("share", "guild key author claim"),
    "scenarios.take_out": ("take_out", "guild key player claim story named"),
    "scenarios.tell": ("tell", "guild key writer claim story name prose said warned named"),
    "trading.add_liquidity": ("add_liquidity", "guild key actor claim liquidity most seen_bps tolerance_bps"),
    "trading.buy": (
        "buy",
        "guild key player claim outcome seen_bps budget quantity target_bps tolerance_bps most",
    ),
    "trading.open_market": ("open_market", "guild key actor claim liquidity opening_bps house opener terms"),
    "trading.sell": (
        "sell",
        "guild key player claim outcome seen_bps quantity target_bps tolerance_bps most",
    ),
}
"""Every operation with a key of commit e7e8d9d, which made the newest of the stored books: its name and its fields,
in their order. The salt is part of no digest. This list stays as it is."""


def request_of(unit: Any) -> type[Any]:
    (kind,) = [hint for name, hint in get_type_hints(unit).items() if name not in ("tx", "now", "return")]
    return kind


def test_every_operation_of_then_is_stored_under_the_name_that_it_had():
    today = {name: operations.stored_name(unit) for name, unit in TODAY.items()}

    assert today == {name: spelled for name, (spelled, _) in THEN.items()}


def test_every_request_of_then_has_the_fields_that_it_had():
    today = {
        name: " ".join(field.name for field in fields(request_of(unit)) if field.name != "salt")
        for name, unit in TODAY.items()
    }

    assert today == {name: asked for name, (_, asked) in THEN.items()}


def test_a_row_of_the_old_names_is_about_an_operation_that_has_another_name_now():
    for name, spelled in operations.OLD_NAMES.items():
        module, _, now_called = name.rpartition(".")
        assert callable(getattr(importlib.import_module(module), now_called)), name
        assert spelled != now_called, name


def strike(tx: Connection, request: Accept, now: datetime) -> Accepted:
    """`offers.accept`, as if it were renamed."""
    return offers.accept(tx, request, now)


@pytest.mark.parametrize("remembered", [True, False])
async def test_a_renamed_operation_answers_presses_of_before_by_its_old_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remembered: bool
):
    if remembered:
        monkeypatch.setattr(operations, "OLD_NAMES", {f"{__name__}.strike": "accept"})
    book = upgraded(NEWEST, tmp_path)
    (one, *_) = [one for one in PRESSED if one["operation"] == "offers.accept"]
    _, request = operation(one)
    async with databases.opened(book.url) as db:
        with pytest.raises(AlreadyDone if remembered else KeyReused) as again:
            await db.write(strike, request, book.now + timedelta(days=30))
    if isinstance(again.value, AlreadyDone):
        assert again.value.answer.bet == request.offer
