"""Messages, components and forms, key by key: what Discord's objects may hold."""

from bot.playground.shapes import (
    Check,
    anything,
    by_type,
    flag,
    listing,
    nullable,
    one_of,
    shape,
    snowflake,
    text,
    url,
    whole,
)

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = range(
    1, 9
)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR = range(9, 15)
CONTAINER, LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 17, 18, 19, 21, 22, 23
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
V2_ONLY = (SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER)
LINK, PREMIUM = 5, 6

_ID = {"id": whole(least=0, most=2**31 - 1)}
_CUSTOM_ID = text(least=1, most=100)
_EMOJI = shape({}, {"id": snowflake, "name": text(most=32), "animated": flag})
_MEDIA = shape({"url": url})
_TYPE = {"type": anything}

_button = shape(
    {**_TYPE, "style": one_of((1, 2, 3, 4, 5, 6))},
    {
        **_ID,
        "label": text(most=80),
        "custom_id": _CUSTOM_ID,
        "disabled": flag,
        "url": url,
        "emoji": _EMOJI,
        "sku_id": snowflake,
    },
)
_option = shape(
    {"label": text(least=1, most=100), "value": text(least=1, most=100)},
    {"description": text(most=100), "default": flag, "emoji": _EMOJI},
)
_plain_option = shape(
    {"label": text(least=1, most=100), "value": text(least=1, most=100)},
    {"description": text(most=100), "default": flag},
)
_SELECT = {
    **_ID,
    "placeholder": text(most=150),
    "min_values": whole(least=0, most=25),
    "max_values": whole(least=1, most=25),
    "disabled": flag,
    "required": flag,
}
_default = shape({"id": snowflake, "type": one_of(("user", "role", "channel"))})
_defaults = {"default_values": listing(_default, most=25)}
_string_select = shape(
    {**_TYPE, "custom_id": _CUSTOM_ID, "options": listing(_option, least=1, most=25)}, _SELECT
)
_entity_select = shape({**_TYPE, "custom_id": _CUSTOM_ID}, {**_SELECT, **_defaults})
_channel_select = shape(
    {**_TYPE, "custom_id": _CUSTOM_ID}, {**_SELECT, **_defaults, "channel_types": listing(whole())}
)
_SELECT_KINDS: dict[int, Check] = {
    STRING_SELECT: _string_select,
    USER_SELECT: _entity_select,
    ROLE_SELECT: _entity_select,
    MENTIONABLE_SELECT: _entity_select,
    CHANNEL_SELECT: _channel_select,
}
_row = shape(
    {**_TYPE, "components": listing(by_type({BUTTON: _button, **_SELECT_KINDS}), least=1, most=5)}, _ID
)
_text = shape({**_TYPE, "content": text(least=1, most=4000)}, _ID)
_thumbnail = shape(
    {**_TYPE, "media": _MEDIA}, {**_ID, "description": text(least=1, most=1024), "spoiler": flag}
)
_section = shape(
    {
        **_TYPE,
        "components": listing(by_type({TEXT: _text}), least=1, most=3),
        "accessory": by_type({BUTTON: _button, THUMBNAIL: _thumbnail}),
    },
    _ID,
)
_gallery_item = shape({"media": _MEDIA}, {"description": text(least=1, most=1024), "spoiler": flag})
_gallery = shape({**_TYPE, "items": listing(_gallery_item, least=1, most=10)}, _ID)
_file = shape({**_TYPE, "file": _MEDIA}, {**_ID, "spoiler": flag, "name": text(), "size": whole()})
_separator = shape(_TYPE, {**_ID, "divider": flag, "spacing": one_of((1, 2))})
_INSIDE: dict[int, Check] = {
    ROW: _row,
    SECTION: _section,
    TEXT: _text,
    GALLERY: _gallery,
    FILE: _file,
    SEPARATOR: _separator,
}
_container = shape(
    {**_TYPE, "components": listing(by_type(_INSIDE), least=1, most=40)},
    {**_ID, "accent_color": whole(least=0, most=0xFFFFFF), "spoiler": flag},
)
_components = listing(by_type({**_INSIDE, CONTAINER: _container}), most=40)

