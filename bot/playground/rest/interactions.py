"""Answers to interactions, and what may follow by their token."""

from bot.playground.errors import ApiError
from bot.playground.jsons import Json
from bot.playground.rest.router import Answer, Call, route
from bot.playground.world import EPHEMERAL, LOADING, Interaction, Message

_TOKEN = "/webhooks/{webhook_id}/{webhook_token}"


@route("POST", "/interactions/{interaction_id}/{interaction_token}/callback")
def callback(call: Call) -> Answer:
    core, body = call.core, call.json()
    unknown = set(body) - {"type", "data"}
    if unknown:
        raise ApiError(50035, errors={k: {"_errors": [_unknown_key(k)]} for k in sorted(unknown)})
    interaction_id, token = call.id("interaction_id"), call.params["interaction_token"]
    message = core.interactions.callback(interaction_id, token, body, call.uploads)
    if call.query.get("with_response") not in ("1", "true", "True"):
        return None
    return _told(call, core.world.interactions[interaction_id], message)


def _unknown_key(key: str) -> Json:
    return {"code": "UNKNOWN_KEY", "message": f'Unknown key "{key}".'}


def _told(call: Call, interaction: Interaction, message: Message | None) -> Json:
    about: Json = {
        "id": str(interaction.id),
        "type": interaction.type,
        "channel_id": str(interaction.channel_id),
    }
    if interaction.guild_id is not None:
        about["guild_id"] = str(interaction.guild_id)
    if message is not None:
        about["response_message_id"] = str(message.id)
        about["response_message_loading"] = bool(message.flags & LOADING)
        about["response_message_ephemeral"] = bool(message.flags & EPHEMERAL)
    told: Json = {"interaction": about}
    if interaction.answered in (4, 7) and message is not None:
        told["resource"] = {"type": interaction.answered, "message": call.core.views.message(message)}
    return told


@route("POST", _TOKEN)
def follow_up(call: Call) -> Answer:
    core = call.core
    interaction = core.interactions.by_token(call.params["webhook_id"], call.params["webhook_token"])
    return core.views.message(core.interactions.follow_up(interaction, call.json(), call.uploads))


@route("GET", f"{_TOKEN}/messages/@original")
@route("GET", f"{_TOKEN}/messages/{{message_id}}")
def get_message(call: Call) -> Answer:
    return call.core.views.message(_own(call)[1])


@route("PATCH", f"{_TOKEN}/messages/@original")
@route("PATCH", f"{_TOKEN}/messages/{{message_id}}")
def edit_message(call: Call) -> Answer:
    interaction, message = _own(call)
    call.core.interactions.change(message, call.json(), call.uploads)
    call.core.interactions.tell_final(interaction, message)
    return call.core.views.message(message)


@route("DELETE", f"{_TOKEN}/messages/@original")
@route("DELETE", f"{_TOKEN}/messages/{{message_id}}")
def delete_message(call: Call) -> Answer:
    interaction, message = _own(call)
    call.core.messages.delete(message)
    call.core.interactions.tell_final(interaction, None)


def _own(call: Call) -> tuple[Interaction, Message]:
    interactions = call.core.interactions
    interaction = interactions.by_token(call.params["webhook_id"], call.params["webhook_token"])
    message_id = call.params.get("message_id", "@original")
    if message_id != "@original":
        call.id("message_id")
    return interaction, interactions.own_message(interaction, message_id)
