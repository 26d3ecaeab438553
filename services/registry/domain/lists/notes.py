"""What a remark says of a person: died, moved away, no longer entitled; clause by clause: whose death, which way the move."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from services.registry.domain.lists.channels import names_other_bank, read_channel
from services.registry.domain.lists.text import fold, tidy

_TOLD_APART = {
    "mặt": "mawt", "cát": "caat", "giám": "giaam", "dì": "dii", "dùng": "duung", "bố": "boo", "năm": "naam", "tù": "tuf",
    "vô": "voo", "vơ": "vow", "dọn": "doon", "dời": "dooi",
}  # fmt: skip
"""Words that without their marks would be others: `vắng mặt` and `mất`, `người giám hộ` and `giảm`, `bố đi` and `bỏ đi`."""
_CLAUSES = re.compile(r"[;,()\n]+|\.(?=\s|$)|\s[-–]\s")
_CROSS = re.compile(r"^\s*[+†✝]\s*\d(?!\d{6})|†|✝|^\s*\(\+\)")

_KIN = (
    r"(?:cha|me|boo|bo|ma|vo|chong|con|anh|chi|em|(?<!ghi )chu|bac|cau|dii|ong noi|ong ngoai|ba noi|ba ngoai|chu ho"
    r"|nguoi (?:nhan|giaam|giam|nuoi|cham|duoc uy quyen|dai dien|linh)|giaam ho|giam ho)"
)
_NEWS = r"(?!(?:doi tuong|bao|khai|xin|de nghi|don|dua|ruoc|cho|o voi)\b)"
_SUBJECT = re.compile(rf"\b{_KIN}\b(?: {_NEWS}\w+){{0,6}}$")
_OBJECT = re.compile(rf"^ (?:(?:cho|cua) (?:nguoi )?)?{_KIN}\b(?! (?:\w+ )?(?:bao|khai|xin|de nghi|don)\b)")
_BARE_KIN = re.compile(rf"^{_KIN}(?: (?:de|ruot|nuoi|trai|gai|dau|re|va|cu|{_KIN}))*$")
_WITH_KIN = re.compile(
    r"\b(?:theo|cung|voi) (?:con|chau|me|cha|boo|bo|chong|vo|gia dinh|anh|chi|em)(?: (?:trai|gai|dau|ruot))?\b"
)

_PLACE_OR_TIME = r"(?:$| (?:ngay|thang|naam|nam|luc|tu|hom|hoi|do|vi|tai|o|roi|cach|truoc|sau|trong|khi|t\d|\d))"
_NOT_BODY = r"(?! \d+ ?%?(?:phan tram)? ?(?:chan|tay|mawt|mat|tai|ngon|suc|kha nang))"
_LOST_THING = (
    r"(?:cmnd|cccd|cmt|can cuoc|giay|so|the|suc|kha nang|nguon|lien lac|tri|dien thoai|quyen|mot|hai|chan|tay|thinh luc"
    r"|thi luc|ngu|viec|dat|nha|tien|ho khau|tich|hoan toan|bhyt|ho so|mau)"
)
_DEATH = re.compile(
    r"\bchet\b|\btu tran\b|\bqua doi\b|\bkhai tu\b|\bbao tu\b|\bchung tu\b|\btu vong\b|\bta the\b|\bmai tang\b|\bquy tien\b"
    r"|\bda khuat\b|\b(?:ba cu|ong cu|cu ba|cu ong) mat\b|\bdot tu\b|\b(?:hoa|an|hung) tang\b|\bchon cat\b|\bdam (?:tang|ma)\b"
    r"|\bve (?:voi (?:ong ba|to tien|tien to)|troi|coi phat)\b"
    rf"|\b(?:da|moi|vua) (?:bi )?mat\b(?! {_LOST_THING}\b)"
    rf"|^(?:(?:dt|doi tuong|cu|ong|ba|nguoi huong) )?mat{_NOT_BODY}{_PLACE_OR_TIME}"
    rf"|(?:do|vi) mat$|\bmat{_NOT_BODY} (?:ngay|thang|naam|nam|luc|tu|hom|\d)"
)
_NOT_DEAD = re.compile(r"\b(?:chua|khong|ko|lam|con song)(?: bi)? (?:chet|mat|qua doi)\b|\b(?:bi|lam|that) mat ")
_HERE = r"(?:$| (?:day|dia phuong|dp|xa$|lai|tu|t\d|thang|ngay|\d))"
_ARRIVED = re.compile(
    r"\bchuyen (?:den|ve|sang|qua|vao) tu\b|\btu .*\bchuyen (?:ve|den|sang)\b"
    rf"|\b(?:moi|vua) (?:chuyen|nhap)(?: khau)?(?: ve| den)?{_HERE}|\bchuyen (?:ve|den){_HERE}|\btiep nhan tu\b"
    rf"|\bnhap (?:ho )?khau ve{_HERE}|\bchuyen (?:(?:ho )?khau |hk )?tu \D+ ve\b"
)
_FAR = (
    r"(?:nam|mien nam|bac|mien bac|sai gon|sg|sgon|tp ?hcm|tphcm|tp ho chi minh|ho chi minh|hcm|da nang|dong nai|binh duong"
    r"|ha noi|tay nguyen|da[kc] ?lak|gia lai|lam dong|vung tau|quang nam|quang tri|quang binh|long an|can tho"
    r"|nuoc ngoai|my|lao|noi khac)"
)
_MOVE = re.compile(
    r"\bchuyen (?:di|ho khau|hk|noi|den|ve|xa|phuong|huyen|tinh|cho o|khau|cu tru|len|ra|thuong tru"
    r"|sang (?:xa|phuong|huyen|tinh|tp|thi tran)|vao(?! (?:tk|tai khoan|the|vi)\b)|voo)\b"
    r"|\b(?:da )?chuyen$|\bc di\b|\bda chuyen (?:t\d|thang|ngay|\d)"
    rf"|\b(?:di|vao|voo|ra|len|ve|sang|o) {_FAR}\b(?! (?:chua benh|dieu tri|kham|tham|hoc))"
    r"|\bnhap (?:ho )?khau (?:noi|vao|tai|o|ve)\b|\blay chong (?:xa|noi|ngoai)\b"
    r"|\bbo dia phuong\b|\bdooi (?:di|nha)\b|\broi (?:khoi )?(?:dia phuong|dp|xa|thon)\b|\bdoon (?:nha )?(?:di|vao|ve)\b"
    r"|\bchuyen (?:han|luon) (?:di|ve|vao|sang|ra)\b"
    r"|\bdi khoi\b|\bdi khoi dp\b|\bkhong con (?:o|cu tru|song|sinh song|tai)\b"
    r"|\bkhong (?:o|co mawt|cu tru|sinh song)(?: tai| o)? dia phuong"
    r"|\bvang (?:mawt|mat|khoi|nha)\b|(?<!hay )(?<!thuong )\bbo (?:di|tron)\b(?! lang thang)"
    r"|\bmat tich\b|\bxuat canh\b|\b(?:dinh|di) cu\b"
    r"|\b(?:chap hanh an|o tuf?|di tuf|o tuf|trai giaam|tam giam|cai nghien)\b"
)
_HOME = re.compile(
    r"(?<!du dk )(?<!du dieu kien )\b(?:vao|o|tai|trong) (?:tt ?bt\w*|tt|trung tam|co so|nha duong lao|bao tro|lang tre|mai am)\b"
)
_LEARNS = re.compile(r"\b(?:hoc|day nghe|dieu tri|phuc hoi)\b")
_STOP = re.compile(
    r"^(?:da |de nghi |bi |xin |tam )?cat(?:$| (?:tu|giam|tro|che do|huong|khau|ho khau|tien|luon|t\d|thang|ngay|do|vi|\d))"
    r"|\b(?:da|de nghi|bi|xin|tam|chua) cat$|\bcat (?:khau|giam|tro cap|tc|huong|che do|do|tu)\b"
    r"|^(?:da |bao |de nghi |cat )?giam(?:$| (?:tu|t\d|thang|do|ngay|vi|luon|theo|chi|\d))"
    r"|\bthoi (?:huong|tro cap|nhan|chi|tra)\b"
    r"|\b(?:tam )?(?:dung|ngung|ngung) (?:huong|tro cap|tc|chi|tra|nhan|cap|tu|t\d)|\btam (?:dung|ngung)\b|^(?:dung|ngung)$"
    r"|\bhet (?:han huong|han tro cap|tuoi|dieu kien|thoi han huong|dien|huong)\b|\bqua tuoi\b"
    r"|\bchuyen (?:sang |qua )(?:huong |che do |dien )+(?!he so|muc|khuyet tat|nkt|kt|dbn|nang|khoan)"
    r"|(?<!khong )(?<!chua )(?<!khong duoc )\bhuong luong huu\b"
    r"|\bkhong con (?:thuoc|du) |\bkhong (?:du dieu kien|thuoc dien)|\bxoa ten\b|\bdinh chi\b"
    r"|\b(?:ra|rut) khoi (?:ds|danh sach)\b"
)


_CHUYEN = re.compile(r"\b([Cc]huyển)\b")


class NoteMeaning(StrEnum):
    """What a remark means for paying."""

    DEATH = "death"
    MOVE = "move"


@lru_cache(maxsize=4_096)
def read_note(text: str) -> NoteMeaning | None:
    """Whether a remark says that the person died, or moved away or is to be stopped.

    A verb belongs to the nearest person named before it: `Cha mẹ chết` (of an orphan), `chồng bỏ đi` and `người giám hộ cũ
    đã mất` say nothing of the beneficiary, `theo con vào Nam` does. What was lost may be a thing (`mất CMND`, `mất một
    chân`), and who has just arrived (`mới chuyển về`) has not left.
    """
    if _CROSS.search(text):
        return NoteMeaning.DEATH
    meanings: set[NoteMeaning] = set()
    kin_before = False
    for clause in _CLAUSES.split(tidy(text).lower()):
        words = fold(" ".join(_told_apart(word, marked=not clause.isascii()) for word in clause.split()))
        if not words:
            continue
        meaning = _of_clause(words)
        if meaning and not (kin_before and meaning is NoteMeaning.DEATH):
            meanings.add(meaning)
        kin_before = bool(_BARE_KIN.match(words)) or (":" in clause and bool(_BARE_KIN.match(fold(clause.split(":")[0]))))
    if NoteMeaning.DEATH in meanings:
        return NoteMeaning.DEATH
    return NoteMeaning.MOVE if meanings or _moved_to_a_place(text) else None


def _moved_to_a_place(text: str) -> bool:
    """Whether a remark ends with a move to what is written like a place: `Chuyển Phú Vang`, no bank and no clause."""
    before, verb, place = re.split(_CHUYEN, text, maxsplit=1) if len(re.findall(_CHUYEN, text)) == 1 else ("", "", "")
    words = place.split()
    if not verb or len(words) < 2 or not all(word.isalpha() and word.istitle() for word in words):
        return False
    return read_channel(place) is None and not names_other_bank(place) and not _SUBJECT.search(fold(before))


def _told_apart(word: str, *, marked: bool) -> str:
    """A word that its marks tell from others; where other words have theirs, `ba` is the father and no `bà`."""
    return "boo" if marked and word == "ba" else _TOLD_APART.get(word, word)


def _of_the_person(words: str, death: re.Match[str]) -> bool:
    """Whether a death is nobody else's: neither of who is named before it nor of whom it was reported for."""
    return not _SUBJECT.search(words[: death.start()].strip()) and not _OBJECT.match(words[death.end() :])


def _of_clause(words: str) -> NoteMeaning | None:
    living = _NOT_DEAD.sub(" ", words)
    if any(_of_the_person(living, found) for found in _DEATH.finditer(living)):
        return NoteMeaning.DEATH
    own = _WITH_KIN.sub(" ", words).strip()
    if not _ARRIVED.search(own) and any(not _SUBJECT.search(own[: found.start()].strip()) for found in _MOVE.finditer(own)):
        return NoteMeaning.MOVE
    in_a_home = _HOME.search(own) and not _LEARNS.search(own) and not own.startswith("truoc ")
    return NoteMeaning.MOVE if in_a_home or _STOP.search(own) else None
