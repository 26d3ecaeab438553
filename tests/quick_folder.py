"""Where the tests' own database servers lie: in memory, where the machine gives room for that.

Each module of tests has a database of its own, a thousand files that come and go. A disk's file system works longer at them than
the tests do: ext4 took 0.2 to 1.4 s of processor time for one copy (longer with each), memory takes 0.04 s.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM_BYTES = 6 * 2**30
"""What must be free there, and of memory at all, before a server begins: several workers have one each, of some 300 MB."""


def folder_for_server() -> Path:
    """A new folder that only this session uses.

    Not below pytest's own folder: another session of the same user shuts that to the server's user.
    """
    return Path(tempfile.mkdtemp(prefix="chitra-postgres-", dir=MEMORY if _has_room() else None))


def _has_room() -> bool:
    try:
        return min(shutil.disk_usage(MEMORY).free, _available_bytes()) >= ROOM_BYTES
    except (OSError, LookupError, ValueError):
        return False  # another system than Linux, or a small machine


def _available_bytes() -> int:
    """Memory that may be taken before the machine swaps."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    figures = dict(line.split(":", 1) for line in lines)
    return int(figures["MemAvailable"].split()[0]) * 1024
