"""Which SQLite we carry: not the machine's, but the one that comes with `pysqlite3`."""


def version() -> tuple[int, ...]:
    """Its version, such as (3, 53, 4)."""
    import pysqlite3

    return tuple(pysqlite3.sqlite_version_info)
