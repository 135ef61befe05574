import hashlib

import pytest

from core.model import Asset
from core.store import media
from tests.doubles.desk import DISCORD, TELEGRAM, Desk

BYTES = bytes(range(256)) * 40


def asset(data: bytes = BYTES) -> Asset:
    return Asset(hashlib.sha256(data).hexdigest(), "image/png", len(data), 64, 40)


def test_a_picture_is_kept_once_under_its_own_digest(desk: Desk) -> None:
    for _ in range(2):
        desk.store.write_now(media.keep, asset(), BYTES, desk.clock())
    assert desk.store.read_now(media.asset, asset().digest) == asset()
    assert desk.store.read_now(media.read, asset().digest) == BYTES


def test_bytes_that_are_not_what_the_digest_names_are_refused(desk: Desk) -> None:
    with pytest.raises(ValueError, match="another digest"):
        desk.store.write_now(media.keep, asset(), BYTES + b"!", desk.clock())
    assert desk.store.read_now(media.asset, asset().digest) is None
    with pytest.raises(LookupError):
        desk.store.read_now(media.read, asset().digest)


def test_each_account_has_its_own_name_for_a_picture(desk: Desk) -> None:
    digest = asset().digest
    desk.store.write_now(media.remember, TELEGRAM, digest, "file-1")
    desk.store.write_now(media.remember, TELEGRAM, digest, "file-2")
    assert desk.store.read_now(media.remote, TELEGRAM, digest) == "file-2"
    assert desk.store.read_now(media.remote, DISCORD, digest) is None
    desk.store.write_now(media.forget, TELEGRAM, digest)
    assert desk.store.read_now(media.remote, TELEGRAM, digest) is None
