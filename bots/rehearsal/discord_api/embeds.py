"""Embeds as Discord takes them: the limits of docs/resources/message, measured without the blanks around a text."""

from collections.abc import Sequence
from typing import Any

from bots.rehearsal.discord_api.form import Form, Path

Json = dict[str, Any]

MOST = 10
LARGEST_SUM = 6000
FIELDS = {
    "title", "type", "description", "url", "timestamp", "color", "footer", "image", "thumbnail", "video", "provider",
    "author", "fields", "flags",
}  # fmt: skip
SHOWN = ("title", "description", "fields", "image", "thumbnail", "footer", "author")
PICTURES = ("http", "https", "attachment")


def read(form: Form, value: Sequence[Any], path: Path = ("embeds",)) -> list[Json]:
    """Return the embeds as Discord keeps them; what is wrong with them goes into the form."""
    embeds = [_embed(form, form.table(one, (*path, index)), (*path, index)) for index, one in enumerate(value)]
    if sum(_size(embed) for embed in embeds) > LARGEST_SUM:
        words = f"Embed size exceeds maximum size of {LARGEST_SUM}"
        form.wrong((*path, 0), "MAX_EMBED_SIZE_EXCEEDED", words)
    return embeds


def _embed(form: Form, body: Json, path: Path) -> Json:
    form.known(body, FIELDS, path)
    kept: Json = {"type": "rich"}
    _put(kept, "title", form.text(body, "title", path, most=256))
    _put(kept, "description", form.text(body, "description", path, most=4096))
    _put(kept, "url", form.address(body.get("url"), (*path, "url")))
    _put(kept, "color", form.whole(body, "color", path, least=0, most=0xFFFFFF))
    _put(kept, "timestamp", body.get("timestamp"))
    for name in ("image", "thumbnail"):
        _put(kept, name, _picture(form, body, name, path))
    _put(kept, "footer", _signed(form, body, "footer", "text", 2048, path))
    _put(kept, "author", _signed(form, body, "author", "name", 256, path))
    pairs = form.listing(body, "fields", path, most=25)
    _put(kept, "fields", [_pair(form, pair, (*path, "fields", index)) for index, pair in enumerate(pairs)])
    if not any(kept.get(name) for name in SHOWN):
        form.wrong((*path, "description"), "BASE_TYPE_REQUIRED", "This field is required")
    return kept


def _put(kept: Json, name: str, value: Any) -> None:
    if value not in (None, "", []):
        kept[name] = value


def _picture(form: Form, body: Json, name: str, path: Path) -> Json | None:
    if body.get(name) is None:
        return None
    inside = form.table(body[name], (*path, name))
    form.known(inside, {"url", "proxy_url", "height", "width", "description", "flags"}, (*path, name))
    url = form.address(inside.get("url"), (*path, name, "url"), PICTURES)
    return None if url is None else {"url": url}


def _signed(form: Form, body: Json, name: str, text: str, most: int, path: Path) -> Json | None:
    if body.get(name) is None:
        return None
    here = (*path, name)
    inside = form.table(body[name], here)
    form.known(inside, {text, "icon_url", "proxy_icon_url", "url"}, here)
    kept: Json = {}
    _put(kept, text, form.text(inside, text, here, most=most))
    _put(kept, "icon_url", form.address(inside.get("icon_url"), (*here, "icon_url"), PICTURES))
    _put(kept, "url", form.address(inside.get("url"), (*here, "url")))
    return kept or None


def _pair(form: Form, value: Any, path: Path) -> Json:
    body = form.table(value, path)
    form.known(body, {"name", "value", "inline"}, path)
    name = form.text(body, "name", path, most=256, least=1)
    told = form.text(body, "value", path, most=1024, least=1)
    return {"name": name or "", "value": told or "", "inline": bool(body.get("inline"))}


def _size(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [embed.get("footer", {}).get("text"), embed.get("author", {}).get("name")]
    texts += [text for pair in embed.get("fields", []) for text in (pair["name"], pair["value"])]
    return sum(len(text or "") for text in texts)
