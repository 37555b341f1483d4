"""How much memory a process and its children hold at most."""

from __future__ import annotations

import threading

import psutil

SECONDS_BETWEEN_LOOKS = 0.1


class PeakMemory:
    """Watches a process and its children until :meth:`stop`.

    Parameters
    ----------
    pid : int
        The process.

    Attributes
    ----------
    bytes : int
        The most that they held in memory together; pages that they share count for each.
    """

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(SECONDS_BETWEEN_LOOKS):
            try:
                family = [self._process, *self._process.children(recursive=True)]
                self.bytes = max(self.bytes, sum(member.memory_info().rss for member in family))
            except psutil.Error:
                pass  # one of them has just ended
