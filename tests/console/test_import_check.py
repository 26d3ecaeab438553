"""`./chitra import check`: the dry run of commune lists, without a database."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from console.main import main
from tests.registry.commune_lists import HEADER, Line, workbook

GOOD = Line("Nguyễn Thị Hòa", "22/08/1938", "Nữ", "046138235639")
NO_NUMBER = Line("Lê Thị Mận", "03/04/1939", "Nữ", "")
NO_SEX = Line("Trần Văn Lâm", "1930", "", "191234567")
BAD_DATE = Line("Hồ Văn Tư", "31/02/1935", "Nam", "046035111222")
RECORD = ["children_count", "full_name", "sex", "birth_date", "national_id", "national_id_kind", "ethnicity", "commune_code",
          "village", "category", "phone", "channel", "account_number", "payee"]  # fmt: skip


def _list(folder: Path, name: str = "danh-sach.xlsx", *lines: Line) -> str:
    path = folder / name
    path.write_bytes(workbook("Xã Vinh Hưng", lines or (GOOD, NO_NUMBER, NO_SEX, BAD_DATE)))
    return str(path)


def test_json_has_a_line_for_each_row_and_nothing_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = _list(tmp_path)
    assert main(["import", "check", path, "--json"]) == 0
    out, err = capfd.readouterr()
    lines = [orjson.loads(line) for line in out.splitlines()]
    assert err == ""
    assert [list(line) for line in lines] == [["file", "sheet", "row", "status", "record", "findings"]] * 4
    assert [(line["file"], line["sheet"], line["row"]) for line in lines] == [(path, "DS", row) for row in range(5, 9)]
    assert [line["status"] for line in lines] == ["accepted", "review", "accepted", "rejected"]
    assert list(lines[0]["record"]) == RECORD
    assert (lines[0]["record"]["national_id"], lines[0]["record"]["commune_code"]) == ("046138235639", "20116")
    assert lines[1]["findings"] == [
        {
            "code": "id_missing",
            "field": "national_id",
            "written": None,
            "proposed": None,
            "message_vi": "Không có số CMND/CCCD.",
            "message_en": "There is no identity number.",
        }
    ]
    assert [finding["code"] for finding in lines[2]["findings"]] == ["sex_missing"]


def test_a_refused_file_is_told_in_both_languages_and_the_others_are_read(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    no_commune = tmp_path / "danh-sach.csv"
    no_commune.write_text(",".join(HEADER) + "\n1,Lê Thị Mận,1939,Nữ,046139000123,Kinh,Thôn 1,K5C-80\n", encoding="utf-8")
    picture = tmp_path / "a.xlsx"
    picture.write_bytes(b"\x89PNG")
    files = [str(no_commune), str(picture), str(tmp_path / "nothing.xls"), _list(tmp_path, "b.xlsx", GOOD)]
    assert main(["import", "check", *files, "--json"]) == 2
    out, err = capfd.readouterr()
    assert [orjson.loads(line)["file"] for line in out.splitlines()] == files[3:]
    for code in ("list-commune-unknown", "not-a-spreadsheet", "file-unreadable"):
        assert f"[{code}]" in err
    assert "Không đọc được xã/phường" in err
    assert "The commune can't be read" in err

    assert main(["import", "check", files[0], "--commune", "20116", "--month", "2021-12", "--json"]) == 0
    (line,) = capfd.readouterr().out.splitlines()
    assert orjson.loads(line)["record"]["commune_code"] == "20116"
    assert main(["import", "check", files[0], "--commune", "99999"]) == 2
    assert "99999" in capfd.readouterr().err


def test_a_month_that_is_none_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "check", _list(tmp_path), "--month", "2021-13"]) == 2
    assert "[wrong-month]" in capfd.readouterr().err


def test_the_report_names_rows_that_need_an_officer(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    assert main(["import", "check", _list(tmp_path), _list(tmp_path, "b.xlsx", GOOD)]) == 0
    out = capfd.readouterr().out
    assert "Xã Vinh Hưng (20116) · tháng 10/2021 (theo tiêu đề)" in out
    assert "4 dòng:  chấp nhận 2  cần xem lại 1  từ chối 1" in out
    assert "Không có số CMND/CCCD." in out
    assert "2 tệp" in out


def test_sheets_of_several_communes_are_read_with_a_warning(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import openpyxl

    first = openpyxl.load_workbook(_list(tmp_path, "a.xlsx", GOOD))
    second = first.copy_worksheet(first["DS"])
    second.title, second["A1"], second["E5"] = "DS 2", "UBND XÃ VINH MỸ - HUYỆN PHÚ LỘC", "046138235640"
    first.save(tmp_path / "ca-huyen.xlsx")
    assert main(["import", "check", str(tmp_path / "ca-huyen.xlsx"), "--json"]) == 0
    out, err = capfd.readouterr()
    assert [orjson.loads(line)["record"]["commune_code"] for line in out.splitlines()] == ["20116", "20113"]
    assert "mỗi xã/phường một tệp" in err
