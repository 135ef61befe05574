"""What the courier does for each carrying's first call, for a test's own calls."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.courier import gate


@contextmanager
def admitted(at: float) -> Iterator[None]:
    """The first call made inside passed the gate at this instant of the loop's clock."""
    token = gate._ticket.set([at])
    try:
        yield
    finally:
        gate._ticket.reset(token)
