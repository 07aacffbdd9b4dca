"""The market maker's arithmetic against 50-digit decimals, published values, and what must hold for every input."""

import math
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from markets.mechanisms import lmsr
from markets.mechanisms.lmsr import Book

LIQUIDITY = st.one_of(
    st.sampled_from([1, 2, 10, 10**5, 10**9, 10**12]), st.integers(1, 1_000), st.integers(1, 10**9)
)


@st.composite
def books(draw: Any, most_imbalance: int = 12) -> Book:
    """Any state that a market can be in, and far beyond: prices down to e^-12 apart by default."""
    liquidity = draw(LIQUIDITY)
    outcomes = draw(st.integers(2, 10))
    weights = tuple(draw(st.lists(st.integers(1, 9_900), min_size=outcomes, max_size=outcomes)))
    reach = most_imbalance * liquidity
    shares = tuple(draw(st.lists(st.integers(-reach, reach), min_size=outcomes, max_size=outcomes)))
    return Book(liquidity, weights, shares)


def exact_cost(book: Book) -> Decimal:
    """C(q) by the formula as it is written, with 60 digits and no shifting."""
    with localcontext(Context(prec=60, Emax=10**15, Emin=-(10**15))):
        parts = [
            Decimal(weight) / sum(book.weights) * (Decimal(shares) / book.liquidity).exp()
            for weight, shares in zip(book.weights, book.shares, strict=True)
        ]
        return book.liquidity * sum(parts, Decimal()).ln()


def exact_price(book: Book, outcome: int) -> Decimal:
    with localcontext(Context(prec=60, Emax=10**15, Emin=-(10**15))):
        parts = [
            weight * (Decimal(shares) / book.liquidity).exp()
            for weight, shares in zip(book.weights, book.shares, strict=True)
        ]
        return parts[outcome] / sum(parts)


@pytest.mark.rule("C3")
def test_published_values():
    """The worked example of Abernethy, Chen and Vaughan's and Pennock's introductions: b = 100, from even."""
    even = lmsr.opened(100, (1, 1))
    assert lmsr.cost(even) == 0
    assert lmsr.prices(even) == [0.5, 0.5]
    # C = 100 ln((e^0.1 + 1) / 2) = 5.1249..., price = e^0.1 / (e^0.1 + 1) = 0.52498
    after = even.after(0, 10)
    assert lmsr.cost(after) == pytest.approx(5.124947951362558, abs=1e-12)
    assert lmsr.prices(after)[0] == pytest.approx(0.52497918747894, abs=1e-12)
    assert lmsr.subsidy(100, (1, 1)) == 70  # 100 ln 2 = 69.31
    # As the form says it: b of 1,000 points, a bet of 100 moves 50% to about 55%, and at most 693.15 are lost.
    form = lmsr.opened(100_000, (1, 1))
    assert lmsr.price_bps(form.after(0, lmsr.shares_for(form, 0, 10_000)), 0) == 5_476
    assert lmsr.subsidy(100_000, (1, 1)) == 69_315


@given(books())
def test_cost_and_prices_are_those_of_decimals(book: Book):
    exact = exact_cost(book)
    assert math.isclose(lmsr.cost(book), float(exact), rel_tol=1e-12, abs_tol=1e-12 * book.liquidity)
    assert math.isclose(sum(lmsr.prices(book)), 1, abs_tol=1e-12)
    for outcome, price in enumerate(lmsr.prices(book)):
        assert math.isclose(price, float(exact_price(book, outcome)), rel_tol=1e-9)


@given(books(most_imbalance=100_000))
def test_what_is_charged_is_exactly_the_formula_rounded_up(book: Book):
    """Also where e^(q/b) has no float by far."""
    exact = exact_cost(book)
    nearest = exact.to_integral_value()
    whole = abs(exact - nearest) < Decimal("1e-20")  # sold alike of every outcome
    assert lmsr.charged(book) == (int(nearest) if whole else math.ceil(exact))


