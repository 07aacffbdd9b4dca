"""The form of a token, and which may go where."""

import pytest

from bot import tokens
from bot.errors import BadConfig
from bot.playground.seed import fake_token

REAL = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz012345678"
FAKE = fake_token(123456789012345678)
HERE = "http://127.0.0.1:8710"


def test_each_goes_where_it_belongs():
    assert tokens.checked(REAL) == REAL
    assert tokens.checked(FAKE, discord_url=HERE) == FAKE


@pytest.mark.parametrize(("token", "url"), [(REAL, HERE), (FAKE, None)], ids=["real", "fake"])
def test_and_nowhere_else(token: str, url: str | None):
    with pytest.raises(BadConfig) as refused:
        tokens.checked(token, discord_url=url)
    assert token not in str(refused.value)


@pytest.mark.parametrize(
    "token",
    ["x", "a.b.c", f"Bot {REAL}", REAL.replace(".", ""), f"{REAL} ", REAL.replace("MTI", "abc"), "٣" * 60],
)
def test_what_has_no_tokens_form(token: str):
    with pytest.raises(BadConfig, match="doesn't have the form"):
        tokens.checked(token)
