"""What a wallet keeps of early profits is told, and nothing is offered that takes it (RULES A4, A9)."""

from bot.text import Currency
from bot.words import wallet
from markets.claims.wallet_keeps import Kept


def test_a_wallet_says_what_it_keeps_and_until_when():
    said = " ".join(
        wallet.wallet(wallet.Wallet(180_000, 0, None, Currency(), kept=Kept(180_000, 30_000, 0, ()))).text
    )
    assert "300 points stay here until markets are settled" in said
    assert "stay here" not in " ".join(wallet.wallet(wallet.Wallet(180_000, 0, None, Currency())).text)


def test_it_says_which_results_are_being_taken_back():
    said = wallet.wallet(wallet.Wallet(20_000, 0, None, Currency(), Kept(20_000, 5_000, 18_000, (7, 9)))).text
    back = "While the results of claims 7 and 9 are being taken back, the 180 points that they paid you stay"
    assert f"{back} in your wallet." in said
    assert any(line.startswith("20 points stay here until markets are settled") for line in said)


def test_no_more_is_said_to_stay_than_there_is():
    said = " ".join(
        wallet.wallet(wallet.Wallet(100, 0, None, Currency(), Kept(100, 5_000, 18_000, (7,)))).text
    )
    assert "the 1 point that it paid you" in said
    assert "stay here until" not in said