@given(
    st.integers(1, 10**9), st.integers(-(10**9), 10**9), st.lists(st.integers(1, 99), min_size=2, max_size=10)
)
def test_as_many_of_each_outcome_cost_exactly_what_they_pay(liquidity: int, each: int, weights: list[int]):
    assert lmsr.charged(Book(liquidity, tuple(weights), (each,) * len(weights))) == each


@pytest.mark.rule("C4")
@given(books(), st.integers(0, 9), st.integers(1, 10**6))
def test_no_share_is_free_nor_dearer_than_its_payout(book: Book, outcome: int, quantity: int):
    outcome %= len(book.shares)
    assert 1 <= lmsr.price_to_buy(book, outcome, quantity) <= quantity
    assert 0 <= lmsr.price_to_sell(book, outcome, quantity) <= quantity


@pytest.mark.rule("C4")
@given(books(), st.integers(0, 9), st.integers(1, 10**6))
def test_a_round_trip_never_profits(book: Book, outcome: int, quantity: int):
    outcome %= len(book.shares)
    paid = lmsr.price_to_buy(book, outcome, quantity)
    assert lmsr.price_to_sell(book.after(outcome, quantity), outcome, quantity) <= paid
    got = lmsr.price_to_sell(book, outcome, quantity)
    assert lmsr.price_to_buy(book.after(outcome, -quantity), outcome, quantity) >= got


@given(books(), st.integers(0, 9), st.lists(st.integers(1, 10**5), min_size=2, max_size=6))
def test_pieces_add_up_to_the_whole(book: Book, outcome: int, pieces: list[int]):
    """Exactly, but where a piece would be free: that one costs a unit."""
    outcome %= len(book.shares)
    whole, at, paid, free = lmsr.price_to_buy(book, outcome, sum(pieces)), book, 0, 0
    for piece in pieces:
        now = lmsr.price_to_buy(at, outcome, piece)
        free += lmsr.charged(at.after(outcome, piece)) == lmsr.charged(at)
        paid, at = paid + now, at.after(outcome, piece)
    assert whole <= paid <= whole + free
    got = 0
    for piece in pieces:
        got, at = got + lmsr.price_to_sell(at, outcome, piece), at.after(outcome, -piece)
    assert at == book
    assert got == lmsr.price_to_sell(book.after(outcome, sum(pieces)), outcome, sum(pieces))
    assert lmsr.prices(at) == lmsr.prices(book), "prices return where the path began"


steps = st.lists(st.tuples(st.integers(0, 9), st.integers(-(10**5), 10**5)), min_size=1, max_size=8)


def walk(book: Book, made: list[tuple[int, int]]) -> tuple[Book, int, int]:
    """Where trades lead, what they cost together, and how many would have been free."""
    paid = free = 0
    for outcome, quantity in made:
        after = book.after(outcome, quantity)
        if quantity > 0:
            paid += lmsr.price_to_buy(book, outcome, quantity)
            free += lmsr.charged(after) == lmsr.charged(book)
        elif quantity:
            paid -= lmsr.price_to_sell(book, outcome, -quantity)
        book = after
    return book, paid, free


@pytest.mark.rule("C4")
@given(books(), steps, st.randoms(use_true_random=False))
def test_a_way_round_brings_nothing_and_prices_and_costs_depend_on_where_it_ends_alone(
    book: Book, made: list[tuple[int, int]], chance: Any
):
    """Over all outcomes, in any order and any pieces: to the unit, but for those that a free piece costs."""
    made = [(outcome % len(book.shares), quantity) for outcome, quantity in made]
    there, paid, free = walk(book, made)
    other_way = [*made]
    chance.shuffle(other_way)
    same, other, other_free = walk(book, other_way)
    assert (same, lmsr.prices(same)) == (there, lmsr.prices(there))
    assert paid - free == other - other_free == lmsr.charged(there) - lmsr.charged(book)
    back = [(outcome, -quantity) for outcome, quantity in made]
    chance.shuffle(back)
    again, returned, extra = walk(there, back)
    assert lmsr.prices(again) == lmsr.prices(book)
    assert 0 <= paid + returned == free + extra


