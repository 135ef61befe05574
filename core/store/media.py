"""Pictures as blobs named by their own sha256, and what each platform calls them once it has them."""

import hashlib
from datetime import datetime

import sqlalchemy as sa

from core.model import Asset
from core.store import sql, tables

_ASSET = tables.asset.c
_UPLOAD = tables.asset_upload.c


def keep(conn: sa.Connection, asset: Asset, data: bytes, now: datetime) -> None:
    """Keep a picture's bytes; the same picture twice is one. ValueError when they are not what the digest names."""
    if hashlib.sha256(data).hexdigest() != asset.digest:
        raise ValueError("these bytes have another digest")
    row = {name: getattr(asset, name) for name in Asset.__dataclass_fields__}
    new = sql.insert(conn, tables.asset).values(**row, created_at=now, bytes=data)
    conn.execute(new.on_conflict_do_nothing())


def asset(conn: sa.Connection, digest: str) -> Asset | None:
    """What we know of a picture."""
    names = tuple(Asset.__dataclass_fields__)
    row = conn.execute(sa.select(*(_ASSET[name] for name in names)).where(_ASSET.digest == digest)).first()
    return None if row is None else Asset(*row)


def read(conn: sa.Connection, digest: str) -> bytes:
    """A picture's bytes; LookupError when we do not have them."""
    data = conn.execute(sa.select(_ASSET.bytes).where(_ASSET.digest == digest)).scalar()
    if data is None:
        raise LookupError(f"no picture {digest}")
    return bytes(data)


def remote(conn: sa.Connection, account: str, digest: str) -> str | None:
    """What an account's platform calls a picture it has already."""
    here = _UPLOAD.account == account, _UPLOAD.digest == digest
    return conn.execute(sa.select(_UPLOAD.remote_id).where(*here)).scalar()


def remember(conn: sa.Connection, account: str, digest: str, remote_id: str) -> None:
    """What the platform called it when it took it; the newest name counts."""
    new = sql.insert(conn, tables.asset_upload).values(account=account, digest=digest, remote_id=remote_id)
    conn.execute(new.on_conflict_do_update(index_elements=["account", "digest"], set_={"remote_id": remote_id}))


def forget(conn: sa.Connection, account: str, digest: str) -> None:
    """The platform no longer knows that name: upload it again next time."""
    conn.execute(tables.asset_upload.delete().where(_UPLOAD.account == account, _UPLOAD.digest == digest))
