"""How well a reader reads the lists: fields, statuses and finding codes against the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.registry.second_generator.commune_list import CommuneList

FIELDS = (
    "children_count", "full_name", "sex", "birth_date", "national_id", "national_id_kind", "ethnicity", "commune_code", "village",
    "category", "phone", "channel", "account_number", "payee",
)  # fmt: skip
MEASURED_INFO = frozenset(
    {
        "id_zero_restored", "id_second_number", "phone_prefix_2018", "phone_second_number", "birth_two_digit_year",
        "birth_from_number",
        "ditto_read", "merged_read", "hidden_row", "sex_from_id", "village_from_heading", "category_from_heading",
        "category_by_coefficient", "birth_month_first", "channel_unknown", "payee_id_length",
    }
)  # fmt: skip


@dataclass(frozen=True)
class ReadRow:
    """What a reader made of a row; `grave` are the codes that send it to review or reject it."""

    status: str
    record: Mapping[str, Any]
    grave: frozenset[str]
    info: frozenset[str]


Reader = Callable[[CommuneList], Mapping[tuple[str, int], ReadRow]]


@dataclass
class Score:
    """Right and wrong, with each disagreement in words."""

    fields: Counter[str] = field(default_factory=Counter)
    wrong_fields: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    invented: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    @property
    def field_share(self) -> float:
        """The share of fields read as truth has them."""
        total = sum(self.fields.values())
        return 1 - sum(self.wrong_fields.values()) / total if total else 1.0

    def recall(self, label: str) -> float:
        """Of those there, the share found."""
        return self.hits[label] / max(self.hits[label] + self.missed[label], 1)

    def precision(self, label: str) -> float:
        """Of those found, the share there."""
        return self.hits[label] / max(self.hits[label] + self.invented[label], 1)

    def labels(self) -> list[str]:
        """Every status and code that was there or was said."""
        return sorted({*self.hits, *self.missed, *self.invented})

    def compare(self, where: str, expected: Iterable[str], said: Iterable[str], aside: str) -> None:
        """Counts labels of one row."""
        there, found = set(expected), set(said)
        self.hits.update(there & found)
        self.missed.update(there - found)
        self.invented.update(found - there)
        self.disagreements += [f"{where} missed {label} {aside}" for label in sorted(there - found)]
        self.disagreements += [f"{where} invented {label} {aside}" for label in sorted(found - there)]


def score(lists: Iterable[CommuneList], reader: Reader) -> Score:
    """A reader's score over lists."""
    result = Score()
    for commune_list in lists:
        rows = dict(reader(commune_list))
        for line in commune_list.lines:
            where = f"seed {commune_list.seed} row {line.place[1]} {line.faults or ''}"
            read = rows.pop(line.place, None) or ReadRow("unread", {}, frozenset(), frozenset())
            _compare_fields(result, where, {name: line.truth[name] for name in FIELDS if name not in line.unsure}, read.record)
            aside = f"written { ({k: v for k, v in line.cells.items() if v is not None}) }"
            result.compare(where, {line.status} - {"accepted"}, {read.status} - {"accepted"}, aside)
            info = (read.info & MEASURED_INFO) if line.status != "rejected" else line.codes & MEASURED_INFO
            result.compare(where, line.codes, read.grave | info, aside)
        for place in rows:
            result.compare(f"seed {commune_list.seed} row {place[1]}", (), {"row_that_is_nobody"}, "")
    return result


def _compare_fields(result: Score, where: str, truth: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    for name in truth:
        result.fields[name] += 1
        if record.get(name) != truth[name]:
            result.wrong_fields[name] += 1
            result.disagreements.append(f"{where} field {name}: truth {truth[name]!r}, read {record.get(name)!r}")
