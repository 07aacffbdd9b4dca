"""Section A of the rules of play: each rule is named by the tests that show it."""

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_rule_of_points_and_the_book_is_shown_by_a_test():
    shown = {
        rule
        for file in HERE.glob("test_*.py")
        for rule in re.findall(r'mark\.rule\("(A\d)"\)', file.read_text())
    }

    assert shown == {f"A{number}" for number in range(1, 9)}