@pytest.mark.rule("C4")
@given(LIQUIDITY, LIQUIDITY, st.lists(st.integers(0, 10**6), min_size=2, max_size=2))
def test_what_the_escrow_lacks_for_the_deeper_market_is_paid_with_the_new_liquidity(
    liquidity: int, more: int, covered: list[int]
):
    """At even prices each outcome takes b ln 2, whatever the escrow has beyond its shares."""
    before = lmsr.opened(liquidity, (1, 1))
    deeper = lmsr.deepened(before, more)
    paid = lmsr.subsidy_to_deepen(before, deeper, covered)
    with localcontext(Context(prec=50)):
        two = Decimal(2).ln()
        assert all(held + paid >= (liquidity + more) * two for held in covered)
        assert paid == math.ceil(max(more * two, (liquidity + more) * two - min(covered)))


trades = st.lists(st.tuples(st.integers(0, 9), st.integers(-(10**6), 10**6)), max_size=12)


@pytest.mark.rule("C4")
@given(
    LIQUIDITY,
    st.lists(st.integers(100, 9_900), min_size=2, max_size=10),
    trades,
    st.integers(0, 12),
    LIQUIDITY,
)
def test_escrow_covers_the_dearest_outcome_whatever_is_traded_and_whenever_liquidity_is_added(
    liquidity: int, opening: list[int], made: list[tuple[int, int]], when: int, more: int
):
    book, sold = lmsr.opened(liquidity, opening), [0] * len(opening)
    escrow = paid_in = lmsr.subsidy(liquidity, opening)
    for turn, (outcome, quantity) in enumerate(made):
        outcome %= len(opening)
        if turn == when:
            deeper = lmsr.deepened(book, more)
            assert lmsr.prices(deeper) == pytest.approx(lmsr.prices(book), rel=1e-9, abs=1e-15)
            added = lmsr.subsidy_to_deepen(book, deeper, [escrow - one for one in sold])
            assert added >= more * -math.log(min(lmsr.prices(book))) * (1 - 1e-9)
            escrow, paid_in, book = escrow + added, paid_in + added, deeper
        if quantity > 0:
            quantity = min(quantity, max(lmsr.quantity_to_price(book, outcome, lmsr.MOST_BPS), 0))
            escrow += lmsr.price_to_buy(book, outcome, quantity) if quantity else 0
        else:
            quantity = -min(-quantity, sold[outcome])
            escrow -= lmsr.price_to_sell(book, outcome, -quantity) if quantity else 0
        sold[outcome] += quantity
        book = book.after(outcome, quantity)
        assert escrow >= max(sold)
    for outcome, held in enumerate(sold):  # all sold back: what was paid in is still there
        escrow -= lmsr.price_to_sell(book, outcome, held) if held else 0
        book = book.after(outcome, -held)
    assert escrow >= paid_in or when < len(made)
    assert escrow >= 0


@given(books(), st.integers(0, 9), st.integers(1, 10**9))
@settings(max_examples=200)
def test_a_budget_buys_as_much_as_it_can(book: Book, outcome: int, budget: int):
    outcome %= len(book.shares)
    assume(budget <= 50 * book.liquidity)
    bought = lmsr.shares_for(book, outcome, budget)
    assert bought >= 1
    assert lmsr.price_to_buy(book, outcome, bought) <= budget
    assert lmsr.charged(book.after(outcome, bought + 1)) > lmsr.charged(book) + budget


