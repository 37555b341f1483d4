"""The peak of a process and its children is seen."""

from __future__ import annotations

import subprocess
import sys
import time

from bookbuild.memory import PeakMemory

# A process that starts a child; first the child and then its parent fills 100 MB, says so, and waits for a line.
FILL = "block = bytearray(100_000_000); print('full', flush=True); input(); del block"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {FILL!r}]); {FILL}"


def test_the_peak_of_parent_and_child() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdin is not None and process.stdout is not None
    for _ in ("child", "parent"):
        assert process.stdout.readline() == "full\n"
        peak = PeakMemory(process.pid)
        while peak.bytes < 100e6:  # until it is seen; a wait in vain ends with pytest's own time-out
            time.sleep(0.01)
        peak.stop()
        # One block at a time, and two interpreters of some 10 MB each.
        assert peak.bytes < 180e6
        process.stdin.write("\n")
    process.communicate()
    assert process.returncode == 0
