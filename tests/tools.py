"""Programs from Debian's packages that some proofs need."""

import os
import shutil
import subprocess

import pytest


def need(program: str) -> str:
    """Where a program is. Skips the test where it isn't installed, and fails it in CI."""
    found = shutil.which(program)
    if found is not None:
        return found
    if os.environ.get("CRUX_REQUIRE_TOOLS") == "1":
        pytest.fail(f"this proof needs {program}: apt-get install {program}")
    pytest.skip(f"{program} is not installed (apt-get install {program})")


def run(*words: str, code: int = 0) -> str:
    """What a program prints; it must end with this exit code."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == code, f"{words[0]} ended with {done.returncode}: {done.stderr[:2000]}"
    return done.stdout
