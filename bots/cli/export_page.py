"""`livedesk export`: a coverage leaves the house as a page, whole or not at all."""

import os
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bots.cli import asked, stores, troubles
from core import formats
from core.model import Coverage
from core.newsroom import pages
from core.store import Store, coverages


class Form(StrEnum):
    """What a coverage can be written as."""

    JSONLD = "jsonld"


def command(
    context: typer.Context,
    coverage: Annotated[str, typer.Argument(help="Its slug; not needed when there is only one.")] = "",
    form: Annotated[Form, typer.Option("--format", help="schema.org LiveBlogPosting as JSON-LD.")] = Form.JSONLD,
    output: Annotated[
        Path | None, typer.Option(help="Write it there, whole or not at all; else to standard output.")
    ] = None,
) -> None:
    """Write a coverage with its corrections and retractions."""
    with stores.opened_to_read(asked.of(context).settings()) as store:
        page = store.read_now(pages.read, _chosen(store, coverage).id)
    written = {Form.JSONLD: formats.write_jsonld}[form](page, now=asked.now())
    if output is None or str(output) == "-":
        sys.stdout.buffer.write(written)
        sys.stdout.buffer.flush()
    else:
        _put(written, output)
        print(f"{output}: {len(page.entries)} entries", file=sys.stderr)


def _chosen(store: Store, slug: str) -> Coverage:
    every = store.read_now(coverages.listed)
    wanted = [one for one in every if one.slug == slug.strip().casefold()] if slug else every
    if len(wanted) == 1:
        return wanted[0]
    if not every:
        raise troubles.Trouble("There is no coverage to export yet")
    names = ", ".join(one.slug for one in every)
    raise troubles.Trouble(
        f"There is no coverage {slug}, only: {names}" if slug else f"Which coverage? There are: {names}"
    )


def _put(written: bytes, output: Path) -> None:
    """Write beside it and rename, so that whoever reads the file sees the old one or the new one."""
    if output.exists() and not output.is_file():
        # A pipe or a device has no old one, and must not be replaced by a file. A folder says that it is one.
        output.write_bytes(written)
        return
    output = output.resolve()
    try:
        handle, beside = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(written)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).chmod(0o666 & ~_umask())
            Path(beside).replace(output)
        except OSError:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        # A person knows the name they gave, not the one beside it.
        raise OSError(error.errno, error.strerror, str(output)) from error


def _umask() -> int:
    """What this user's new files keep from others; the system tells only by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
