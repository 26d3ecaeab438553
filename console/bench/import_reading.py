"""The process that `bench import` measures: it reads lists one after another, as `import check` does, and says what it took.

`python -m console.bench.import_reading FOLDER FILES`: so many files of a folder, over and over again where it has fewer.
"""

from __future__ import annotations

import sys
import time
from itertools import cycle, islice
from pathlib import Path

import orjson
import python_calamine

from console.importing.check import read_file
from console.importing.memory import peak_rss_mb, settle_collector
from services.registry.domain.lists.standardise import ListOptions
from services.registry.files.reference import load_reference

EARLY_FILES = 20


def main(folder: str, files: int) -> None:
    """Print the figures as one line of JSON."""
    lists = sorted(str(path) for path in Path(folder).iterdir() if path.suffix in (".xlsx", ".xls", ".csv"))
    chosen = list(islice(cycle(lists), files))
    reference, options = load_reference(), ListOptions()
    settle_collector()
    rows, early_mb = 0, 0.0
    began, began_cpu = time.perf_counter(), time.process_time()
    for number, path in enumerate(chosen, start=1):
        rows += len(read_file(path, reference, options).rows)
        if number == EARLY_FILES:
            early_mb = peak_rss_mb()
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    peak = peak_rss_mb()
    floor = _floor_seconds(chosen)
    figures = {
        "rows": rows,
        "rows_per_second": round(rows / seconds),
        "peak_rss_mb": peak,
        "files": len(chosen),
        "seconds": round(seconds, 3),
        "rows_per_cpu_second": round(rows / cpu_seconds),
        f"peak_rss_mb_after_{EARLY_FILES}_files": early_mb or peak,
        "floor_seconds": round(floor, 3),
        "ratio": round(seconds / floor, 1),
    }
    sys.stdout.buffer.write(orjson.dumps(figures) + b"\n")


def _floor_seconds(files: list[str]) -> float:
    """The least that the same files cost: their cells taken out by calamine, and nothing understood; a csv's bytes decoded."""
    began = time.perf_counter()
    for path in files:
        if path.endswith(".csv"):
            Path(path).read_text(encoding="utf-8-sig")
        else:
            book = python_calamine.CalamineWorkbook.from_path(path)
            for name in book.sheet_names:
                book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
