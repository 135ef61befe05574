"""`python -m bots`; the console script is `livedesk`."""

import sys

from bots.cli import door


def main() -> None:
    """Open the door to whoever typed the command."""
    sys.exit(door.enter(sys.argv[1:]))


if __name__ == "__main__":
    main()
