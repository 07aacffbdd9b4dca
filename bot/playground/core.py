"""Everything that makes up one playground, joined in one place."""

from collections import deque
from pathlib import Path

from bot.playground.faults import Faults
from bot.playground.files import Files
from bot.playground.gateway import Gateway
from bot.playground.interactions import Interactions
from bot.playground.jsons import Json
from bot.playground.messages import Messages
from bot.playground.openapi import SchemaChecker
from bot.playground.ratelimits import Limits
from bot.playground.views import Views
from bot.playground.world import World


class Core:
    def __init__(self, world: World, *, folder: Path | None = None, checked: bool = True) -> None:
        self.world = world
        self.views = Views(world)
        self.files = Files(world, folder)
        self.messages = Messages(world, self.files)
        self.interactions = Interactions(world, self.messages)
        self.gateway = Gateway(world, self.views)
        self.limits = Limits()
        self.faults = Faults()
        self.checker = SchemaChecker.if_at_hand() if checked else None
        self.failures: deque[Json] = deque(maxlen=1000)
        self.requests: deque[Json] = deque(maxlen=20_000)
        self.base_url = ""

    def set_checked(self, checked: bool) -> None:
        self.checker = SchemaChecker.if_at_hand() if checked else None

    def live_at(self, base_url: str) -> None:
        """Note the address, which is known once the port is."""
        self.base_url = self.views.base_url = base_url
        self.gateway.address = base_url.replace("http", "ws", 1) + "/gateway"

    def fail(self, what: str, route: str, detail: str) -> None:
        """Note what the bot or the playground did that Discord would not: tests assert that the list is empty."""
        self.failures.append({"what": what, "route": route, "detail": detail})
