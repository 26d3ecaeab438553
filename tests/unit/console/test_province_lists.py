"""The demo's lists: as messy as promised, and their answers are those of a careful officer."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from console.demo.province.facts import communes
from console.demo.province.faults import FAULTS
from console.demo.province.legacy_text import to_tcvn3, to_vni
from console.demo.province.lists import CommuneList, write_lists
from console.demo.province.model import Province
from console.demo.province.names import without_marks
from console.demo.province.people import make_province
from console.demo.province.profiles import PROFILES, assign_profiles
from console.demo.province.truth import TruthRow

PEOPLE = 1_500
SEED = 7
PROFILE_NAMES = {"clean", "unicode", "numeric", "official", "dirty", "tcvn3", "vni", "csv"}
FAULT_NAMES = {
    "no_id", "dead_note", "coef_mismatch", "bad_phone", "id_sex_mismatch", "bad_id_length", "impossible_date",
    "future_birth", "missing_name", "duplicate_same", "duplicate_variant", "id_conflict", "duplicate", "conflict",
}  # fmt: skip


def _of(lists: list[CommuneList], profile: str) -> list[CommuneList]:
    return [one for one in lists if one.profile == profile]


def _cells(one: CommuneList) -> list[list[object]]:
    sheet = CalamineWorkbook.from_path(one.path).get_sheet_by_index(0)
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


def _all_rows(lists: list[CommuneList]) -> list[TruthRow]:
    return [row for one in lists for row in one.truth]


def test_the_same_province_and_seed_make_the_same_bytes(tmp_path: Path) -> None:
    small = make_province(150, 2)
    for name in ("one", "two"):
        write_lists(small, tmp_path / name, 2)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(names) == 2 * 141
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_every_commune_sends_one_list_named_after_it(province: Province, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    written = write_lists(make_province(20, 1), tmp_path, 1, lambda done, total: told.append((done, total)))
    assert [one.commune_code for one in written] == [commune.code for commune in province.communes]
    assert all(one.path.stem == f"{one.commune_code}-{one.profile}" for one in written)
    assert told == [(done, 141) for done in range(1, 142)]


def test_lists_of_an_earlier_run_do_not_stay(tmp_path: Path) -> None:
    few = make_province(20, 1)
    write_lists(few, tmp_path, 1)
    (tmp_path / "a note of mine.txt").write_text("stays", encoding="utf-8")
    kept = {one.path for one in write_lists(few, tmp_path, 2)}
    kept |= {path.with_suffix(".truth.json") for path in kept}
    assert set(tmp_path.iterdir()) == kept | {tmp_path / "a note of mine.txt"}


@pytest.mark.parametrize("seed", range(30))
def test_every_profile_appears_whatever_the_seed(seed: int) -> None:
    rng = Random(seed)
    sizes = [(commune.code, rng.randint(0, 40)) for commune in communes()]
    assigned = assign_profiles(sizes, rng)
    assert {profile.name for profile in assigned.values()} == PROFILE_NAMES == {profile.name for profile in PROFILES}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_small_province_has_every_fault_and_enough_for_the_officers(seed: int, tmp_path: Path) -> None:
    rows = _all_rows(write_lists(make_province(300, seed), tmp_path, seed))
    assert {row["fault"] for row in rows} == FAULT_NAMES | {None}
    _assert_shares(rows)


def test_shares_of_review_and_rejection(lists: list[CommuneList]) -> None:
    rows = _all_rows(lists)
    _assert_shares(rows)
    assert sum("person_key" in row for row in rows) == PEOPLE
    assert all(row["expect"] == "accepted" for one in lists if one.profile != "dirty" for row in one.truth)
    dealt = Counter(row["fault"] for row in rows if row["fault"] not in (None, "duplicate", "conflict"))
    cards = sum(dealt.values())
    for fault in FAULTS:
        assert abs(dealt[fault.name] - cards * fault.cards / 20) <= fault.cards + 1


def _assert_shares(rows: list[TruthRow]) -> None:
    expects = Counter(row["expect"] for row in rows)
    assert 0.05 <= expects["review"] / len(rows) <= 0.15
    assert 0.01 <= expects["rejected"] / len(rows) <= 0.05


def test_answers_are_those_of_a_careful_officer(lists: list[CommuneList], province: Province) -> None:
    people = {person.person_key: person for person in province.persons}
    for row in _all_rows(lists):
        assert ("answer" in row) == (row["expect"] != "accepted")
        if "answer" not in row:
            continue
        drop = row["fault"] in ("dead_note", "duplicate", "conflict")
        assert row["answer"]["action"] == ("drop" if drop else "correct")
        if not drop:
            record = row["answer"]["record"]
            person = people[row["person_key"]]
            assert (record["full_name"], record["national_id"]) == (person.full_name, person.national_id)
            assert record["category"] == person.category


def test_the_truth_beside_a_list_is_the_truth_returned(lists: list[CommuneList]) -> None:
    for one in lists[::20]:
        written = json.loads(one.path.with_suffix(".truth.json").read_text(encoding="utf-8"))
        assert written == {
            "file": one.path.name,
            "profile": one.profile,
            "commune_code": one.commune_code,
            "rows": one.truth,
        }


def test_clean_lists_say_what_the_truth_says(lists: list[CommuneList]) -> None:
    checked = 0
    for one in _of(lists, "clean"):
        cells = _cells(one)
        assert len(cells) == len(one.truth) + 1
        for row in one.truth:
            _assert_clean_row(cells[row["row"] - 1], row)
            checked += 1
    assert checked > PEOPLE / 20


def _assert_clean_row(cells: list[object], row: TruthRow) -> None:
    payee = row["payee"]
    assert cells[1] == row["full_name"]
    assert _birth_in(cells[2]) == row["birth_date"]
    assert cells[3] == {"male": "Nam", "female": "Nữ"}[row["sex"]]
    assert cells[4] == row["national_id"]
    assert cells[5] == row["ethnicity"]
    assert cells[6] == row["village"]
    assert cells[10:13] == ([payee["full_name"], payee["national_id"], payee["relationship"]] if payee else [""] * 3)
    assert cells[13] == ("0" + row["phone"][3:] if row["phone"] else "")
    assert cells[15] == (row["account_number"] if row["channel"] == "vietinbank" else "")
    assert isinstance(cells[8], float)
    assert cells[9] == 360_000 * cells[8] * (row["children_count"] or 1)


def _birth_in(cell: object) -> str:
    if isinstance(cell, float):
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    day, month, year = str(cell).replace("-", "/").split("/")
    return f"{year}-{int(month):02d}-{int(day):02d}"


def test_numeric_lists_have_lost_their_zeros(lists: list[CommuneList]) -> None:
    shorter = 0
    for one in _of(lists, "numeric"):
        for row, cells in ((row, _cells(one)[row["row"] - 1]) for row in one.truth):
            assert cells[4] == float(row["national_id"])
            assert isinstance(cells[13], float) == (row["phone"] is not None)
            shorter += row["national_id"].startswith("0")
    assert shorter > 20


def test_official_lists_have_births_by_sex_village_lines_and_ditto_marks(lists: list[CommuneList]) -> None:
    marks: Counter[object] = Counter()
    for one in _of(lists, "official"):
        cells = _cells(one)
        header = next(place for place, row in enumerate(cells) if row[2] == "Ngày, tháng, năm sinh")
        assert cells[header + 1][2] != cells[header + 1][3] != ""
        assert [row[1] for row in cells[-3:]] == ["Tổng cộng", "", "Người lập biểu"]
        village = ""
        for row in one.truth:
            line = cells[row["row"] - 1]
            assert (line[2] == "", line[3] == "") == ((False, True) if row["sex"] == "male" else (True, False))
            if village != row["village"]:
                village = row["village"]
                assert cells[row["row"] - 2][1] == line[6] == village
            marks[line[6]] += 1
            assert "," in str(line[8])
            assert str(line[9]).endswith("0.000")
    assert min(marks['"'], marks["nt"], marks["-nt-"]) > 5


def test_old_fonts_hide_the_text_behind_other_letters(lists: list[CommuneList]) -> None:
    for profile, encode in (("tcvn3", to_tcvn3), ("vni", to_vni)):
        for one in _of(lists, profile)[:4]:
            cells = _cells(one)
            for row in one.truth:
                assert " ".join(str(cells[row["row"] - 1][1]).split()) == encode(row["full_name"])
    vni = openpyxl.load_workbook(_of(lists, "vni")[0].path)
    assert vni.worksheets[0]["A1"].font.name == "VNI-Times"
    assert all(one.path.suffix == ".xls" for one in _of(lists, "tcvn3"))
    assert b".VnTime" in _of(lists, "tcvn3")[0].path.read_bytes()


def test_unicode_lists_come_in_parts(lists: list[CommuneList]) -> None:
    names = [(str(_cells(one)[row["row"] - 1][1]), row["full_name"]) for one in _of(lists, "unicode")[:6] for row in one.truth]
    assert any(not unicodedata.is_normalized("NFC", seen) for seen, _ in names)
    assert any("Ð" in seen for seen, _ in names)
    assert any(seen.isupper() for seen, _ in names)
    for seen, true in names:
        whole = " ".join(seen.replace("Ð", "Đ").split())
        assert without_marks(whole).casefold() == without_marks(true).casefold()
        assert "Đ" not in seen


def test_csv_lists_are_quoted_text_with_a_mark(lists: list[CommuneList]) -> None:
    for one in _of(lists, "csv"):
        raw = one.path.read_bytes()
        assert raw.startswith(b'\xef\xbb\xbf"')
        assert raw.endswith(b'"\r\n')
        rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
        assert len(rows) == len(one.truth) + 1
        for row in one.truth:
            assert rows[row["row"] - 1][4].replace(" ", "") == row["national_id"]


def test_faults_are_in_the_cells(lists: list[CommuneList]) -> None:
    seen: set[str] = set()
    for one in _of(lists, "dirty"):
        cells = _cells(one)
        firsts = {row["national_id"] for row in one.truth if "person_key" in row}
        for row in one.truth:
            fault = row["fault"]
            if fault is not None:
                _assert_fault(fault, cells[row["row"] - 1], row, firsts)
                seen.add(fault)
    assert seen == FAULT_NAMES


def _assert_fault(fault: str, cells: list[object], row: TruthRow, firsts: set[str]) -> None:
    if fault in ("duplicate", "conflict"):
        assert cells[4] in firsts
        assert row["expect"] == "review"
        return
    number = row["national_id"]
    wrong = {
        "no_id": cells[4] == "",
        "dead_note": str(cells[16]).startswith("Đã chết ngày"),
        "coef_mismatch": cells[8] == 9.0,
        "bad_phone": cells[13] == "0912",
        "id_sex_mismatch": cells[4] == f"{number[:3]}{int(number[3]) ^ 1}{number[4:]}",
        "bad_id_length": len(str(cells[4])) == 7,
        "impossible_date": str(cells[2])[:5] in ("30/02", "31/02", "31/04", "31/11"),
        "future_birth": str(cells[2])[-4:-1] == "203",
        "missing_name": cells[1] == "",
    }
    assert wrong.get(fault, cells[4] == number)
