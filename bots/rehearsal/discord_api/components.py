"""Buttons, menus, forms and laid-out texts as Discord takes them (docs, components/reference)."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bots.rehearsal.discord_api.form import Form, Path
from bots.rehearsal.discord_world.messages import every_component

Json = dict[str, Any]

ROW, BUTTON, TEXT_MENU, TEXT_INPUT = 1, 2, 3, 4
MENUS = (3, 5, 6, 7, 8)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
LINK = 5
LAID_OUT = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
MOST_LAID_OUT = 40
MOST_LAID_OUT_TEXT = 4000

COMMON = {"type", "id"}
NAMES: dict[int, set[str]] = {
    ROW: {"components"},
    BUTTON: {"style", "label", "emoji", "custom_id", "sku_id", "url", "disabled"},
    TEXT_MENU: {"custom_id", "options", "placeholder", "min_values", "max_values", "required", "disabled"},
    TEXT_INPUT: {"custom_id", "style", "label", "min_length", "max_length", "required", "value", "placeholder"},
    SECTION: {"components", "accessory"},
    TEXT: {"content"},
    THUMBNAIL: {"media", "description", "spoiler"},
    GALLERY: {"items"},
    FILE: {"file", "spoiler"},
    SEPARATOR: {"divider", "spacing"},
    CONTAINER: {"components", "accent_color", "spoiler"},
    LABEL: {"label", "description", "component"},
    **{
        kind: {"custom_id", "placeholder", "default_values", "min_values", "max_values", "required", "disabled"}
        | ({"channel_types"} if kind == 8 else set())
        for kind in (5, 6, 7, 8)
    },
}


def read(form: Form, value: Sequence[Any], *, laid_out: bool, path: Path = ("components",)) -> list[Json]:
    """Return a message's components as Discord keeps them. `laid_out`: with the IS_COMPONENTS_V2 flag."""
    allowed = LAID_OUT if laid_out else (ROW,)
    if not laid_out and len(value) > 5:
        form.wrong(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    parts = [_part(form, one, allowed, (*path, index)) for index, one in enumerate(value)]
    every = every_component(parts)
    _unique(form, every, path)
    if laid_out:
        if len(every) > MOST_LAID_OUT:
            form.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {MOST_LAID_OUT} in length.")
        if sum(len(part.get("content") or "") for part in every) > MOST_LAID_OUT_TEXT:
            form.wrong(path, "BASE_TYPE_MAX_LENGTH", f"Must be {MOST_LAID_OUT_TEXT} or fewer in length.")
    for number, part in enumerate(every, 1):
        part.setdefault("id", number)
    return parts


def read_modal(form: Form, data: Json) -> Json:
    """Return a form's data as Discord keeps it: title, custom_id, one to five inputs."""
    path: Path = ("data",)
    form.known(data, {"custom_id", "title", "components"}, path)
    form.text(data, "title", path, most=45, least=1)
    form.text(data, "custom_id", path, most=100, least=1)
    rows = form.listing(data, "components", path, most=5, least=1)
    parts = [_part(form, one, (ROW, LABEL, TEXT), (*path, "components", index)) for index, one in enumerate(rows)]
    every = every_component(parts)
    _unique(form, every, (*path, "components"))
    for number, part in enumerate(every, 1):
        part.setdefault("id", number)
    return {"custom_id": data.get("custom_id"), "title": data.get("title"), "components": parts}


def _unique(form: Form, every: list[Json], path: Path) -> None:
    counted = Counter(part["custom_id"] for part in every if part.get("custom_id"))
    for custom_id, times in counted.items():
        if times > 1:
            form.wrong(path, "COMPONENT_CUSTOM_ID_DUPLICATED", f"Component custom id cannot be duplicated: {custom_id}")


def _part(form: Form, value: Any, allowed: Sequence[int], path: Path) -> Json:
    body = dict(form.table(value, path))
    kind = form.one_of(body, "type", path, allowed)
    if kind not in allowed:
        return {"type": 0}
    form.known(body, COMMON | NAMES[kind], path)
    match kind:
        case 1:
            # In a form (where labels may stand) a row holds an input, in a message what can be pressed.
            _row(form, body, path, (TEXT_INPUT,) if LABEL in allowed else (BUTTON, *MENUS))
        case 2:
            _button(form, body, path)
        case 4:
            _input(form, body, path)
        case 18:
            _label(form, body, path)
        case 9 | 10 | 12 | 17:
            _layout(form, body, kind, path)
        case 3 | 5 | 6 | 7 | 8:
            _menu(form, body, kind, path)
    return body


def _row(form: Form, body: Json, path: Path, allowed: Sequence[int]) -> None:
    inside = form.listing(body, "components", path, most=5, least=1)
    here = (*path, "components")
    parts = [_part(form, one, allowed, (*here, index)) for index, one in enumerate(inside)]
    if len(parts) > 1 and any(part["type"] != BUTTON for part in parts):
        form.wrong(here, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
    body["components"] = parts


def _button(form: Form, body: Json, path: Path) -> None:
    style = form.one_of(body, "style", path, (1, 2, 3, 4, 5, 6))
    form.text(body, "label", path, most=80)
    if style == LINK:
        if body.get("custom_id"):
            form.wrong((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A url is set")
        if body.get("url") is None:
            form.wrong((*path, "url"), "BASE_TYPE_REQUIRED", "This field is required")
        form.address(body.get("url"), (*path, "url"), ("http", "https", "discord"))
        if len(str(body.get("url") or "")) > 512:
            form.wrong((*path, "url"), "BASE_TYPE_MAX_LENGTH", "Must be 512 or fewer in length.")
    elif style in (1, 2, 3, 4):
        form.text(body, "custom_id", path, most=100, least=1)
        if body.get("url"):
            form.wrong((*path, "url"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id is set")
    if style != 6 and not body.get("label") and not body.get("emoji"):
        form.wrong(path, "BUTTON_COMPONENT_INVALID_EMOJI_OR_LABEL", "A button needs a label or an emoji")


def _menu(form: Form, body: Json, kind: int, path: Path) -> None:
    form.text(body, "custom_id", path, most=100, least=1)
    form.text(body, "placeholder", path, most=150)
    least = form.whole(body, "min_values", path, least=0, most=25)
    most = form.whole(body, "max_values", path, least=1, most=25)
    if (1 if least is None else least) > (most or 1):
        form.wrong((*path, "min_values"), "NUMBER_TYPE_MAX", "min_values is larger than max_values")
    if kind != TEXT_MENU:
        return
    options = form.listing(body, "options", path, most=25, least=1)
    offered = [form.table(one, (*path, "options", index)) for index, one in enumerate(options)]
    for index, option in enumerate(offered):
        here = (*path, "options", index)
        form.known(option, {"label", "value", "description", "emoji", "default"}, here)
        form.text(option, "label", here, most=100, least=1)
        form.text(option, "value", here, most=100, least=1)
        form.text(option, "description", here, most=100)
    if len({option.get("value") for option in offered}) < len(offered):
        form.wrong((*path, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is used")
    if most is not None and most > len(offered):
        form.wrong((*path, "max_values"), "NUMBER_TYPE_MAX", "max_values is larger than the number of options")


def _input(form: Form, body: Json, path: Path) -> None:
    form.text(body, "custom_id", path, most=100, least=1)
    form.one_of(body, "style", path, (1, 2))
    in_label = path[-1] == "component"
    form.text(body, "label", path, most=45, least=0 if in_label else 1)
    form.text(body, "placeholder", path, most=100)
    form.text(body, "value", path, most=4000)
    least = form.whole(body, "min_length", path, least=0, most=4000) or 0
    most = form.whole(body, "max_length", path, least=1, most=4000) or 4000
    if least > most:
        form.wrong((*path, "min_length"), "NUMBER_TYPE_MAX", "min_length is larger than max_length")
    if body.get("value") and not least <= len(body["value"]) <= most:
        form.wrong((*path, "value"), "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")


def _label(form: Form, body: Json, path: Path) -> None:
    form.text(body, "label", path, most=45, least=1)
    form.text(body, "description", path, most=100)
    body["component"] = _part(form, body.get("component"), (TEXT_INPUT, *MENUS), (*path, "component"))


def _layout(form: Form, body: Json, kind: int, path: Path) -> None:
    if kind == TEXT:
        form.text(body, "content", path, most=MOST_LAID_OUT_TEXT, least=1)
        return
    if kind == GALLERY:
        form.listing(body, "items", path, most=10, least=1)
        return
    allowed = (TEXT,) if kind == SECTION else (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
    inside = form.listing(body, "components", path, most=3 if kind == SECTION else MOST_LAID_OUT, least=1)
    here = (*path, "components")
    body["components"] = [_part(form, one, allowed, (*here, index)) for index, one in enumerate(inside)]
    if kind == SECTION:
        body["accessory"] = _part(form, body.get("accessory"), (BUTTON, THUMBNAIL), (*path, "accessory"))
