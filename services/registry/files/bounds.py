"""How large an office file may be. A commune's list has some hundreds of rows; these are far above, and still harmless."""

from __future__ import annotations

MAX_FILE_BYTES = 25 * 1024 * 1024
MAX_UNPACKED_BYTES = 150 * 1024 * 1024
MAX_ARCHIVE_MEMBERS = 2_000
MAX_SHEETS = 60
MAX_ROWS = 60_000
MAX_COLUMNS = 200
MAX_CELLS = 2_000_000
"""Rows times columns of the sheets' used areas together: what a reader holds in memory at once."""
MAX_MERGED_RANGES = 50_000
