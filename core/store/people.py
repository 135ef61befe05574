"""Who may speak for the newsroom. A person is a random key; only here is it tied to an account on a platform."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from core.model import Coverage, Person, Platform, Role
from core.store import audit, coverages, sql, tables

_PERSON = tables.person.c
_ACCOUNT = tables.person_account.c
_INVITE = tables.invite.c


def invite(
    conn: sa.Connection, *, name: str, role: Role, code_hash: str, expires_at: datetime, by: str, now: datetime
) -> None:
    """Keep an invitation by the hash of its code; the code itself is nowhere."""
    row = {"code_hash": code_hash, "name": name, "role": role, "by": by, "created_at": now, "expires_at": expires_at}
    conn.execute(tables.invite.insert().values(**row))
    audit.write(conn, at=now, by=by, action="invite", subject="role", subject_id=role.value)


def redeem(
    conn: sa.Connection, *, code_hash: str, platform: Platform, external_id: int, now: datetime
) -> Person | None:
    """Enrol an account by an invitation: once, and not after it expired; else None.

    An account we know keeps its person, who takes the invitation's name and role.
    """
    usable = _INVITE.code_hash == code_hash, _INVITE.used_at.is_(None), _INVITE.expires_at > now
    used = tables.invite.update().where(*usable).values(used_at=now).returning(_INVITE.name, _INVITE.role)
    given = conn.execute(used).first()
    if given is None:
        return None
    known = who(conn, platform, external_id)
    key = known.key if known else secrets.token_urlsafe(16)
    if known:
        conn.execute(tables.person.update().where(_PERSON.key == key).values(name=given.name, role=given.role))
    else:
        conn.execute(tables.person.insert().values(key=key, name=given.name, role=given.role, created_at=now))
        bound = sql.insert(conn, tables.person_account).values(
            platform=platform, external_id=external_id, person_key=key, created_at=now
        )
        # Two invitations redeemed by one account in one moment: the later one speaks for the account.
        conn.execute(bound.on_conflict_do_update(index_elements=["platform", "external_id"], set_={"person_key": key}))
    audit.write(
        conn, at=now, by=key, action="enrol", subject="person", subject_id=key, detail={"role": given.role.value}
    )
    return Person(key, given.name, given.role)


def who(conn: sa.Connection, platform: Platform, external_id: int) -> Person | None:
    """Who is enrolled under this numeric id."""
    wanted = _people().join(tables.person_account, _ACCOUNT.person_key == _PERSON.key)
    row = conn.execute(wanted.where(_ACCOUNT.platform == platform, _ACCOUNT.external_id == external_id)).first()
    return None if row is None else Person(row.key, row.name, row.role)


def get(conn: sa.Connection, key: str) -> Person | None:
    """A person by key; None when they were removed."""
    row = conn.execute(_people().where(_PERSON.key == key)).first()
    return None if row is None else Person(row.key, row.name, row.role)


def listed(conn: sa.Connection) -> tuple[Person, ...]:
    """Everyone enrolled, by name."""
    rows = conn.execute(_people().order_by(_PERSON.name, _PERSON.key))
    return tuple(Person(row.key, row.name, row.role) for row in rows)


def accounts_of(conn: sa.Connection, key: str) -> tuple[tuple[Platform, int], ...]:
    """The accounts a person speaks from, by platform and numeric id."""
    mine = sa.select(_ACCOUNT.platform, _ACCOUNT.external_id).where(_ACCOUNT.person_key == key)
    return tuple((row.platform, row.external_id) for row in conn.execute(mine.order_by(_ACCOUNT.created_at)))


def remove(conn: sa.Connection, key: str, *, by: str, now: datetime) -> bool:
    """Take away every right at once, and the tie between the key and any account. False when nobody has this key."""
    if conn.execute(tables.person.delete().where(_PERSON.key == key).returning(_PERSON.key)).first() is None:
        return False
    conn.execute(tables.draft.delete().where(tables.draft.c.person_key == key))
    conn.execute(tables.button.delete().where(tables.button.c.person_key == key))
    audit.write(conn, at=now, by=by, action="remove", subject="person", subject_id=key)
    return True


def choose_coverage(conn: sa.Connection, person_key: str, coverage_id: int) -> None:
    """From now on this person means this coverage when they name none."""
    conn.execute(tables.person.update().where(_PERSON.key == person_key).values(coverage_id=coverage_id))


def chosen_coverage(conn: sa.Connection, person_key: str) -> Coverage | None:
    """The coverage a person means when they name none."""
    chosen = conn.execute(sa.select(_PERSON.coverage_id).where(_PERSON.key == person_key)).scalar()
    return None if chosen is None else coverages.get(conn, chosen)


def _people() -> sa.Select[tuple[str, str, Role]]:
    return sa.select(_PERSON.key, _PERSON.name, _PERSON.role)
