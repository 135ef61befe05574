"""A few threads that work for the event loop: whoever is urgent goes first, everybody else in turn."""

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from core.errors import StoreTrouble

T = TypeVar("T")

_URGENT, _USUAL, _STOP = 0, 1, 2
_Job = tuple[int, int, "Future[Any] | None", Callable[[], Any]]


class Crew:
    """Threads with one queue. They start with the first job and end with `close`."""

    def __init__(self, name: str, size: int) -> None:
        """`size` is how many work at once; one means strictly in turn."""
        self._name = name
        self._size = size
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._turn = itertools.count()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, work: Callable[[], T], *, urgent: bool = False) -> "Future[T]":
        """Queue `work`; raises StoreTrouble after `close`."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise StoreTrouble("The store is closed already: this is a mistake in Livedesk, please report it.")
            if len(self._threads) < self._size:
                self._start()
            self._jobs.put((_URGENT if urgent else _USUAL, next(self._turn), future, work))
        return future

    def close(self) -> None:
        """Finish what is queued, then end the threads."""
        with self._lock:
            self._closed = True
            threads, self._threads = self._threads, []
            for _ in threads:
                self._jobs.put((_STOP, next(self._turn), None, lambda: None))
        for thread in threads:
            thread.join()

    def _start(self) -> None:
        # A daemon, so that a forgotten store never keeps a process alive: a transaction it cuts is not half-written.
        thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        while True:
            _, _, future, work = self._jobs.get()
            if future is None:
                return
            if future.set_running_or_notify_cancel():
                try:
                    result = work()
                except BaseException as error:  # noqa: BLE001 -- it belongs to whoever awaits the future
                    future.set_exception(error)
                else:
                    future.set_result(result)
            del future, work
