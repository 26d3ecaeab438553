"""Processor time of a database server, where the system tells it (Linux): on a crowded machine the clock on the wall also
measures the neighbours."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_PROC = Path("/proc")


def server_cpu_seconds(data: Path) -> float | None:
    """What the server of a data directory has used so far, in all its processes; None where nobody tells."""
    if not _PROC.joinpath("self", "stat").exists():
        return None
    return process_cpu_seconds(int((data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]))


def process_cpu_seconds(pid: int) -> float | None:
    """What a process has used so far, with all below it; None where nobody tells."""
    if not _PROC.joinpath("self", "stat").exists():
        return None
    found = {int(process.name): _read(process) for process in _PROC.iterdir() if process.name.isdigit()}
    ticks = sum(used for each, (_, used) in found.items() if _is_below(each, pid, found))
    return ticks / os.sysconf("SC_CLK_TCK")


def _read(process: Path) -> tuple[int, int]:
    """A process's parent, and its ticks with those of its children that ended."""
    try:
        fields = process.joinpath("stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:  # it ended meanwhile
        return 0, 0
    return int(fields[1]), sum(map(int, fields[11:15]))


def _is_below(pid: int, top: int, found: Mapping[int, tuple[int, int]]) -> bool:
    while pid and pid != top:
        pid = found.get(pid, (0, 0))[0]
    return pid == top
