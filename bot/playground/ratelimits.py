"""Discord's rate limits, in real time: a fixed window per bucket, and fifty requests a second for everything."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

Route = tuple[str, str]

GLOBAL_PER_SECOND = 50
DEFAULT = (10, 1.0)
# (requests, seconds), as met on Discord; every other route gets DEFAULT.
LIMITS: Mapping[Route, tuple[int, float]] = {
    ("POST", "/channels/{channel_id}/messages"): (5, 5.0),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): (5, 5.0),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}"): (5, 1.0),
    ("POST", "/channels/{channel_id}/messages/bulk-delete"): (1, 1.0),
    ("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me"): (1, 0.25),
    ("POST", "/channels/{channel_id}/typing"): (5, 5.0),
    ("PATCH", "/channels/{channel_id}"): (5, 15.0),
    ("POST", "/channels/{channel_id}/threads"): (10, 10.0),
    ("POST", "/channels/{channel_id}/messages/{message_id}/threads"): (10, 10.0),
    ("POST", "/webhooks/{webhook_id}/{webhook_token}"): (5, 2.0),
    ("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/@original"): (5, 2.0),
    ("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"): (5, 2.0),
    ("POST", "/users/@me/channels"): (10, 10.0),
    ("PUT", "/applications/{application_id}/commands"): (5, 20.0),
    ("PUT", "/applications/{application_id}/guilds/{guild_id}/commands"): (5, 20.0),
}
MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")


@dataclass
class LimitWindow:
    opened: float
    used: int = 0


@dataclass(frozen=True)
class LimitVerdict:
    headers: dict[str, str]
    retry_after: float | None = None  # seconds; None means go ahead
    is_global: bool = False


@dataclass
class Limits:
    """`scale` multiplies every limit, `pace` every window's length; `enabled` False is for benchmarks."""

    enabled: bool = True
    scale: float = 1.0
    pace: float = 1.0
    _windows: dict[tuple[str, str], LimitWindow] = field(default_factory=dict[tuple[str, str], LimitWindow])
    _global: LimitWindow = field(default_factory=lambda: LimitWindow(0.0))

    def take(self, route: Route, params: Mapping[str, str]) -> LimitVerdict:
        """Count one request. Answers to interactions are under no limit of the bot's."""
        method, template = route
        if not self.enabled or template.startswith("/interactions/"):
            return LimitVerdict({})
        now = time.monotonic()
        if not template.startswith("/webhooks/"):
            over = self._take_global(now)
            if over is not None:
                return over
        allowed, seconds = LIMITS.get(route, DEFAULT)
        allowed, seconds = max(1, int(allowed * self.scale)), seconds * self.pace
        bucket = hashlib.md5(f"{method} {template}".encode(), usedforsecurity=False).hexdigest()
        major = "+".join(params[name] for name in MAJOR if name in params)
        window = self._windows.get((bucket, major))
        if window is None or now - window.opened >= seconds:
            self._forget_old(now)
            window = self._windows[bucket, major] = LimitWindow(now)
        window.used += 1
        wait = max(0.0, window.opened + seconds - now)
        headers = {
            "X-RateLimit-Bucket": bucket,
            "X-RateLimit-Limit": str(allowed),
            "X-RateLimit-Remaining": str(max(0, allowed - window.used)),
            "X-RateLimit-Reset": f"{time.time() + wait:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
        }
        if window.used <= allowed:
            return LimitVerdict(headers)
        return LimitVerdict({**headers, **refused(wait, scope="user")}, wait)

    def _take_global(self, now: float) -> LimitVerdict | None:
        if now - self._global.opened >= self.pace:
            self._global = LimitWindow(now)
        self._global.used += 1
        if self._global.used <= GLOBAL_PER_SECOND * self.scale:
            return None
        wait = self._global.opened + self.pace - now
        return LimitVerdict(refused(wait, scope="global"), wait, is_global=True)

    def _forget_old(self, now: float) -> None:
        if len(self._windows) > 10_000:
            self._windows = {k: w for k, w in self._windows.items() if now - w.opened < 20.0}


def refused(wait: float, *, scope: str) -> dict[str, str]:
    """Return the headers of a 429. discord.py gives up on one that has no `Via`."""
    headers = {"Via": "1.1 google", "Retry-After": str(int(wait) + 1), "X-RateLimit-Scope": scope}
    return {**headers, "X-RateLimit-Global": "true"} if scope == "global" else headers
