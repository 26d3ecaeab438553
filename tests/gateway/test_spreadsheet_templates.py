"""Templates and definitions of the spreadsheet way: what is wrong in one is said clearly, before anything is sent."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from services.provider_gateway.connectors import spreadsheet
from services.provider_gateway.connectors.registry import build_connectors
from services.provider_gateway.connectors.spreadsheet.definitions import load_definitions
from services.provider_gateway.connectors.spreadsheet.template import WrongTemplate, default_template, read_template
from shared.kernel.errors import Refusal

DEFAULT = files(spreadsheet.__package__ or "").joinpath("default_template.toml").read_text(encoding="utf-8")


def test_the_default_template_has_all_that_is_needed() -> None:
    fields = [column.field for column in default_template().columns]
    assert {"reference", "payee_name", "amount_dong", "result"} <= set(fields)
    assert next(column.field for column in default_template().columns if column.back) == "result"


@pytest.mark.parametrize(
    ("change", "to", "says"),
    [
        ('field = "reference"', 'field = "refrence"', "unknown field 'refrence'"),
        ('header = "Số tiền (đồng)"', 'header = "Mã chi trả"', "header 'ma chi tra' stands twice"),
        ('field = "result"\n', 'field = "paid_dong"\n', "result is missing"),
        ("{month}", "{thang}", "unknown {thang}"),
        ("Tháng chi trả: {month}", "Kỳ: {month}", "after the text of month_label"),
        ("{list}", "x", "one line says {list}"),
        ('sheet = "Danh sách chi trả"', 'sheet = "a/b"', "none of []:*?/"),
        ("width = 30", "width = 0", "width is 1 to 100"),
        ('"Chưa nhận"', '"Đã chi"', "means both paid and not_collected"),
        ('home = "Tại nhà"', "home = 3", "words.home: a text is missing"),
        ("[words]", "[wordz]", "unknown key 'wordz'"),
        ("sheet = ", "sheet = = ", "not TOML"),
    ],
)
def test_a_wrong_template_says_what_is_wrong(change: str, to: str, says: str) -> None:
    assert change in DEFAULT
    with pytest.raises(WrongTemplate) as caught:
        read_template(DEFAULT.replace(change, to, 1), "mine.toml")
    assert says in str(caught.value)
    assert str(caught.value).startswith("mine.toml: ")


def _define(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def test_each_definition_is_a_provider_of_its_own(tmp_path: Path) -> None:
    _define(tmp_path, "sheet_csxh", 'title = "Ngân hàng Chính sách xã hội"\nfolder = "a"\n')
    _define(tmp_path, "sheet_qtd", 'title = "Quỹ tín dụng"\nfolder = "b"\ntemplate = "t.toml"\n')
    (tmp_path / "t.toml").write_text(DEFAULT.replace("Mã chi trả", "Mã giao dịch", 1), encoding="utf-8")
    connectors = build_connectors(None, tmp_path, 1.0, spreadsheet_providers=tmp_path)
    assert {"sheet_csxh", "sheet_qtd", "vnpost"} <= connectors.keys()
    assert connectors["sheet_qtd"].files is not None
    assert "Mã giao dịch" in [column.header for column in load_definitions(tmp_path)[1].template.columns]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("sheet_Bank", 'title = "x"\nfolder = "a"\n', "small letters"),
        ("sheet_a", 'title = "x"\n', "folder: a text is missing"),
        ("sheet_a", 'title = "x"\nfolder = "a"\nsecret = "y"\n', "unknown key 'secret'"),
        ("sheet_a", 'title = "x"\nfolder = "a"\ntemplate = "gone.toml"\n', "template gone.toml: FileNotFoundError"),
        ("sheet_a", "title = x", "not readable as TOML"),
    ],
)
def test_a_wrong_definition_says_what_is_wrong(tmp_path: Path, name: str, text: str, says: str) -> None:
    _define(tmp_path, name, text)
    with pytest.raises(Refusal) as caught:
        load_definitions(tmp_path)
    assert caught.value.code.code == "bad-setting"
    assert says in caught.value.detail
    assert caught.value.detail.startswith(f"{name}.toml: ")


def test_two_providers_never_share_a_folder(tmp_path: Path) -> None:
    _define(tmp_path, "sheet_a", 'title = "x"\nfolder = "same"\n')
    _define(tmp_path, "sheet_b", 'title = "y"\nfolder = "./same"\n')
    with pytest.raises(Refusal, match="same folder"):
        load_definitions(tmp_path)
    with pytest.raises(Refusal, match="is no folder"):
        load_definitions(tmp_path / "gone")
