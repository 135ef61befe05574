"""Pictures, films and things of other sites as schema.org writes them, both ways."""

import re
from collections.abc import Mapping
from typing import Any

from core import blocks
from core.formats import beside
from core.formats.jsonld.find import Node, kinds
from core.formats.jsonld.reading import Reading, count, many, web_address

_DIGEST = re.compile(r"[0-9a-f]{64}")


def images(reading: Reading, node: Node) -> tuple[blocks.Image, ...]:
    """The pictures of an entry: addresses, or objects with words."""
    found = (_image(reading, given) for given in many(node.get("image")))
    return tuple(image for image in found if image is not None)


def videos(reading: Reading, node: Node) -> tuple[blocks.Video, ...]:
    """The films and sound clips of an entry."""
    films = (_video(reading, given, sound_only=False) for given in many(node.get("video")))
    clips = (_video(reading, given, sound_only=True) for given in many(node.get("audio")))
    return tuple(video for video in (*films, *clips) if video is not None)


def embeds(reading: Reading, node: Node) -> tuple[blocks.Embed, ...]:
    """What an entry shows of other sites, by address and words. A provider's own HTML is dropped on purpose."""
    found = []
    for given in many(node.get("sharedContent")):
        url = reading.address(given, "sharedContent")
        inner = reading.node(given)
        if url:
            words = next((inner[key] for key in ("text", "headline", "name") if inner.get(key)), "")
            found.append(blocks.Embed(url, reading.words(inner.get("publisher")), reading.words(words)))
    return tuple(found)


def write_image(image: blocks.Image) -> dict[str, Any]:
    """A picture. Without bytes and address it is still its words."""
    return {
        "@type": "ImageObject",
        "contentUrl": image.url,
        "sha256": image.asset,
        "width": image.width,
        "height": image.height,
        "description": image.alt,
        "caption": image.caption,
        "creditText": image.credit,
        "ext:graphic": image.graphic or None,
    }


def write_video(video: blocks.Video) -> dict[str, Any]:
    """A film or a sound clip."""
    return {
        "@type": "AudioObject" if video.sound_only else "VideoObject",
        "name": video.title,
        "caption": video.caption,
        "creditText": video.credit,
        "contentUrl": video.url,
        "duration": video.duration,
    }


def write_embed(embed: blocks.Embed) -> dict[str, Any]:
    """Something of another site."""
    publisher = {"@type": "Organization", "name": embed.provider} if embed.provider else None
    return {"@type": "WebPage", "url": embed.url, "text": embed.text, "publisher": publisher}


def _image(reading: Reading, given: Any) -> blocks.Image | None:
    if isinstance(given, str):
        url = _picture_address(reading, given)
        return blocks.Image(url=url) if url else None
    node = reading.node(given)
    digest = node.get("sha256")
    image = blocks.Image(
        alt=reading.words(node.get("description")),
        caption=reading.words(node.get("caption")),
        credit=reading.words(node.get("creditText")),
        asset=digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else None,
        url=_picture_address(reading, node.get("contentUrl") or node.get("url") or node.get("@id")),
        graphic=node.get("ext:graphic") is True,
        width=count(node.get("width")),
        height=count(node.get("height")),
    )
    return image if image != blocks.Image(width=image.width, height=image.height) else None


def _video(reading: Reading, given: Any, *, sound_only: bool) -> blocks.Video | None:
    node = reading.node(given) if isinstance(given, Mapping) else {"contentUrl": given}
    url = next((node[key] for key in ("contentUrl", "embedUrl", "url") if node.get(key)), None)
    duration = reading.words(node.get("duration"))
    video = blocks.Video(
        title=reading.words(node.get("name")),
        caption=reading.words(node.get("caption") or (None if reading.ours else node.get("description"))),
        credit=reading.words(node.get("creditText")),
        url=reading.address(url, "video") if url else None,
        duration=duration or None,
        sound_only=sound_only or "AudioObject" in kinds(node),
    )
    return video if video.title or video.caption or video.url else None


def _picture_address(reading: Reading, value: Any) -> str | None:
    """A web address, or a name beside the page. `data:` and other schemes are refused and noted."""
    text = reading.words(value)
    if web_address(text) or beside.inside(text):
        return text
    if text and not text.startswith(("_:", "#")):
        reading.lose("image", f"“{text:.60}” is neither a web address nor a file beside the page: left out")
    return None
