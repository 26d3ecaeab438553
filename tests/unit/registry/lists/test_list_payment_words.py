"""Channels, relationships and remarks."""

from __future__ import annotations

import pytest

from services.registry.domain.lists.cell_words import is_ditto
from services.registry.domain.lists.channels import read_channel
from services.registry.domain.lists.notes import NoteMeaning, read_note
from services.registry.domain.lists.relationships import (
    Kin,
    Relationship,
    age_contradicts,
    read_relationship,
    sex_contradicts,
)


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("TM", "cash"),
        ("Tiền mặt", "cash"),
        ("Bưu điện", "cash"),
        ("Chi trả tại nhà", "cash"),
        ("VTP", "viettelpay"),
        ("Viettel Pay", "viettelpay"),
        ("Ví điện tử", "viettelpay"),
        ("NH Công thương", "vietinbank"),
        ("Vietinbank", "vietinbank"),
        ("Tài khoản", "vietinbank"),
        ("TK ngân hàng Vietinbank", "vietinbank"),
        ("Agribank", None),
        ("TK NH Nông nghiệp", None),
        ("chưa rõ", None),
    ],
)
def test_a_channel_is_understood(text: str, channel: str | None) -> None:
    assert read_channel(text) == channel


@pytest.mark.parametrize(
    ("text", "relationship"),
    [
        ("Bà", Relationship(Kin.GRANDPARENT, "female")),
        ("Mệ", Relationship(Kin.GRANDPARENT, "female")),
        ("Ông nội", Relationship(Kin.GRANDPARENT, "male")),
        ("Cha", Relationship(Kin.PARENT, "male")),
        ("O", Relationship(Kin.UNCLE_AUNT, "female")),
        ("Con gái", Relationship(Kin.CHILD, "female")),
        ("Con", Relationship(Kin.CHILD, None)),
        ("Em trai", Relationship(Kin.YOUNGER_SIBLING, "male")),
        ("Chồng", Relationship(Kin.SPOUSE, "male")),
        ("Người giám hộ", Relationship(Kin.GUARDIAN, None)),
        ("Bản thân", Relationship(Kin.SELF, None)),
        ("abc", Relationship(Kin.UNKNOWN, None)),
    ],
)
def test_a_relationship_is_understood(text: str, relationship: Relationship) -> None:
    assert read_relationship(text) == relationship


@pytest.mark.parametrize(
    ("kin", "payee_born", "born", "contradicts"),
    [
        (Kin.PARENT, 1985, 2012, False),
        (Kin.PARENT, 2005, 2012, True),
        (Kin.GRANDPARENT, 1955, 2012, False),
        (Kin.GRANDPARENT, 1995, 2012, True),
        (Kin.CHILD, 1970, 1940, False),
        (Kin.CHILD, 1970, 2012, True),
        (Kin.CHILD, None, 2012, True),
        (Kin.CHILD, None, 1940, False),
        (Kin.SPOUSE, 1985, 1980, False),
        (Kin.SPOUSE, 1985, 2012, True),
        (Kin.ELDER_SIBLING, 1990, 2012, False),
        (Kin.ELDER_SIBLING, 2015, 2012, True),
        (Kin.UNCLE_AUNT, 1975, 1940, True),
        (Kin.PARENT, None, 1925, True),
        (Kin.GUARDIAN, 1990, 2012, False),
    ],
)
def test_birth_years_can_rule_a_relationship_out(kin: Kin, payee_born: int | None, born: int, contradicts: bool) -> None:
    assert age_contradicts(kin, payee_born, born, 2021) is contradicts


def test_a_grandmother_is_no_man_and_a_wife_has_no_wife() -> None:
    grandmother = read_relationship("Bà")
    assert sex_contradicts(grandmother, "male", "Lê Văn A", "female")
    assert not sex_contradicts(grandmother, "female", "Lê Thị A", "female")
    assert sex_contradicts(read_relationship("Ông"), None, "Lê Thị A", "male")
    assert sex_contradicts(read_relationship("Vợ"), "female", "Lê Thị A", "female")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Đã chết ngày 15/9/2021", NoteMeaning.DEATH),
        ("từ trần", NoteMeaning.DEATH),
        ("Đã mất", NoteMeaning.DEATH),
        ("mất ngày 2/9", NoteMeaning.DEATH),
        ("đã báo tử", NoteMeaning.DEATH),
        ("Chuyển đi nơi khác", NoteMeaning.MOVE),
        ("Đã chuyển hộ khẩu vào Đồng Nai", NoteMeaning.MOVE),
        ("không còn cư trú tại địa phương", NoteMeaning.MOVE),
        ("Vào trung tâm bảo trợ", NoteMeaning.MOVE),
        ("Thôi hưởng từ 9/2021", NoteMeaning.MOVE),
        ("Cha chết, mẹ bỏ đi", None),
        ("Cha mẹ đều đã mất", None),
        ("Mất CMND, đang làm lại", None),
        ("Mất sức lao động", None),
        ("Chuyển khoản từ 8/2021", None),
        ("Đã chuyển khoản", None),
        ("Hộ nghèo", None),
        ("", None),
    ],
)
def test_a_remark_is_understood(text: str, meaning: NoteMeaning | None) -> None:
    assert read_note(text) is meaning


@pytest.mark.parametrize("text", ['"', "nt", "-nt-", "n.t", "Như trên", "//", "''", "”", '- " -'])
def test_ditto_marks(text: str) -> None:
    assert is_ditto(text)


@pytest.mark.parametrize("text", ["Thôn 1", "-", "anh", "Kinh", "nt 2021 tại nhà"])
def test_other_words_are_no_ditto_marks(text: str) -> None:
    assert not is_ditto(text)
