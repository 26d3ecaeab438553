"""Remarks: whose death, which way the move, in all the forms that officers write."""

from __future__ import annotations

import pytest

from services.registry.domain.lists.notes import NoteMeaning, read_note

DEATHS = (
    "đã mất 12/8|chết|đã chết|mất|mất 5/2022|Mất tháng 8|từ trần|qua đời|chết 12/8/22|Chết.|+ 12/8|+ 05/7/2022|đã mất (12/8)"
    "|báo tử|đã khai tử|Giảm do chết|giảm (chết)|tử vong|Đã từ trần T7|đã chết tháng trước|BHXH cắt, đã chết|Mất ngày 03.7.2022"
    "|mất hôm 5/8|đã chết chưa cắt|Đối tượng chết|DA MAT|Chet 12/8|ĐT mất|con báo đã chết|mẹ chết, đối tượng cũng đã mất|† 2022"
    "|Cắt do mất|Đã làm mai táng phí|vừa mất"
).split("|")
LEFT = (
    "chuyển vào TP.HCM|cắt từ T9|chuyển đi|chuyển khẩu|Chuyển đi Đà Nẵng|Không còn ở địa phương|vắng mặt tại địa phương"
    "|đi khỏi ĐP|bỏ đi khỏi địa phương|Thôi hưởng|dừng hưởng từ T10|ngừng trợ cấp|tạm dừng|Giảm|cắt|Cắt giảm T8|hết hạn hưởng"
    "|Đã vào TT BTXH|chuyển hộ khẩu|đã nhập khẩu nơi khác|vào Nam|theo con vào Sài Gòn|hưởng lương hưu, cắt|đủ 16 tuổi, cắt"
    "|chuyển sang hưởng NCC|lấy chồng xa|C/đi Đồng Nai|Đã chuyển về xã Phú Mỹ|Đang ở tù|chấp hành án|đi nơi khác"
    "|vắng mặt địa phương|VAO NAM|cat giam|con đón vào Nam|Chuyển xã Phú Mỹ|Đã chuyển|Giảm từ 9/2022|mẹ chết, cắt"
).split("|")
NOTHING = (
    "Chồng chết|Vợ chết|Mẹ đã mất|Cha chết, mẹ bỏ đi|cha mẹ đã mất|Mất CMND|Mất giấy tờ|mất sức lao động|mất một chân|mất 1 chân"
    "|mất trí nhớ|nhận chuyển khoản|Chuyển khoản|chuyển từ CMND|Tăng mới|mới|Hộ nghèo|Con đã mất 2015|Con chết"
    "|mất khả năng lao động|cắt cụt chân|Cắt tay|Đã chuyển qua thẻ|chuyển từ tiền mặt sang CK|Chuyển đến từ xã Phú Xuân T5"
    "|mới chuyển về|Người giám hộ cũ đã mất, đổi người nhận|Thay người nhận do mẹ chết|x|Ký thay|Đt con: 0905123456"
    "|vợ đi làm xa|Con đi TP.HCM|Đã cấp lại thẻ|Mất sổ|chồng bỏ đi|HN|Điều chỉnh từ T7|Truy lĩnh 2 tháng|Bị liệt|tạm vắng"
    "|con gái nhận|mẹ mất|chồng đã chết|giảm nghèo|hộ thoát nghèo, giảm hệ số|người giám hộ nhận thay|Thôn Bãi Cát"
    "|dùng tài khoản con|Bố đi làm xa|vào năm 2015 bị tai nạn|dì nhận|đi TP HCM chữa bệnh|suy giảm thị lực|nhận tiền mặt"
    "|Chồng (đã chết)|chuyển sang hưởng hệ số 2,0|mẹ Nguyễn Thị Hoa đã mất năm 2015|Bị mất CCCD|Vợ: đã mất|Đã mất sức lao động"
).split("|")


@pytest.mark.parametrize("text", DEATHS)
def test_a_death_is_seen(text: str) -> None:
    assert read_note(text) is NoteMeaning.DEATH


@pytest.mark.parametrize("text", LEFT)
def test_leaving_and_stopping_are_seen(text: str) -> None:
    assert read_note(text) is NoteMeaning.MOVE


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_sounds_like_it_says_nothing(text: str) -> None:
    assert read_note(text) is None
