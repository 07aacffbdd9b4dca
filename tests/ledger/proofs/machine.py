"""A ledger in plain dicts, and the acts that a state machine tries on it and on the real one.

The model knows the rules and nothing of databases: what it says happens must happen, what it refuses must be
refused by the same name, and every balance must be the same after each step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ledger import issuance
from tests.world import NOW, End, Join, OpenAccount, Post, Reverse

MINT, HOUSE = 1, 2
DAY = timedelta(days=1)
GIFTS = issuance.PointSettings().starting_balance // 10

Request = Join | OpenAccount | Post | Reverse | End | issuance.Gift | issuance.Start


class Refusal(Exception):
    """What the model refuses, by the name of the error that the ledger has for it."""


class Moved(NamedTuple):
    kind: str
    at: datetime
    amounts: dict[int, int]


@dataclass
class Model:
    """One guild's book. Everything that an act changes is replaced, so a refused one leaves no trace."""

    now: datetime = NOW
    kinds: dict[int, str] = field(default_factory=lambda: {MINT: "mint", HOUSE: "house"})
    balances: dict[int, int] = field(default_factory=lambda: {MINT: 0, HOUSE: 0})
    ended: frozenset[int] = frozenset()
    players: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    transfers: tuple[Moved, ...] = ()
    reversed: dict[int, int] = field(default_factory=dict[int, int])
    done: dict[str, tuple[Request, Any]] = field(default_factory=dict[str, tuple[Request, Any]])

    def carry_out(self, request: Request) -> Any:
        """Do what is asked, under its key and once; the answer is told as plain numbers.

        Raises:
            Refusal: It is not done, and nothing has changed.
        """
        if request.key in self.done:
            raise Refusal("AlreadyDone" if self.done[request.key][0] == request else "KeyReused")
        trial = replace(self)
        answer = trial.act(request)
        trial.done = {**self.done, request.key: (request, answer)}
        self.__dict__.update(trial.__dict__)
        return answer

    def act(self, request: Request) -> Any:
        if isinstance(request, Join):
            return self.join(request.person)
        if isinstance(request, OpenAccount):
            return self.open(request.kind)
        if isinstance(request, Post):
            return self.post(request.kind, request.amounts)
        if isinstance(request, Reverse):
            return self.reverse(request.transfer)
        if isinstance(request, End):
            return self.end(request.account)
        if isinstance(request, issuance.Start):
            return self.start(request.person)
        return self.give(request)

    def open(self, kind: str) -> int:
        number = max(self.kinds) + 1
        self.kinds, self.balances = {**self.kinds, number: kind}, {**self.balances, number: 0}
        return number

    def join(self, person: int) -> tuple[int, int]:
        if person not in self.players:
            self.players = {**self.players, person: (len(self.players) + 1, self.open("wallet"))}
        return self.players[person]

    def start(self, person: int) -> tuple[int, dict[int, int]]:
        _, wallet = self.join(person)
        if any(moved.kind == "start" and wallet in moved.amounts for moved in self.transfers):
            raise Refusal("GrantRefused")
        return self.post("start", {MINT: -GIFTS * 10, wallet: GIFTS * 10})

    def post(self, kind: str, amounts: Mapping[int, int]) -> tuple[int, dict[int, int]]:
        if len(amounts) < 2 or sum(amounts.values()) or not all(amounts.values()):
            raise Refusal("Unbalanced")
        may = {"reversal": {"mint", "wallet", "house"}, "void": {"mint", "wallet"}}.get(kind, {"mint"})
        held = dict(self.balances)
        for account, amount in amounts.items():
            if account not in held:
                raise Refusal("UnknownAccount")
            if account in self.ended:
                raise Refusal("AccountEnded")
            held[account] += amount
            if amount < 0 and held[account] < 0 and self.kinds[account] not in may:
                raise Refusal("InsufficientFunds")
        self.balances = held
        self.transfers = (*self.transfers, Moved(kind, self.now, dict(amounts)))
        return len(self.transfers), {account: held[account] for account in amounts}

    def reverse(self, number: int) -> tuple[int, dict[int, int]]:
        if not 1 <= number <= len(self.transfers):
            raise Refusal("UnknownTransfer")
        moved = self.transfers[number - 1]
        if moved.kind == "reversal":
            raise Refusal("NotReversible")
        if number in self.reversed:
            raise Refusal("AlreadyReversed")
        answer = self.post("reversal", {account: -amount for account, amount in moved.amounts.items()})
        self.reversed = {**self.reversed, number: answer[0]}
        return answer

    def end(self, account: int) -> None:
        if account not in self.kinds:
            raise Refusal("UnknownAccount")
        if account in self.ended:
            raise Refusal("AccountEnded")
        if self.balances[account]:
            raise Refusal("InsufficientFunds")
        self.ended |= {account}

    def give(self, gift: issuance.Gift) -> tuple[int, dict[int, int]]:
        if gift.giver == gift.taker:
            raise Refusal("GrantRefused")
        wallets = dict(self.players.values())
        if gift.giver not in wallets or gift.taker not in wallets:
            raise Refusal("UnknownPlayer")
        giver, taker = wallets[gift.giver], wallets[gift.taker]
        if gift.amount > self.balances[giver]:
            raise Refusal("InsufficientFunds")
        given = -sum(
            min(moved.amounts.get(giver, 0), 0)
            for moved in self.transfers
            if moved.kind == "gift" and moved.at > self.now - DAY
        )
        if given + gift.amount > GIFTS:
            raise Refusal("GrantRefused")
        return self.post("gift", {giver: -gift.amount, taker: gift.amount})

    def supply(self) -> dict[str, int]:
        """What `statements.supply` must say."""
        mint = [moved.amounts.get(MINT, 0) for moved in self.transfers]
        owed = [held for account, held in self.balances.items() if account != MINT and held < 0]
        return {
            "minted": -sum(amount for amount in mint if amount < 0),
            "burned": sum(amount for amount in mint if amount > 0),
            "circulating": -self.balances[MINT],
            "house": self.balances[HOUSE],
            "debts": -sum(owed),
        }
