"""Prints the ten slowest tests of some JUnit files: `python3 tests/slowest.py artifacts/tests.xml`."""

import sys
from pathlib import Path
from xml.etree import ElementTree

MOST = 10


def main(files: list[str]) -> None:
    found = [
        (float(case.get("time", 0)), f"{case.get('classname', '').replace('.', '/')}::{case.get('name')}")
        for file in files
        if Path(file).exists()
        for case in ElementTree.parse(file).iter("testcase")
    ]
    for seconds, name in sorted(found, reverse=True)[:MOST]:
        print(f"{seconds:7.1f}  {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
