"""Trouble on request: errors, slow and lost replies, dropped connections, for so many requests of a route."""

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

KINDS = ("status", "lost", "drop", "slow", "hold", "limit")


@dataclass
class Fault:
    """
    status  answer `status` with `code`, nothing applied
    lost    apply the request, then drop the connection instead of answering
    drop    drop the connection, nothing applied
    slow    apply, then answer after `seconds`
    hold    apply, then answer when the fault is removed
    limit   429 with `retry_after`, global if `is_global`; nothing applied
    """

    id: int
    kind: str
    route: str  # "POST /channels/{channel_id}/messages", wildcards allowed
    times: int = 1
    status: int = 500
    code: int = 0
    seconds: float = 0.0
    retry_after: float = 0.1
    is_global: bool = False
    met: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)


class Faults:
    def __init__(self) -> None:
        self.active: list[Fault] = []
        self._made = 0

    def add(self, kind: str, route: str, **about: object) -> Fault:
        self._made += 1
        fault = Fault(self._made, kind, route, **about)  # pyright: ignore[reportArgumentType]
        self.active.append(fault)
        return fault

    def meet(self, method: str, template: str) -> Fault | None:
        """Find the first fault for this route that has times left, and use one up."""
        for fault in self.active:
            if fault.met < fault.times and fnmatchcase(f"{method} {template}", _escaped(fault.route)):
                fault.met += 1
                return fault
        return None

    def remove(self, fault_id: int | None = None) -> None:
        for fault in [f for f in self.active if fault_id in (None, f.id)]:
            fault.released.set()
            self.active.remove(fault)


def _escaped(pattern: str) -> str:
    return pattern.replace("[", "[[]")
