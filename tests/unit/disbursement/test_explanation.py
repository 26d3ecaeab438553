"""Why a person was paid so much, or nothing: a table of cases, and amounts that add up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.disbursement.domain.explanation import (
    Added,
    Ground,
    Receiver,
    Reckoning,
    Role,
    SettledPart,
    to_whom,
    what_it_pays,
    why_this_amount,
)
from services.disbursement.domain.holds import why_held
from services.disbursement.domain.ledger import PLACES, Place
from services.disbursement.domain.payment_story import PaymentFacts, story
from services.disbursement.domain.payroll_waits import waits_before_release
from services.disbursement.domain.reason_words import REASONS, reason_words
from services.disbursement.domain.standing import Lacking, Owed, PersonStatus, why_not_paid

OCTOBER = date(2021, 10, 1)
LIVING = PersonStatus("active", date(2021, 7, 1), None, "self")
AT = datetime(2021, 10, 5, 1, 0, tzinfo=UTC)
OPEN = Ground([("Người cao tuổi", "Elderly person", "NĐ20/2021 Đ5 k5")], "12/QĐ-UBND", date(2021, 6, 20), "NĐ20/2021 Đ4 k2")
amounts = st.integers(1, 50_000_000)


def owed(place: Place, *, drawn: bool = True, reason: str | None = None) -> list[Owed]:
    return [Owed(place, drawn, reason)]


@pytest.mark.parametrize(
    ("month_owes", "person", "code", "words_vi", "words_en"),
    [
        (owed("not_released"), LIVING, "not-released", "chưa phát lệnh chi", "not been released"),
        (owed("in_flight"), LIVING, "in-flight", "đang chờ kết quả", "has not reported"),
        (owed("returned", reason="locked"), LIVING, "returned", "tài khoản bị khóa", "account is locked"),
        (owed("returned", reason="E-77"), LIVING, "returned", "E-77", "E-77"),
        (owed("returned"), LIVING, "returned", "không rõ lý do", "no reason given"),
        (owed("unclaimed"), LIVING, "unclaimed", "chưa đến lĩnh", "not collected"),
        (owed("cancelled"), LIVING, "cancelled", "bị hủy", "cancelled"),
        (owed("not_released", drawn=False), LIVING, "waits-for-supplement", "danh sách bổ sung", "supplement"),
        (
            owed("not_released", drawn=False),
            PersonStatus("active", OCTOBER, "under_review", "self"),
            "held",
            "đang xác minh",
            "verifies",
        ),
        (
            owed("not_released", drawn=False),
            PersonStatus("active", OCTOBER, "chờ giấy tờ", "self"),
            "held",
            "chờ giấy tờ",
            "chờ giấy tờ",
        ),
        (
            owed("not_released", drawn=False),
            PersonStatus("suspended", OCTOBER, None, "self"),
            "suspended",
            "chờ xã xác minh",
            "commune has verified",
        ),
        (
            owed("not_released", drawn=False),
            PersonStatus("dead", date(2021, 11, 1), None, "self"),
            "payee-dead",
            "người nhận thay",
            "somebody else",
        ),
        (
            owed("not_released", drawn=False),
            PersonStatus("active", OCTOBER, None, "self", routed=False),
            "no-contract",
            "chưa có hợp đồng",
            "No contract",
        ),
        (
            [Owed("not_released", False, receipt="care_support")],
            PersonStatus("active", OCTOBER, None, "self", routed=False, carer_hold="payee_died"),
            "carer-held",
            "Kinh phí chăm sóc đang tạm giữ, khoản khác vẫn chi: người nhận đã chết",
            "Care support is on hold, the rest is paid: the payee has died",
        ),
        (
            [Owed("not_released", False, receipt="care_support")],
            PersonStatus("active", OCTOBER, "under_review", "self", routed=False, carer_routed=True),
            "waits-for-supplement",
            "danh sách bổ sung",
            "a supplement",
        ),
        (
            [Owed("not_released", False, receipt="funeral")],
            PersonStatus("dead", OCTOBER, None, "self"),
            "no-funeral-payee",
            "người tổ chức mai táng",
            "organised the funeral",
        ),
        (  # what is on a payroll is not what is asked about
            [Owed("not_released", True), Owed("not_released", False, receipt="care_support")],
            PersonStatus("active", OCTOBER, None, "self", carer_hold="payee_died"),
            "carer-held",
            "tạm giữ",
            "on hold",
        ),
    ],
)
def test_each_place_has_its_sentence(
    month_owes: list[Owed], person: PersonStatus, code: str, words_vi: str, words_en: str
) -> None:
    standing = why_not_paid(OCTOBER, person, month_owes, decision_covers=True, month_drawn=True)
    assert standing is not None
    assert standing.code == code
    assert words_vi in standing.vi
    assert words_en in standing.en


@pytest.mark.parametrize(
    ("person", "covers", "drawn", "lacking", "code"),
    [
        (LIVING, False, True, None, "no-decision"),
        (LIVING, True, False, None, "not-drawn"),
        (LIVING, True, True, None, "after-the-cut"),
        (PersonStatus("stopped", OCTOBER, None, "self"), True, True, None, "ended"),
        (PersonStatus("dead", OCTOBER, None, "self"), True, True, None, "ended"),
        (LIVING, True, True, "category-not-dated", "category-not-dated"),
        (LIVING, True, False, "category-not-dated", "category-not-dated"),
        (LIVING, True, True, "no-law-for-month", "no-law-for-month"),
    ],
)
def test_each_reason_of_a_month_that_owes_nothing(
    person: PersonStatus, covers: bool, drawn: bool, lacking: Lacking | None, code: str
) -> None:
    standing = why_not_paid(OCTOBER, person, [], decision_covers=covers, month_drawn=drawn, lacking=lacking)
    assert standing is not None
    assert standing.code == code
    if lacking:
        assert "bổ sung" not in standing.vi
        assert "supplement" not in standing.en


def test_what_is_paid_beside_a_category_without_law_is_not_called_paid() -> None:
    paid = owed("paid_account")
    assert why_not_paid(OCTOBER, LIVING, paid, decision_covers=True, month_drawn=True) is None
    standing = why_not_paid(OCTOBER, LIVING, paid, decision_covers=True, month_drawn=True, lacking="category-not-dated")
    assert standing is not None
    assert standing.code == "category-not-dated"


@given(
    place=st.sampled_from(PLACES),
    drawn=st.booleans(),
    status=st.sampled_from(["active", "suspended", "stopped", "dead"]),
    hold=st.none() | st.sampled_from(["under_review", "giấy tờ hết hạn"]),
    relationship=st.sampled_from(["self", "guardian"]),
    routed=st.booleans(),
    reason=st.none() | st.sampled_from(sorted(REASONS)),
)
def test_every_place_is_said_in_whole_sentences(
    place: Place, drawn: bool, status: str, hold: str | None, relationship: str, routed: bool, reason: str | None
) -> None:
    person = PersonStatus(status, OCTOBER, hold, relationship, routed)
    standing = why_not_paid(OCTOBER, person, [Owed(place, drawn, reason)], decision_covers=True, month_drawn=True)
    if standing is None:
        assert place in ("paid_account", "paid_cash")
        return
    assert all(text.endswith(".") and text[0].isupper() and "{" not in text for text in (standing.vi, standing.en))
    if place == "not_released" and not drawn:
        assert standing.code == (why_held(hold, status, relationship, routed) or "waits-for-supplement")


@given(
    law_dong=amounts,
    topups=st.lists(amounts, max_size=3),
    later_dong=amounts,
    coefficient=st.none() | st.sampled_from([Decimal("1.50"), Decimal("2.0"), Decimal("2.5")]),
    heads=st.integers(1, 5),
    ground=st.sampled_from([OPEN, Ground([], None, None, None)]),
    revision=st.integers(0, 3),
)
def test_the_lines_of_an_obligation_add_up(
    law_dong: int,
    topups: list[int],
    later_dong: int,
    coefficient: Decimal | None,
    heads: int,
    ground: Ground,
    revision: int,
) -> None:
    total = law_dong + sum(topups)
    amount = min(later_dong, total) if revision else total
    reckoning = Reckoning(
        kind="monthly", benefit_month=OCTOBER, revision=revision, amount_dong=amount, total_dong=total, level_dong=360_000,
        coefficient=coefficient, heads=heads, topups=[Added(f"T{n}", dong, "NQ 1", "hỗ trợ") for n, dong in enumerate(topups)],
        ground=ground,
    )  # fmt: skip
    lines = why_this_amount(reckoning)
    assert sum(line.amount_dong for line in lines) == amount
    assert any(line.code == "earlier-revisions" for line in lines) == (amount < total)
    assert all(line.vi.endswith(".") and line.en.endswith(".") for line in lines)
    if not ground.categories:
        assert "hệ số" not in lines[0].vi
        assert "coefficient" not in lines[0].en


@given(
    st.lists(
        st.tuples(st.integers(1, 10), st.sampled_from(["monthly", "care_support"]), st.integers(0, 2), amounts),
        min_size=1,
        max_size=12,
        unique_by=lambda part: part[:3],
    )
)
def test_the_lines_of_a_payment_add_up_and_arrears_stand_apart(found: list[tuple[int, str, int, int]]) -> None:
    parts = [SettledPart(date(2021, month, 1), kind, revision, dong) for month, kind, revision, dong in found]
    lines = what_it_pays(parts, OCTOBER)
    assert sum(line.amount_dong for line in lines) == sum(part.amount_dong for part in parts)
    assert sum(line.code == "difference" for line in lines) == sum(part.revision > 0 for part in parts)
    assert sum(line.code == "arrears" for line in lines) == sum(
        part.revision == 0 and part.benefit_month < OCTOBER for part in parts
    )


def test_an_officer_can_read_out_why() -> None:
    reckoning = Reckoning(
        kind="monthly", benefit_month=OCTOBER, revision=0, amount_dong=540_000, total_dong=540_000, level_dong=360_000,
        coefficient=Decimal("1.50"), heads=1, topups=[], ground=OPEN,
    )  # fmt: skip
    (line,) = why_this_amount(reckoning)
    assert line.vi == (
        "Trợ cấp hằng tháng tháng 10/2021: mức chuẩn 360.000 đồng (NĐ20/2021 Đ4 k2) x hệ số 1,5 = 540.000 đồng; "
        "đối tượng: Người cao tuổi (NĐ20/2021 Đ5 k5); theo Quyết định số 12/QĐ-UBND ngày 20/06/2021."
    )
    assert line.en == (
        "The monthly allowance for 10/2021: standard level 360,000 dong (NĐ20/2021 Đ4 k2) x coefficient 1.5 = 540,000 dong; "
        "category: Elderly person (NĐ20/2021 Đ5 k5); by decision no. 12/QĐ-UBND of 20/06/2021."
    )


@pytest.mark.parametrize(
    ("state", "step", "reason", "codes", "last_vi"),
    [
        ("open", 0, None, ["drawn-up", "instructed"], "chuyển sang đơn vị chi trả"),
        ("open", 101, None, ["drawn-up", "instructed", "accepted"], "chưa có kết quả"),
        ("paid", 102, None, ["drawn-up", "instructed", "paid"], "đã chi cho người nhận"),
        ("rejected", 102, "invalid_account", ["drawn-up", "instructed", "rejected"], "số tài khoản không đúng"),
        ("returned", 103, "locked", ["drawn-up", "instructed", "returned"], "tài khoản bị khóa"),
        ("unclaimed", 102, None, ["drawn-up", "instructed", "unclaimed"], "không đến lĩnh"),
        ("removed", 0, "dead", ["drawn-up", "removed"], "đã mất"),
    ],
)
def test_a_payments_steps_end_as_it_ended(state: str, step: int, reason: str | None, codes: list[str], last_vi: str) -> None:
    facts = PaymentFacts(1, "2021-10", 540_000, state, instructed_at=AT, step=step, reason=reason, settled_at=AT)
    steps = story(facts)
    assert [each.code for each in steps] == codes
    assert last_vi in steps[-1].vi


def test_paid_again_says_which_way_and_who() -> None:
    facts = PaymentFacts(
        2, "2021-11", 540_000, "paid", "vnpost", "cash", "lan", AT, "lan", AT, "minh", AT, "hoa", AT, "GRDT 1", "hoa", AT, AT
    )
    steps = story(facts)
    assert [each.code for each in steps] == [
        "drawn-up-again", "prepared", "approved", "funded", "released", "instructed", "paid",
    ]  # fmt: skip
    assert "chi lại lần 2" in steps[0].vi
    assert "Bưu điện" in steps[0].vi
    assert "minh" in steps[2].en
    assert "GRDT 1" in steps[3].vi


def test_every_reason_and_every_wait_has_words() -> None:
    for reason in REASONS:
        assert reason_words(reason) != (reason, reason)
    for state in ("drawn", "prepared", "approved", "cancelled"):
        assert waits_before_release(state) is not None
    assert waits_before_release("released") is None


@pytest.mark.parametrize(
    ("role", "vi", "en"),
    [
        ("self", "Chính đối tượng Lê Thị Xuân nhận.", "Lê Thị Xuân receives it in person."),
        ("payee", "Lê Thị Xuân (cô) nhận thay.", "Lê Thị Xuân (cô) receives it for the person."),
        (
            "carer",
            "Người chăm sóc Lê Thị Xuân (cô) nhận: kinh phí chăm sóc là của người chăm sóc (Nghị định 20/2021/NĐ-CP Điều 20).",
            "The carer Lê Thị Xuân (cô) receives it: care support is for who cares (Decree 20/2021/NĐ-CP Art. 20).",
        ),
        ("heir", "Lê Thị Xuân (cô), người thừa kế, nhận.", "Lê Thị Xuân (cô), the heir, receives it."),
    ],
)
def test_to_whom(role: Role, vi: str, en: str) -> None:
    assert to_whom(Receiver(role, "Lê Thị Xuân", "cô")) == (vi, en)
