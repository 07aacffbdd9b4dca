"""Importing the rest of Crux when it starts, without looking for garbage in what stays anyway."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def loading() -> Generator[None]:
    """Import within it. Python would look over all modules again and again, for a seventh of the start."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
