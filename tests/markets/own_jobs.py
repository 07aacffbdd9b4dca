"""Kinds of due work that only tests know."""

from collections.abc import Callable

from markets.core.jobs import Handler
from markets.settlement.handlers import JOBS, Job


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Add a kind that moves no points."""

    def add(handler: Handler) -> Handler:
        assert kind not in JOBS, kind
        JOBS[kind] = Job(handler, moves_points=False)
        return handler

    return add
