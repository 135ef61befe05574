"""The SQLite that comes with us."""


def version() -> tuple[int, ...]:
    """Its version, for example (3, 53, 4)."""
    import pysqlite3.dbapi2

    return tuple(map(int, pysqlite3.dbapi2.sqlite_version.split(".")))