_text_input = shape(
    {**_TYPE, "custom_id": _CUSTOM_ID, "style": one_of((1, 2))},
    {
        **_ID,
        "label": text(least=1, most=45),
        "min_length": whole(least=0, most=4000),
        "max_length": whole(least=1, most=4000),
        "required": flag,
        "value": text(most=4000),
        "placeholder": text(most=100),
    },
)
_COUNTED = {
    **_ID,
    "min_values": whole(least=0, most=10),
    "max_values": whole(least=1, most=10),
    "required": flag,
}
_IN_LABEL: dict[int, Check] = {
    TEXT_INPUT: _text_input,
    **_SELECT_KINDS,
    FILE_UPLOAD: shape({**_TYPE, "custom_id": _CUSTOM_ID}, _COUNTED),
    RADIO_GROUP: shape(
        {**_TYPE, "custom_id": _CUSTOM_ID, "options": listing(_plain_option, least=2, most=10)},
        {**_ID, "required": flag},
    ),
    CHECKBOX_GROUP: shape(
        {**_TYPE, "custom_id": _CUSTOM_ID, "options": listing(_plain_option, least=1, most=10)}, _COUNTED
    ),
    CHECKBOX: shape({**_TYPE, "custom_id": _CUSTOM_ID}, {**_ID, "default": flag}),
}
_label = shape(
    {**_TYPE, "label": text(least=1, most=45), "component": by_type(_IN_LABEL)},
    {**_ID, "description": text(least=1, most=100)},
)
_modal_row = shape({**_TYPE, "components": listing(by_type({TEXT_INPUT: _text_input}), least=1, most=1)}, _ID)
MODAL = shape(
    {
        "custom_id": _CUSTOM_ID,
        "title": text(least=1, most=45),
        "components": listing(by_type({ROW: _modal_row, TEXT: _text, LABEL: _label}), least=1, most=40),
    }
)

_named = {"name": text(least=1, most=256), "url": url, "icon_url": url, "proxy_icon_url": url}
_image = shape({}, {"url": url, "proxy_url": url, "width": whole(), "height": whole(), "flags": whole()})
_embed = shape(
    {},
    {
        "type": text(),
        "url": url,
        "title": text(most=256),
        "description": text(most=4096),
        "color": whole(least=0, most=0xFFFFFF),
        "timestamp": text(),
        "author": shape({"name": text(least=1, most=256)}, _named),
        "footer": shape({"text": text(least=1, most=2048)}, {"icon_url": url, "proxy_icon_url": url}),
        "image": _image,
        "thumbnail": _image,
        "video": _image,
        "provider": anything,
        "flags": whole(),
        "fields": listing(
            shape({"name": text(least=1, most=256), "value": text(least=1, most=1024)}, {"inline": flag}),
            most=25,
        ),
    },
)
_mentions = shape(
    {},
    {
        "parse": listing(one_of(("users", "roles", "everyone")), most=3),
        "users": listing(snowflake),
        "roles": listing(snowflake),
        "replied_user": flag,
    },
)
_attachment = shape(
    {"id": snowflake},
    {
        "filename": text(least=1, most=1024),
        "description": text(most=1024),
        "title": text(most=1024),
        "is_spoiler": flag,
        # discord.py sends a kept attachment as it came.
        **dict.fromkeys(("url", "proxy_url", "size", "spoiler", "height", "width", "content_type"), anything),
    },
)
_KEPT: dict[str, Check] = {
    "embeds": listing(_embed, most=10),
    "allowed_mentions": _mentions,
    "components": _components,
    "attachments": listing(_attachment, most=10),
    "flags": whole(least=0),
    "tts": flag,
}
_reference = shape(
    {"message_id": snowflake},
    {"channel_id": snowflake, "guild_id": snowflake, "fail_if_not_exists": flag, "type": one_of((0, 1))},
)
MESSAGE = shape(
    {},
    {
        **_KEPT,
        "content": text(most=2000),
        "nonce": nullable(anything),
        "enforce_nonce": flag,
        "message_reference": _reference,
        "sticker_ids": listing(snowflake, most=3),
    },
)
# Through an interaction's token: no nonce and no reply.
WEBHOOK_MESSAGE = shape({}, {**_KEPT, "content": text(most=2000)})
FORUM_MESSAGE = shape({}, {**_KEPT, "content": text(most=2000), "sticker_ids": listing(snowflake, most=3)})
