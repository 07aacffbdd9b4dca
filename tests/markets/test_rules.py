"""Every numbered rule of play is shown by a test that names it, or is the work of a later issue."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent.parent

RULES = {"A": 10, "B": 8, "C": 11, "D": 9, "E": 9}
"""How many rules each section has; their words are in RULES."""

LATER: dict[str, str] = {
    "C11": "a bet's word of honour comes with what winners are shown",
    "D9": "data checks come with claims that data judges",
}
"""Rules that nothing built so far has to keep: each leaves this table with the issue that brings it."""


@functools.cache
def named() -> set[str]:
    return {rule for path in TESTS.rglob("test_*.py") for rule in named_in(path)}


def named_in(path: Path) -> Iterator[str]:
    """The rules that a file's tests name: `pytest.mark.rule("D3")`, or a test called `test_d3_...`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found = re.match(r"test_([a-e]\d{1,2})_", node.name)
            if found:
                yield found[1].upper()
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "rule":
            yield from (str(ast.literal_eval(arg)) for arg in node.args)


def test_every_rule_that_applies_so_far_is_named_by_a_test():
    known = {f"{section}{number}" for section, most in RULES.items() for number in range(1, most + 1)}

    assert sorted(known - named() - set(LATER)) == [], "no test names these rules"
    assert named() <= known, "there are no such rules"
    assert set(LATER) <= known


def test_a_rule_that_a_test_names_is_not_for_later_any_more():
    assert sorted(named() & set(LATER)) == []
