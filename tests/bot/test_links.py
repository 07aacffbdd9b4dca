"""Links show their host, and none that hides it is taken or shown as one (RULES B7)."""

import pytest

from bot.input import form_fields, links, result_fields
from bot.refusals import BadInput
from bot.words import phrases

GOOD = {
    "https://example.org": "example.org",
    "https://example.org/a/b?c=d&e=f#g": "example.org",
    "https://EXAMPLE.org:8443/x": "example.org",
    "https://sub.example.co.uk/~x": "sub.example.co.uk",
    "https://xn--80ak6aa92e.com/x": "xn--80ak6aa92e.com, in letters “аррӏе.com”",
    "https://example.org/@somebody": "example.org",
}
BAD = (
    "https://discord.com@evil.example/x",
    "https://discord.com%40evil.example/x",
    "https://user:pass@example.org",
    "http://example.org/x",
    "HTTP://example.org/x",
    "javascript://example.org/%0aalert(1)",
    "ftp://example.org",
    "https://10.0.0.1/x",
    "https://2130706433/x",
    "https://0x7f.1/x",
    "https://127.1/",
    "https://[::1]/x",
    "https://example.org\\@evil.example",
    "https://аррӏе.com/x",
    "https://xn--a-ecp\u0130.com",
    "https://localhost/x",
    "https://example.123/x",
    "https:///example.org",
    "https://example.org:99999/",
    "https://example.org:8o/",
    "https://example.org/a)b",
    "https://example.org/a]b",
    "https://",
)


@pytest.mark.parametrize(("url", "beside"), GOOD.items())
def test_a_link_is_shown_with_its_host_beside_our_word(url: str, beside: str):
    assert links.why_not(url) == ""
    assert links.host(url) == beside
    shown = phrases.link(url, "evidence")
    assert shown.startswith(f"[evidence]({url}) (")
    assert result_fields.evidence(f"As {url} says") == (url, "As says")


@pytest.mark.parametrize("url", BAD)
def test_what_hides_its_host_is_neither_taken_nor_shown_as_a_link(url: str):
    assert links.why_not(url)
    assert "](" not in phrases.link(url, "evidence")
    for takes in (
        lambda: result_fields.evidence(f"Look: {url} there"),
        lambda: form_fields.linked(f"{url}, page 3", "Where it is looked up"),
    ):
        with pytest.raises(BadInput) as refused:
            takes()
        assert "link" in refused.value.why


def test_a_link_ends_where_its_sentence_does():
    assert links.found_in("(see https://example.org/a), or https://example.org/b.") == [
        "https://example.org/a",
        "https://example.org/b",
    ]
    assert form_fields.linked("The table (https://example.org/a).", "Where it is looked up")


def test_words_without_a_link_stay_words():
    assert result_fields.evidence("  The minutes say so: see page 3  ") == (
        "The minutes say so: see page 3",
        "",
    )
    assert form_fields.linked("The table on the lab's site", "Where it is looked up")
