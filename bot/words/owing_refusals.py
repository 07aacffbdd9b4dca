"""The words for what somebody can't use or sign away, because they owe points or may come to (RULES A4, A5)."""

from bot.text import Currency, listed
from markets.core import errors


def asked_back(claims: tuple[int, ...], paid: int, currency: Currency) -> str:
    """Say what stays in the reader's wallet because results are being taken back."""
    numbers = listed([str(number) for number in claims])
    which, it = (
        (f"result of claim {numbers} is", "it")
        if len(claims) == 1
        else (f"results of claims {numbers} are", "they")
    )
    return (
        f"While the {which} being taken back, the {currency.of(paid)} that {it} paid you stay in your wallet."
    )


def owing(error: errors.Limit, currency: Currency) -> str | None:
    """Return the words for what is kept back of whoever owes, or may come to; None for another refusal."""
    match error:
        case errors.KeepsProfits():
            return (
                "You took more out of markets that aren't settled than you put in. Should they end void you give "
                f"that back, so {currency.of(error.limit)} stay in your wallet until then. You can use "
                f"{currency.of(error.free)} now."
            )
        case errors.KeepsAskedBack():
            return (
                f"{asked_back(error.claims, error.limit, currency)} You can use {currency.of(error.free)} now. If "
                f"the result is right, `/resolve appeal claim:{error.claims[0]}` holds it: the server's owner "
                "decides then."
            )
        case errors.StaysInWallet():
            return (
                f"The {currency.of(error.limit)} that may be taken back stay in your wallet. You can use "
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
