"""The peak of a process and its children is seen."""

from __future__ import annotations

import subprocess
import sys
import time

from bookbuild.memory import PeakMemory

# A process that starts a child; each fills 100 MB that are then given back.
FILL = "block = bytearray(100_000_000); import time; time.sleep(0.5); del block; time.sleep(0.3)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {FILL!r}]); {FILL}"


def test_the_peak_of_parent_and_child() -> None:
    process = subprocess.Popen([sys.executable, "-c", PARENT])
    peak = PeakMemory(process.pid)
    process.wait()
    time.sleep(0.2)
    peak.stop()
    # One block at a time, and two interpreters of some 10 MB each.
    assert 100e6 < peak.bytes < 180e6
