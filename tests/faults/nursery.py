"""A warm parent: everything is imported, nothing is open, and each life is a fork that begins at once.

Asked by JSON lines on its standard input; it tells of births and deaths on its standard output, where its children
report too. When its input ends it takes its whole process group along.
"""

import gc
import json
import os
import selectors
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

_LINE = 65536


def tell(**what: Any) -> None:
    """Report a line; short enough that those of several processes never mix."""
    os.write(1, (json.dumps(what) + "\n").encode())


def main(live: Callable[[dict[str, Any]], None]) -> NoReturn:
    """Bear a child for every line, until there are no more."""
    bell, striker = os.pipe()
    os.set_blocking(striker, False)
    signal.set_wakeup_fd(striker)
    # A handler that does nothing, so that the signal rings the bell.
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waiting = selectors.DefaultSelector()
    waiting.register(0, selectors.EVENT_READ)
    waiting.register(bell, selectors.EVENT_READ)
    gc.collect()
    gc.freeze()
    tell(ready=os.getpid())
    rest = b""
    while True:
        for key, _ in waiting.select():
            data = os.read(key.fd, _LINE)
            if key.fd == bell:
                for pid, status in _ended():
                    tell(died=pid, status=os.waitstatus_to_exitcode(status))
                continue
            if not data:
                os.killpg(0, signal.SIGKILL)
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                _bear(json.loads(line), live, (bell, striker))


def _bear(orders: dict[str, Any], live: Callable[[dict[str, Any]], None], ours: tuple[int, int]) -> None:
    child = os.fork()
    if child:
        tell(born=child, of=orders["of"])
    else:
        _grow_up(orders, live, ours)


def _grow_up(orders: dict[str, Any], live: Callable[[dict[str, Any]], None], ours: tuple[int, int]) -> NoReturn:
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in ours:
            os.close(descriptor)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        live(orders)
        code = 0
    except BaseException:  # noqa: BLE001  a child must never become a second parent
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        # Nothing of the parent's is finished here a second time.
        os._exit(code)


def _ended() -> Iterator[tuple[int, int]]:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, status


if __name__ == "__main__":
    from tests.faults import house, life

    if sys.argv[1:] == ["houses"]:
        main(house.live)
    life.warm_up()
    main(life.live)