@given(books(), st.integers(0, 9), st.integers(1, 10**9))
def test_shares_for_a_budget_are_those_of_the_formula_with_fifty_digits(
    book: Book, outcome: int, budget: int
):
    """n = b ln((e^(B/b) - (1 - p)) / p), Hanson's cost function solved for n, rounded down; B reaches the next whole
    unit that isn't charged yet."""
    outcome %= len(book.shares)
    assume(budget <= 50 * book.liquidity)
    with localcontext(Context(prec=60, Emax=10**15, Emin=-(10**15))):
        price, b = exact_price(book, outcome), Decimal(book.liquidity)
        reach = lmsr.charged(book) + budget - exact_cost(book)
        exact = b * (((reach / b).exp() - (1 - price)) / price).ln()
        nearest = int(exact.to_integral_value())
        # Within the sixty digits' own error of a whole number it may be either.
        near = {nearest - 1, nearest} if abs(exact - nearest) < Decimal("1e-15") else set[int]()
        wanted = {math.floor(exact), *near}
    assert lmsr.shares_for(book, outcome, budget) in wanted


@given(books(), st.integers(0, 9), st.integers(100, 9_900))
def test_the_way_to_a_price_costs_what_the_formula_says(book: Book, outcome: int, target: int):
    """From p to t by buying: b ln((1 - p) / (1 - t)), whatever the other outcomes are; by selling it brings that."""
    outcome %= len(book.shares)
    quantity = lmsr.quantity_to_price(book, outcome, target)
    with localcontext(Context(prec=60, Emax=10**15, Emin=-(10**15))):
        price, aim = exact_price(book, outcome), Decimal(target) / 10_000
        exact = book.liquidity * ((1 - price) / (1 - aim)).ln()
        moved = exact_cost(book.after(outcome, quantity)) - exact_cost(book)
    assert abs(exact - moved) < 1, "the last unit, which would pass it"
    charged = lmsr.charged(book.after(outcome, quantity)) - lmsr.charged(book)
    assert abs(charged - moved) < 1


@given(books(), st.integers(0, 9), st.integers(100, 9_900))
def test_a_target_is_reached_and_not_passed(book: Book, outcome: int, target: int):
    outcome %= len(book.shares)
    quantity = lmsr.quantity_to_price(book, outcome, target)
    aim, step = (
        Decimal(target) / 10_000,
        1 if quantity > 0 or exact_price(book, outcome) <= Decimal(target) / 10_000 else -1,
    )
    reached = exact_price(book.after(outcome, quantity), outcome)
    beyond = exact_price(book.after(outcome, quantity + step), outcome)
    tiny = Decimal("1e-25")
    if step > 0:
        assert reached <= aim + tiny
        assert beyond > aim - tiny
    else:
        assert reached >= aim - tiny
        assert beyond < aim + tiny


@given(LIQUIDITY, st.lists(st.integers(100, 9_900), min_size=2, max_size=10))
def test_the_subsidy_is_the_most_that_can_be_lost_rounded_up(liquidity: int, opening: list[int]):
    with localcontext(Context(prec=60)):
        exact = liquidity * (Decimal(sum(opening)) / min(opening)).ln()
    assert lmsr.subsidy(liquidity, opening) == math.ceil(exact)
    least = opening.index(min(opening))
    far = lmsr.opened(liquidity, opening).after(least, 200 * liquidity)
    lost = 200 * liquidity - lmsr.charged(far)
    assert 0 <= lmsr.subsidy(liquidity, opening) - lost <= 1, (
        "and it comes as near to being lost as one likes"
    )


@pytest.mark.rule("C3")
def test_what_is_left_of_liquidity_by_hand():
    """100 at even, then 100 more at 80 to 20, and it ends at 60 to 40: worked out with a pocket calculator.

    The first, if YES comes: 100 ln 2 - 100 ln(0.6/0.5) = 69.3147 - 18.2322; if NO: 69.3147 - 100 ln(0.4/0.5). The
    second: 100 ln 5 - 100 ln(0.6/0.8) = 160.9438 + 28.7682, and 160.9438 - 100 ln(0.4/0.2).
    """
    even, ending = (1, 1), lmsr.opened(200, (6, 4))
    left = [
        [lmsr.left(ending, 100, paid, at, result) / 10**6 for result in ((1, 0), (0, 1), (3, 1))]
        for paid, at in ((69, even), (161, (8, 2)))
    ]
    assert left[0] == pytest.approx([50.767844, 91.314355, 60.904472], abs=1e-6)
    assert left[1] == pytest.approx([189.768207, 91.685282, 165.247476], abs=1e-6)


