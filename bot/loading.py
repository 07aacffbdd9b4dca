"""Importing the rest of Crux when it starts, without looking for garbage in what stays anyway."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def loading() -> Generator[None]:
    """Import within it. Python would look over all modules again and again, for a seventh of the start; and once more
    before the first answer, for a tenth, if they weren't put aside for good."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was:
            gc.enable()
