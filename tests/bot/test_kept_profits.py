"""What a wallet keeps of early profits is told, and nothing is offered that takes it (RULES A4, A9)."""

from bot.text import Currency
from bot.words import wallet


def test_a_wallet_says_what_it_keeps_and_until_when():
    said = " ".join(wallet.wallet(wallet.Wallet(180_000, 0, None, Currency(), kept=30_000)).text)
    assert "300 points of it stay here until markets are settled" in said
    assert "stay here" not in " ".join(wallet.wallet(wallet.Wallet(180_000, 0, None, Currency())).text)
