"""The dry run: lists are read and standardised by the very rules of the API, and nothing is stored.

Numbers are in clear: it is the officer's own file. With `--json` standard output carries one line for each data row and
nothing else.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import orjson

from console.importing.memory import settle_collector
from services.registry.domain.lists.records import ListReading
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.standardise import ListOptions
from services.registry.files.bounds import MAX_FILE_BYTES
from services.registry.files.lists import read_list
from services.registry.files.reference import load_reference
from shared.kernel.errors import ErrorCode, Kind, Refusal

FILE_UNREADABLE = ErrorCode("file-unreadable", Kind.INVALID, "The file can't be opened", "Không mở được tệp")
WRONG_MONTH_OPTION = ErrorCode(
    "wrong-month", Kind.INVALID, "--month is no month (YYYY-MM)", "--month không phải là tháng (YYYY-MM)"
)
SEVERAL_COMMUNES_VI = "các trang thuộc nhiều xã/phường; khi gửi chính thức phải tách mỗi xã/phường một tệp"
SEVERAL_COMMUNES_EN = "sheets of several communes: to be sent in, each commune needs a file of its own"


@dataclass(slots=True)
class CheckTally:
    """What came of all files."""

    files: int = 0
    refused: int = 0
    rows: Counter[str] = field(default_factory=Counter)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the action."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a list: .xlsx, .xls or .csv")
    parser.add_argument("--commune", metavar="CODE", help="the commune's code, where neither titles nor file name say it")
    parser.add_argument("--month", metavar="YYYY-MM", help="the benefit month; default: as the list says")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each data row, on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Check all files; 0 when each could be read, whatever its rows, 2 when one could not."""
    options = ListOptions(commune_code=arguments.commune, month=_month(arguments.month))
    check = _print_lines if arguments.json else _print_report
    return 2 if check(arguments.files, options).refused else 0


def _month(text: str | None) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        raise Refusal(WRONG_MONTH_OPTION, text or "") from None


def read_file(path: str, reference: Reference, options: ListOptions) -> ListReading:
    """One file, read. Refused: `file-unreadable`, and what `read_list` refuses."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise Refusal(FILE_UNREADABLE, f"{path}: {error.strerror}", file=path) from None
    return read_list(data, Path(path).name, reference, options)[1]


def say_refused(path: str, refusal: Refusal) -> None:
    """Why a file was not read, in both languages, on standard error."""
    name = Path(path).name
    detail = refusal.detail.removeprefix(f"{path}: ").removeprefix(f"{name}: ")
    about = f" ({detail})" if detail and detail not in (path, name) else ""
    code = refusal.code
    print(f"{path}: {code.title_vi}{about} [{code.code}]\n    {code.title_en}", file=sys.stderr)


def warnings_of(reading: ListReading) -> list[tuple[str, str]]:
    """What is odd about a list that could be read, in Vietnamese and English."""
    odd = []
    if not reading.rows:
        odd.append(("danh sách không có đối tượng nào", "the list names nobody"))
    names = sorted({sheet.commune.name for sheet in reading.sheets})
    if len({sheet.commune.code for sheet in reading.sheets}) > 1:
        odd.append((f"{SEVERAL_COMMUNES_VI} ({', '.join(names)})", SEVERAL_COMMUNES_EN))
    return odd


def _readings(files: Sequence[str], options: ListOptions, tally: CheckTally) -> Iterator[tuple[str, ListReading | None]]:
    """Each file with its reading, None for one that was refused. One reading is held at a time."""
    reference = load_reference()
    settle_collector()
    for path in files:
        tally.files += 1
        reading: ListReading | None = None
        try:
            reading = read_file(path, reference, options)
        except Refusal as refusal:
            tally.refused += 1
            say_refused(path, refusal)
        yield path, reading


def _print_lines(files: Sequence[str], options: ListOptions) -> CheckTally:
    tally = CheckTally()
    out = sys.stdout.buffer
    with _progress_on_stderr(len(files)) as advance:
        for path, reading in _readings(files, options, tally):
            if reading is not None:
                out.writelines(orjson.dumps(row.as_json(path), option=orjson.OPT_APPEND_NEWLINE) for row in reading.rows)
                for vietnamese, english in warnings_of(reading):
                    print(f"{path}: {vietnamese}\n    {english}", file=sys.stderr)
            advance()
    out.flush()
    return tally


@contextmanager
def _progress_on_stderr(total: int) -> Iterator[Callable[[], None]]:
    """A progress bar where somebody looks; rich is loaded only then."""
    if total < 2 or not sys.stderr.isatty():
        yield lambda: None
        return
    from console.importing.show import progress_of_files

    with progress_of_files(total) as advance:
        yield advance


def _print_report(files: Sequence[str], options: ListOptions) -> CheckTally:
    from console.importing.show import CheckReport

    tally = CheckTally()
    with CheckReport(len(files)) as report:
        for path, reading in _readings(files, options, tally):
            if reading is not None:
                tally.rows.update(row.status.value for row in reading.rows)
                report.show_list(path, reading, warnings_of(reading))
            report.advance()
        report.show_total(tally.files, tally.refused, tally.rows)
    return tally
