"""Memory of a process that reads one list after another: what stays is set aside, what goes is not looked for too often."""

from __future__ import annotations

import gc
import resource
import sys
from pathlib import Path

_NEW_OBJECTS = 200_000
"""Some lists of 400 rows make as many; they hold no cycles, so that looking for them more often frees nothing."""


def settle_collector() -> None:
    """Call once, when modules and reference facts are loaded: a fifth of the reading time goes into collecting else."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 20)


def peak_rss_mb() -> float:
    """The most memory that this process ever held. (`ru_maxrss` alone would count what its parent held as it was made.)"""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return round(int(line.split()[1]) / 1024, 1)
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)
