"""How each claim comes out, chosen beforehand by chance: the same in every run of a seed."""

import random
from fractions import Fraction

from tests.markets.attacker.book import Book

VOID = None
"""In the place of an outcome: it never happened."""


class Truth:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.filed: set[int] = set()
        """Claims that ended with nothing left on them: each has their net cost (RULES B8)."""

    def learn(self, book: Book) -> None:
        """Notice which claims ended as nothing was left on them: no shares, stakes or bets."""
        for claim in book.claims:
            ended = book.result.get(claim.number)
            by_itself = ended is not None and ended.proposal is None and ended.dispute is None
            left = any(row.shares for row in book.of("positions", claim.number))
            left = left or bool(book.of("stakes", claim.number))
            left = left or any(row.state in ("void", "settled") for row in book.of("bets", claim.number))
            if claim.state == "unresolved" or (by_itself and not left):
                self.filed.add(claim.number)

    def place(self, book: Book, claim: int) -> int | None:
        """Which outcome of a claim comes true; VOID where what it hangs on comes out otherwise."""
        if claim in self.filed:
            return VOID
        condition = book.terms[claim].get("condition")
        if condition is not None:
            above = self.place(book, condition["on"])
            if above is None or book.names(condition["on"])[above] != condition["named"]:
                return VOID
        if book.terms[claim].get("scenario"):
            return self._closest(book, claim)
        names = book.names(claim)
        chosen = random.Random(f"{self.seed}:{self._root(book, claim)}").choice(sorted(set(names)))
        return names.index(chosen)

    def came(self, claim: int, item: int) -> bool:
        """Whether an item of a scenario comes true."""
        return random.Random(f"{self.seed}:{claim}:{item}").random() < 0.5

    def _root(self, book: Book, claim: int) -> int:
        """A better wording asks the same."""
        older = book.claim[claim].supersedes
        return claim if older is None else self._root(book, older)

    def _closest(self, book: Book, claim: int) -> int | None:
        items = book.terms[claim]["scenario"]["items"]
        stories = range(len(book.names(claim)))
        miss = [
            sum(
                Fraction(one["chances"][at] - 10_000 * self.came(claim, n)) ** 2
                for n, one in enumerate(items, 1)
            )
            for at in stories
        ]
        best = [at for at in stories if miss[at] == min(miss)]
        return best[0] if len(best) == 1 else VOID
