"""The words for what somebody can't use or sign away, because they owe points or may come to (RULES A4, A5)."""

from bot.text import Currency
from markets.core import errors


def owing(error: errors.Limit, currency: Currency) -> str | None:
    """Return the words for what is kept back of whoever owes, or may come to; None for another refusal."""
    match error:
        case errors.KeepsProfits():
            return (
                "You took more out of markets that aren't settled than you put in. Should they end void you give "
                f"that back, so {currency.of(error.limit)} stay in your wallet until then. You can use "
                f"{currency.of(error.free)} now."
            )
        case errors.ProfitOpen():
            return (
                f"You took more out of the market of claim {error.claim} than you put in. Should it end void you "
                f"give that back, and by this ending you would owe {currency.of(error.limit)} then. Sign it once "
                "that market is settled, or end the bet so that you get back what you staked."
            )
        case errors.WouldOwe():
            return (
                f"Wait for what comes of claim {error.claim}: by the result that is proposed there, by taking its "
                f"result back, or because nobody holds shares of its market, you would owe "
                f"{currency.of(error.limit)}. Until then you can't sign points away."
            )
        case errors.TenthOwed():
            return (
                f"The {currency.of(error.limit)} that you drew because all was locked may be asked back. "
                "Keep them, or end the bet so that you get back what you staked."
            )
        case errors.OtherSideOwes():
            return (
                f"Bet {error.limit} can't be ended so by agreement now: the other side owes points, or may come to "
                "owe some. They are told why where they sign."
            )
        case _:
            return None
