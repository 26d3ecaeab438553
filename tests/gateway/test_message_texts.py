"""What a payee is told: one short message, which gives away nothing."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.provider_gateway.domain.messages import (
    CHANGES,
    PLAIN_CHARACTERS,
    AnyKind,
    HeldMessage,
    MessageKind,
    text_of,
    without_diacritics,
)
from services.provider_gateway.storage.message_templates import load_templates
from shared.kernel.ids import new_id
from shared.kernel.money import MAX_AMOUNT_DONG

KINDS = get_args(MessageKind)
WAYS = (
    ("viettelpay", "wallet"),
    ("vietinbank", "account"),
    ("vnpost", "cash"),
    ("viettelpay", "cash"),
    ("commune_cashier", "cashier"),
)


def message(**changes: Any) -> HeldMessage:
    fields: dict[str, Any] = {
        "run_month": "2021-10-01", "message_id": new_id(), "kind": "paid", "provider": "vietinbank", "channel": "account",
        "amount_dong": 1_080_000, "months": ["09.2021", "10.2021"], "tries": 1, "too_old": False, "phone_sealed": "k1.x",
    }  # fmt: skip
    return HeldMessage(**{**fields, **changes})


@given(
    kind=st.sampled_from(KINDS),
    way=st.sampled_from(WAYS),
    amount_dong=st.integers(1, MAX_AMOUNT_DONG),
    months=st.lists(st.dates().map(lambda day: f"{day.month:02}.{2015 + day.year % 20}"), min_size=1, max_size=12),
)
def test_a_plain_message_fits_and_is_plain(kind: MessageKind, way: tuple[str, str], amount_dong: int, months: list[str]) -> None:
    told = message(kind=kind, provider=way[0], channel=way[1], amount_dong=amount_dong, months=months)
    text = text_of(told, load_templates(), diacritics=False)
    assert text.isascii()
    assert len(text) <= PLAIN_CHARACTERS
    assert f"{amount_dong:,}".replace(",", ".") in text
    assert without_diacritics(text_of(told, load_templates(), diacritics=True)) == text
    assert "UBND xa" in text
    assert "{" not in text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {},
            "TCXH tháng 9/2021, 10/2021: 1.080.000 đồng đã chuyển vào tài khoản của ông/bà tại VietinBank. "
            "Cần hỏi, xin liên hệ UBND xã.",
        ),
        (
            {"kind": "rejected", "provider": "viettelpay", "channel": "wallet", "months": ["10.2021"], "amount_dong": 540_000},
            "TCXH tháng 10/2021: 540.000 đồng chưa chuyển được qua ViettelPay, sẽ được chi lại. Xin liên hệ UBND xã.",
        ),
        (
            {"kind": "unclaimed", "provider": "vnpost", "channel": "cash", "months": ["01.2021", "02.2021", "03.2021"]},
            "TCXH tháng 1/2021-3/2021: 1.080.000 đồng tại Bưu điện chưa được lĩnh, vẫn còn cho ông/bà. Xin liên hệ UBND xã.",
        ),
    ],
)
def test_messages_as_they_are_read(changes: dict[str, Any], text: str) -> None:
    assert text_of(message(**changes), load_templates(), diacritics=True) == text


def test_a_held_message_shows_no_phone() -> None:
    assert "k1.x" not in repr(message())


@pytest.mark.parametrize("kind", sorted(CHANGES))
def test_a_change_is_told_in_one_plain_message(kind: AnyKind) -> None:
    told = message(kind=kind, provider=None, channel=None, amount_dong=None, months=[])
    text = text_of(told, load_templates(), diacritics=False)
    assert text.isascii()
    assert len(text) <= PLAIN_CHARACTERS
    assert text.endswith("bao ngay UBND xa noi cu tru.")
    assert not any(letter.isdigit() for letter in text)
