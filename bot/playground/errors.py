"""What Discord says when it refuses: an HTTP status, a code, a sentence, and where in the body it was."""

from collections.abc import Mapping

from bot.playground.jsons import Json

MESSAGES: Mapping[int, str] = {
    0: "401: Unauthorized",
    10003: "Unknown Channel",
    10004: "Unknown Guild",
    10007: "Unknown Member",
    10008: "Unknown Message",
    10011: "Unknown Role",
    10013: "Unknown User",
    10014: "Unknown Emoji",
    10015: "Unknown Webhook",
    10062: "Unknown interaction",
    10063: "Unknown application command",
    10065: "Unknown Voice State",
    20012: "You are not authorized to perform this action on this application",
    30003: "Maximum number of pins reached for the channel (50)",
    30032: "Maximum number of application commands reached (100)",
    30034: "Max number of daily application command creates has been reached (200)",
    30046: "Maximum number of edits to messages older than 1 hour reached. Try again later",
    40005: "Request entity too large",
    40060: "Interaction has already been acknowledged.",
    50001: "Missing Access",
    50005: "Cannot edit a message authored by another user",
    50006: "Cannot send an empty message",
    50007: "Cannot send messages to this user",
    50008: "Cannot send messages in a non-text channel",
    50013: "Missing Permissions",
    50016: "Provided too few or too many messages to delete. Must provide at least 2 and at most 100 messages",
    50021: "Cannot execute action on a system message",
    50024: "Cannot execute action on this channel type",
    50027: "Invalid Webhook Token",
    50033: "Invalid Recipient(s)",
    50034: "You can only bulk delete messages that are under 14 days old.",
    50035: "Invalid Form Body",
    50068: "Invalid message type",
    50083: "Thread is archived",
    50109: "The request body contains invalid JSON.",
    50278: "Cannot send messages to this user due to having no mutual guilds",
    160004: "A thread has already been created for this message",
    160005: "This thread is locked",
}

STATUS: Mapping[int, int] = {
    **dict.fromkeys((10003, 10004, 10007, 10008, 10011, 10013, 10014, 10015, 10062, 10063), 404),
    **dict.fromkeys((20012, 50001, 50005, 50007, 50013, 50021, 50278, 160005), 403),
    30046: 429,
    40005: 413,
    50027: 401,
}


class ApiError(Exception):
    """One refusal. `errors` is Discord's nested tree, e.g. {"content": {"_errors": [{"code", "message"}]}}."""

    def __init__(
        self, code: int, *, status: int | None = None, message: str | None = None, errors: Json | None = None
    ) -> None:
        super().__init__(message or MESSAGES[code])
        self.code = code
        self.status = status or STATUS.get(code, 400)
        self.message = message or MESSAGES[code]
        self.errors = errors

    def body(self) -> Json:
        body: Json = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        if self.status == 429:
            # 30046 comes without a `Via` header, so that discord.py raises it at once instead of waiting.
            body |= {"retry_after": 60.0, "global": False}
        return body


class Refusal(Exception):
    """A person can't do that here: one sentence, for `/control` and the page."""


class FormErrors:
    """Collects what is wrong with a body, by path, and raises all of it as one 50035."""

    def __init__(self) -> None:
        self.tree: Json = {}

    def add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        node = self.tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_if_any(self) -> None:
        if self.tree:
            raise ApiError(50035, errors=self.tree)


def form_error(path: tuple[str | int, ...], code: str, message: str) -> ApiError:
    """Return the 50035 for a single fault."""
    errors = FormErrors()
    errors.add(path, code, message)
    return ApiError(50035, errors=errors.tree)
