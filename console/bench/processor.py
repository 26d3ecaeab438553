"""Processor time of a database server, where the system tells it (Linux): on a crowded machine the clock on the wall also
measures the neighbours."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")


def server_cpu_seconds(data: Path) -> float | None:
    """What the server of a data directory has used so far, in all processes that live; None where nobody tells."""
    if not _PROC.joinpath("self", "stat").exists():
        return None
    server = int((data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    ticks = sum(_ticks(int(process.name), server) for process in _PROC.iterdir() if process.name.isdigit())
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int, server: int) -> int:
    try:
        fields = _PROC.joinpath(str(pid), "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:  # it ended meanwhile
        return 0
    parent, user, system = int(fields[1]), int(fields[11]), int(fields[12])
    return user + system if server in (pid, parent) else 0
