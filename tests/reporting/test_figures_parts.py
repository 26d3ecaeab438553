"""The small rules behind figures: units over the reforms, CSV fields, times, shares."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from services.reporting.domain.figures import parse_query
from services.reporting.domain.folding import Fold, share
from services.reporting.domain.succession import Successions
from services.reporting.files.csv_file import as_csv
from shared import reference
from shared.kernel.errors import Refusal

UNITS = {unit.unit_id: unit for unit in reference.units()}
ROWS = reference.read_rows("units_map.csv")


def test_every_commune_of_2021_is_one_of_each_later_day() -> None:
    successions = Successions(ROWS, UNITS)
    of_2021 = [u for u in UNITS.values() if u.level == "commune" and u.valid_from == date(2021, 7, 1)]
    for day, communes in ((date(2022, 1, 1), 141), (date(2025, 2, 1), 133), (date(2025, 8, 1), 40)):
        heirs = {successions.on(unit, day).unit.unit_id for unit in of_2021}
        assert len(heirs) == communes
        assert all(UNITS[heir].valid_from <= day for heir in heirs)
        assert not any(successions.on(unit, day).in_parts for unit in of_2021)
    between = [u for u in UNITS.values() if u.level == "commune" and u.valid_from == date(2025, 1, 1)]
    assert len({successions.on(unit, date(2025, 8, 1)).unit.unit_id for unit in between}) == 40


def test_a_commune_mapped_in_parts_is_marked() -> None:
    rows = [{**row, "part": "most"} if row["code_2021"] == "19750" else row for row in ROWS]
    became = Successions(rows, UNITS).on(UNITS["19750@2021-07-01"], date(2025, 8, 1))
    assert (became.unit.unit_id, became.in_parts) == ("19753@2025-07-01", True)


def test_a_commune_that_nobody_mapped_is_itself_and_a_later_one_is_refused() -> None:
    successions = Successions(ROWS, UNITS)
    elsewhere = replace(UNITS["19750@2021-07-01"], unit_id="00001@2021-07-01", code="00001")
    assert successions.on(elsewhere, date(2025, 8, 1)).unit == elsewhere
    with pytest.raises(Refusal, match="units-gone-by"):
        successions.on(UNITS["19753@2025-07-01"], date(2025, 2, 1))


def test_csv_is_read_as_it_was_written_and_calculates_nothing() -> None:
    texts = ["=1+1", "+84", "-5", "@SUM(A1)", "\tx", 'Xã "A", \r\nB', "Phường Phú Bài", ""]
    data = as_csv(["a", "b"], [[text, -5] for text in texts])
    assert data.startswith(b"\xef\xbb\xbfa,b\r\n")
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [line[0] for line in read[1:]] == [f"'{t}" if t[:1] in tuple("=+-@\t") and t else t for t in texts]
    assert {line[1] for line in read[1:]} == {"-5"}
    values = as_csv(["x"], [[None], [True], [False], [0.5], [1 / 3]]).decode("utf-8-sig")
    assert values.split("\r\n") == ["x", '""', "true", "false", "0.5", "0.333333", ""]


def test_shares_are_rounded_down() -> None:
    assert share(7_999_999, 10_000_000) == 0.799999
    assert share(8, 10) == 0.8
    assert share(0, 0) is None


def test_a_row_knows_what_it_hides_and_what_was_divided() -> None:
    query = parse_query("people,share_by_account", "month,sex", [], "2021-10", "2021-10")
    fold = Fold(query)
    male, female, nobody = ("2021-10-01", "male"), ("2021-10-01", "female"), ("2021-10-01", "other")
    fold.add(male, "people", 10)
    fold.add(male, "by_account", 7)
    fold.add(female, "people", 3)
    fold.hide(female, "by_account")
    fold.add(nobody, "people", 0)
    fold.mark(male)
    rows = fold.rows()
    assert [(r.key, dict(r.values), r.suppressed, r.in_parts) for r in rows] == [
        (female, {"people": 3, "share_by_account": None}, True, False),
        (male, {"people": 10, "share_by_account": 0.7}, False, True),
    ]