@pytest.mark.rule("C3")
@given(
    LIQUIDITY,
    st.lists(st.integers(100, 9_900), min_size=2, max_size=10),
    st.lists(st.tuples(st.integers(0, 9), st.integers(-(10**6), 10**6), LIQUIDITY), max_size=5),
    st.data(),
)
@settings(max_examples=40)
def test_what_is_left_of_each_liquidity_is_together_what_the_market_has_left(
    liquidity: int, opening: list[int], made: list[tuple[int, int, int]], data: st.DataObject
):
    """And who alone trades and adds liquidity gains what trading straight to the last price gains."""
    book, sold, moved = lmsr.opened(liquidity, opening), [0] * len(opening), 0
    payments = [(liquidity, lmsr.subsidy(liquidity, opening), tuple(opening))]
    for outcome, quantity, more in made:
        outcome %= len(opening)
        reach = lmsr.quantity_to_price(book, outcome, 9_900 if quantity > 0 else 100)
        quantity = min(quantity, max(reach, 0)) if quantity > 0 else max(quantity, min(reach, 0))
        if quantity:
            after = book.after(outcome, quantity)
            moved += lmsr.charged(after) - lmsr.charged(book)
            sold[outcome], book = sold[outcome] + quantity, after
        escrow = sum(paid for _, paid, _ in payments) + moved
        deeper = lmsr.deepened(book, more)
        added = max(lmsr.subsidy_to_deepen(book, deeper, [escrow - one for one in sold]), 1)
        book = deeper
        payments.append((more, added, deeper.weights))
    escrow = sum(paid for _, paid, _ in payments) + moved
    result = data.draw(st.lists(st.integers(0, 3), min_size=len(opening), max_size=len(opening)).filter(any))
    left = [lmsr.left(book, *payment, result) for payment in payments]
    assert min(left) >= 0
    remains = Fraction(escrow) - sum(
        Fraction(weight * one, sum(result)) for weight, one in zip(result, sold, strict=True)
    )
    assert abs(Fraction(sum(left), 10**6) - remains) <= 1 + 2 * len(payments) + book.liquidity * Fraction(
        1, 10**9
    )
    first = payments[0][1] - Fraction(left[0], 10**6)  # what the opener lost
    straight = liquidity * sum(
        weight / sum(result) * math.log(end * sum(opening) / start)
        for weight, end, start in zip(result, lmsr.prices(book), opening, strict=True)
        if weight
    )
    assert float(first) == pytest.approx(straight, abs=1 + 1e-6 * liquidity)


def test_the_float_is_asked_again_near_whole_numbers(monkeypatch: pytest.MonkeyPatch):
    """With a wider border than 10^-6, so that there are many such states; far from it decimals are not needed."""
    asked: list[Book] = []
    original = lmsr._exact_log_sum

    def noted(book: Book) -> Decimal:
        asked.append(book)
        return original(book)

    monkeypatch.setattr(lmsr, "_exact_log_sum", noted)
    monkeypatch.setattr(lmsr, "_NEAR", 1e-3)
    near = 0
    for n in range(1, 5_000):
        book = Book(1_000, (1, 1), (n, 0))
        away = abs(lmsr.cost(book) - round(lmsr.cost(book)))
        asked.clear()
        charged = lmsr.charged(book)
        assert asked == ([book] if away <= 1e-3 else [])
        if asked:
            near += 1
            assert charged == math.ceil(exact_cost(book))
    assert near > 3


def test_the_weight_s_whole_is_small_enough_for_the_database():
    assert lmsr.WHOLE_WEIGHT * 2 < 2**63
    assert Fraction(1, lmsr.WHOLE_WEIGHT) < Fraction(1, 10**15)
