"""What a dry run found, for people to read: a table for each list, and the rows that need an officer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from services.registry.domain.lists.findings import Severity
from services.registry.domain.lists.records import ListReading, RowReading, RowStatus

STATUS_WORDS = {
    RowStatus.ACCEPTED: ("Chấp nhận", "green"),
    RowStatus.REVIEW: ("Cần xem lại", "yellow"),
    RowStatus.REJECTED: ("Từ chối", "red"),
}
MONTH_SOURCES = {
    "option": "theo tùy chọn",
    "title": "theo tiêu đề",
    "file_name": "theo tên tệp",
    "inferred": "suy từ tuổi, hệ số, mức tiền",
    "assumed": "giả định",
}


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True)


@contextmanager
def progress_of_files(total: int) -> Iterator[Callable[[], None]]:
    """A progress bar over files on standard error; what is given back advances it by one."""
    with _bar(Console(stderr=True)) as progress:
        task = progress.add_task("Đọc danh sách", total=total)
        yield lambda: progress.advance(task)


class CheckReport:
    """Prints as files are read: nothing is held back, so memory does not grow with their number."""

    def __init__(self, total: int) -> None:
        self._console = Console()
        self._progress = _bar(self._console)
        self._task = self._progress.add_task("Đọc danh sách", total=total)

    def __enter__(self) -> CheckReport:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def advance(self) -> None:
        """One more file is done."""
        self._progress.advance(self._task)

    def show_list(self, path: str, reading: ListReading, warnings: Sequence[tuple[str, str]]) -> None:
        """One list: its commune and month, how its rows stand, and those that need an officer."""
        console = self._console
        head = Text(path, style="bold")
        communes = ", ".join(sorted({f"{sheet.commune.name} ({sheet.commune.code})" for sheet in reading.sheets}))
        head.append(f"  {communes} · tháng {reading.month:%m/%Y} ({MONTH_SOURCES[reading.month_source]})", style="not bold")
        console.print(head)
        console.print(_counts(Counter(row.status.value for row in reading.rows)))
        for vietnamese, english in warnings:
            console.print(Text(f"⚠ {vietnamese} / {english}", style="yellow"))
        for note in reading.notes:
            if note.finding.severity is not Severity.INFO:
                console.print(Text(f"⚠ {note.finding.message_vi}", style="yellow"))
        waiting = [row for row in reading.rows if row.status is not RowStatus.ACCEPTED]
        if waiting:
            console.print(_rows(waiting, several=len(reading.sheets) > 1))
        console.print()

    def show_total(self, files: int, refused: int, rows: Counter[str]) -> None:
        """All lists together, where there are several."""
        if files > 1:
            total = Text(f"{files} tệp", style="bold")
            if refused:
                total.append(f", {refused} tệp không đọc được", style="red")
            self._console.print(total, _counts(rows))


def _counts(rows: Counter[str]) -> Text:
    text = Text(f"  {sum(rows.values())} dòng:")
    for status, (words, colour) in STATUS_WORDS.items():
        text.append(f"  {words.lower()} {rows[status.value]}", style=colour if rows[status.value] else "dim")
    return text


def _rows(rows: Sequence[RowReading], *, several: bool) -> Table:
    table = Table(show_edge=False, pad_edge=False, expand=False)
    for heading in (*(["Trang"] if several else []), "Dòng", "Họ tên", "Kết quả"):
        table.add_column(heading, no_wrap=heading != "Họ tên", justify="right" if heading == "Dòng" else "left")
    table.add_column("Cần xử lý", overflow="fold")
    for row in rows:
        words, colour = STATUS_WORDS[row.status]
        said = "\n".join(finding.message_vi for finding in row.findings if finding.severity is not Severity.INFO)
        name = row.record.full_name or "(không có họ tên)"
        cells = [Text(row.sheet)] if several else []
        table.add_row(*cells, str(row.row), Text(name), Text(words, style=colour), Text(said))
    return table
