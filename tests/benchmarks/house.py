"""The real `livedesk run` in a process of its own; only its platforms' addresses differ.

It speaks to nobody but the platforms themselves (promise P11), so it is told here where the stage is.

python -m tests.benchmarks.house STAGE
"""

import sys
from functools import partial

from bots import app
from bots.cli import door, run


def main(stage: str) -> int:
    """What `livedesk run` does, on the stage."""
    run.Member = partial(app.Member, stage=stage)  # type: ignore[assignment,misc]  # only its stage is given
    return door.enter(["run"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
