"""Templates as files: a province's own stand in place of ChiTra's, and a mistake in one is said, not printed."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pypdf
import pytest

from services.disbursement.documents.lists import code_name, months_name
from services.disbursement.documents.render import Renderer
from services.disbursement.domain.contracts import Contract
from services.disbursement.domain.documents import Heading, ListLine, PaymentList, Person
from services.disbursement.domain.quarters import Quarter, parse_quarter
from services.disbursement.domain.runs import Run
from shared.kernel.clock import wall_now
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.kernel.units import Unit
from shared.papers.layout import day_in_words
from shared.papers.pdf import shown
from shared.papers.press import Format
from shared.papers.templates import Templates, bare_name
from tests.disbursement.papers import FORMATS, cells, pages, text

OCTOBER = date(2021, 10, 1)
DISTRICT = Unit("481@2021-07-01", "481", date(2021, 7, 1), None, "district", "Huyện A Lưới", None, ("481@2021-07-01",))
COMMUNE = Unit("20044@2025-07-01", "20044", date(2025, 7, 1), None, "commune", "Xã A Lưới 1", None, ("20044@2025-07-01",))
PLAIN = 'title = "X"\nblocks = [{ text = "một" }]\n'


def payment_list(lines: int = 3, unit: Unit = DISTRICT, made_on: date = date(2021, 9, 25)) -> PaymentList:
    """A list of persons with numbered names, 540.000 each."""
    return PaymentList(
        heading=Heading(unit, made_on),
        run=Run(new_id(), unit.unit_id, "2021-10", OCTOBER, (OCTOBER,), wall_now()),
        contract=Contract(new_id(), unit.unit_id, "01/HĐ", "viettelpay", OCTOBER, None, (), 1),
        provider="viettelpay",
        channel="wallet",
        seq=0,
        lines=tuple(
            ListLine(
                payment_id=UUID(int=at),
                unit_id="1@2021-07-01",
                commune="Xã Hồng Thủy",
                person=Person(f"Hồ Văn {at:04}", date(1940, 2, 3), "day"),
                groups=("elderly",),
                payee_name=None,
                months=(OCTOBER,),
                coefficients=(Decimal("1.50"),),
                amount_dong=540_000,
                arrears_dong=0,
            )
            for at in range(lines)
        ),
    )


async def test_a_list_of_two_thousand_lines_is_made() -> None:
    data = payment_list(2000)
    printed = pypdf.PdfReader(io.BytesIO((await Renderer(None).render(data, "pdf")).content)).pages
    assert len(printed) > 40
    assert "Hồ Văn 0000" in printed[0].extract_text()
    assert f"Trang {len(printed)}/{len(printed)}" in printed[-1].extract_text()
    assert "Một tỷ không trăm tám mươi triệu đồng." in printed[-1].extract_text()  # beside the signatures
    book = await Renderer(None).render(data, "xlsx")
    assert sum(str(row[1]).startswith("Hồ Văn") for row in cells(book.content)) == 2000


@pytest.mark.parametrize("format_", FORMATS)
async def test_the_same_list_is_the_same_file(format_: Format) -> None:
    data = payment_list()
    first, second = [await Renderer(None).render(data, format_) for _ in range(2)]
    assert first == second


async def test_a_provinces_words_and_columns_stand_in_place_of_chitras(tmp_path: Path) -> None:
    (tmp_path / "payment-list.toml").write_text(
        'title = "BẢNG KÊ {run}"\nlandscape = false\n[[blocks]]\ntable = "lines"\n'
        'columns = [{ key = "full_name", heading = "Tên" }, { key = "total", heading = "Tiền" }]\n',
        encoding="utf-8",
    )
    for format_ in FORMATS:
        said = text((await Renderer(tmp_path).render(payment_list(), format_)).content)
        assert "BẢNG KÊ 10/2021" in said and "Hồ Văn 0002" in said and "Ký nhận" not in said
        assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in said


async def test_a_province_may_draw_one_kind_its_own_way(tmp_path: Path) -> None:
    source = "#let d = json(bytes(sys.inputs.data))\nTrang riêng: #d.title"
    (tmp_path / "payment-list.typ").write_text(source, encoding="utf-8")
    printed = pages((await Renderer(tmp_path).render(payment_list(), "pdf")).content)
    assert printed == ["Trang riêng: DANH SÁCH CHI TRẢ TRỢ GIÚP XÃ HỘI HÀNG THÁNG"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("payment-list.toml", "title = ", "payment-list.toml"),
        ("payment-list.toml", 'title = "{identity_number}"\nblocks = []', "identity_number"),
        ("payment-list.toml", 'title = "X"', "blocks"),
        ("payment-list.toml", 'title = "X"\n[[blocks]]\ntable = "people"\ncolumns = [{ key = "no", heading = "" }]', "people"),
        (
            "payment-list.toml",
            'title = "X"\n[[blocks]]\ntable = "lines"\ncolumns = [{ key = "category", heading = "" }]',
            "category",
        ),
        ("payment-list.toml", 'title = "X"\n[[blocks]]\ntable = "lines"\ncolumns = []', "no columns"),
        (
            "payment-list.toml",
            'title = "X"\n[[blocks]]\ntable = "lines"\ncolumns = [{ key = "no", heading = "", width = 0 }]',
            "width",
        ),
        ("payment-list.typ", "#let x = ", "error"),
        ("document.typ", "#panic(1)", "panicked"),
        ("office.toml", "[channels]\n", "letterhead"),
    ],
)
async def test_a_mistake_in_a_template_is_said(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        await Renderer(tmp_path).render(payment_list(), "pdf")
    assert refused.value.code.code == "bad-document-template"
    assert said in refused.value.detail


async def test_a_template_reads_no_file_of_the_machine(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("mật", encoding="utf-8")
    (tmp_path / "payment-list.typ").write_text(f'#read("{tmp_path / "secret.txt"}")', encoding="utf-8")
    with pytest.raises(Refusal):
        await Renderer(tmp_path).render(payment_list(), "pdf")


@pytest.mark.parametrize(
    ("unit", "on", "lines"),
    [
        (DISTRICT, date(2021, 9, 25), ("UBND HUYỆN A LƯỚI", "PHÒNG LĐ - TB VÀ XÃ HỘI", "TRƯỞNG PHÒNG")),
        (DISTRICT, date(2025, 4, 1), ("UBND HUYỆN A LƯỚI", "PHÒNG Y TẾ", "TRƯỞNG PHÒNG")),
        (COMMUNE, date(2025, 8, 1), ("ỦY BAN NHÂN DÂN", "XÃ A LƯỚI 1", "CHỦ TỊCH")),
    ],
)
def test_the_letterhead_is_the_offices_of_that_day(unit: Unit, on: date, lines: tuple[str, str, str]) -> None:
    head = Templates(None).words().letterhead(unit, on)
    assert (head.upper, head.lower, head.head) == lines


def test_dates_months_and_numbers_as_papers_write_them() -> None:
    assert day_in_words(date(2022, 2, 5)) == "ngày 05 tháng 02 năm 2022"
    assert day_in_words(date(2021, 10, 25)) == "ngày 25 tháng 10 năm 2021"
    assert months_name([date(2021, 12, 1), date(2022, 1, 1), date(2022, 2, 1)]) == "12/2021; 01, 02/2022"
    assert months_name([date(2021, month, 1) for month in (7, 8, 9)]) == "07-09/2021"
    assert (code_name("2021-10"), code_name("khác")) == ("10/2021", "khác")
    assert [shown(cell) for cell in (None, 1_440_000, date(1940, 2, 3), "x")] == ["", "1.440.000", "03/02/1940", "x"]
    assert (bare_name("Thị xã Hương Thủy"), bare_name("Xã A Lưới 1"), bare_name("Khác")) == ("Hương Thủy", "A Lưới 1", "Khác")


def test_a_quarter_is_three_months() -> None:
    quarter = parse_quarter("2021-Q4")
    assert (quarter, quarter.first_month, quarter.last_month) == (Quarter(2021, 4), OCTOBER, date(2021, 12, 1))
    assert [Quarter(2021, number).roman for number in (1, 2, 3, 4)] == ["I", "II", "III", "IV"]
    for wrong in ("2021-Q5", "2021-Q0", "2021-4", "1999-Q1", "2021-Q4\n", ""):
        with pytest.raises(Refusal) as refused:
            parse_quarter(wrong)
        assert refused.value.code.code == "wrong-quarter"
