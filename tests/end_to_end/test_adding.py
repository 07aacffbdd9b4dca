"""The example of `docs/adding.md` is a test that passes."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.playground.driver import Playground

PAGE = Path(__file__).parents[2] / "docs" / "adding.md"


async def test_the_test_that_the_page_shows_passes(play: Playground):
    (block,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    named: dict[str, Any] = {"Playground": Playground}

    exec(compile(block, PAGE.name, "exec"), named)
    shown: Callable[[Playground], Awaitable[None]] = named["test_a_gift_reaches_the_other_wallet"]

    await shown(play)
