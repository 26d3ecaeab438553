"""The words above a column, and what the column holds."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from services.registry.domain.lists.header_words import header_words


class Column(StrEnum):
    """What a column holds. `MALE` and `FEMALE` hold a birth date or a mark, and say the sex by being filled in."""

    ORDINAL = "ordinal"
    FULL_NAME = "full_name"
    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    BIRTH = "birth_date"
    BIRTH_DAY = "birth_day"
    BIRTH_MONTH = "birth_month"
    BIRTH_YEAR = "birth_year"
    MALE = "male"
    FEMALE = "female"
    SEX = "sex"
    IDENTITY = "national_id"
    CMND = "cmnd"
    CCCD = "cccd"
    ETHNICITY = "ethnicity"
    VILLAGE = "village"
    COMMUNE = "commune"
    CATEGORY = "category"
    SEVERITY = "severity"
    COEFFICIENT = "coefficient"
    AMOUNT = "amount"
    CHILDREN = "children_count"
    PAYEE_NAME = "payee_name"
    PAYEE_ID = "payee_id"
    RELATIONSHIP = "relationship"
    PAYEE_PHONE = "payee_phone"
    PHONE = "phone"
    CHANNEL = "channel"
    ACCOUNT = "account_number"
    BANK = "bank"
    NOTE = "note"
    OTHER = "other"

    __hash__ = str.__hash__  # an enum's own hash is slower, and rows look columns up by the million


_PAYEE = re.compile(
    r"nhan thay|nhan ho|nhan tien|giam ho|\b(?:n?gh|nnt|ngt|nuq)\b|uy quyen|\buq\b|dai dien|nguoi nhan\b|nguoi cham soc"
    r"|nguoi nuoi duong|lanh thay|nguoi (?:linh|dung ten|truc tiep nhan|nt\b|thay mat|bao tro)|linh thay"
    r"|(?:nhan|linh|lanh) (?:giup|gium|dum)"
)
_BY_WHAT = re.compile(r"^nhan tien (?:qua|bang|tai)")
_SIGNED = re.compile(r"(?<!đăng )\bký\b|ghi rõ (?:họ )?tên")
_OFFICIAL = re.compile(
    r"(?:cccd|cmnd|can cuoc|dinh danh) (?:cua )?chu ho|cong tac vien|\bctv\b|can bo|buu ta|truong thon|to truong"
)
_OF_ANOTHER = re.compile(r"(?:sinh|tuoi|gioi tinh|phai|dan toc) (?:cua )?(?:chu ho|cha|me|bo|vo|chong|con)$")
"""Of the household's head, a parent, a spouse: nobody's whom the list is about."""
_PAPER = re.compile(r"thoi han|het han|so giay(?! to)|so van ban|giay uy quyen|ngay (?:ky|lap)")
"""Of an authorisation's paper, not of who holds it."""
_ITEM = re.compile(r"^mục (?:hưởng|đối tượng|đt)")
"""`Mục hưởng` is an item of the law, `Mức hưởng` a sum."""
_ISSUED = re.compile(r"(?:ngay|noi|co quan) cap|^cap ngay|het han|han dung|co gia tri")
_IDENTITY = re.compile(
    r"cmnd|cccd|\bcmt(?:nd)?\b|cmtnd|can cuoc|chung minh|dinh danh|giay to|\bddcn\b|ho chieu"
    r"|(?:ma|so)(?: so)? (?:cong dan|ca nhan)"
)
_CMND = re.compile(r"cmnd|\bcmt(?:nd)?\b|chung minh|9 so")
_CCCD = re.compile(r"cccd|can cuoc|dinh danh|12 so")
_PHONE = re.compile(
    r"dien thoai|\bd thoai\b|\bso may\b|\bsdt\b|\bdt lien|so dt\b|\bdt(?:dd|cd)\b|\bphone\b|di dong|\btel\b|lien he|lien lac"
)
_ACCOUNT = re.compile(r"so tai khoan|\bstk\b|so tk\b|^tai khoan ngan hang$")
_BIRTH = re.compile(r"\bsinh\b|\bn t n s\b|^n\.t\.n\.s|\bns\b|ntns|^dob$|ngay thang nam$|nam tuoi")
_NO_BIRTH = re.compile(r"noi sinh|khai sinh$|khai sinh so")


def _rule(column: Column, *patterns: str) -> tuple[Column, re.Pattern[str]]:
    return column, re.compile("|".join(patterns))


# The first rule that matches decides; payees, phones and dates of issue are settled before these.
_RULES: tuple[tuple[Column, re.Pattern[str]], ...] = (
    _rule(Column.ORDINAL, r"^(?:s? ?tt|so ?tt|s t t|so thu tu|thu tu|no|#)(?: \d+)?$"),
    _rule(
        Column.NOTE,
        r"ghi chu|nhan xet|dien giai|luu y|chu thich|ghi nhan|^tinh hinh$|^y kien|^chu y$|^chu giai|^thong tin khac",
        r"tinh trang(?! khuyet| kt| ho\b| hon)|hien trang|^ly do|bien dong",
        r"^g ?c$|^(?:tang|giam)(?: (?:tang|giam))?\b",
    ),
    _rule(Column.RELATIONSHIP, r"quan he|la gi (?:cua|voi)|^m?qh\b|moi qh|^q he\b"),
    _rule(
        Column.OTHER,
        r"(?<!dang )ky (?:nhan|ten)|chu ky|da nhan|quyet dinh|\bqd\b|tu thang|^huong tu|thoi (?:diem|gian)|thang huong",
        r"thang bat dau|truy linh|ngay huong|ho ngheo|chu tai khoan|ten tai khoan|chu ho\b|ten (?:cua )?(?:cha|me|bo)\b",
        r"bhyt|bhxh|bao hiem|\bthue\b|^ma ho\b|cung cap|xac nhan|^nguon\b|luong huu",
        r"mai tang|ten (?:vo|chong)\b|^so ho khau|so the (?:nkt|kt|khuyet|hoi|dang|doan|thuong)",
        r"^(?:he so|hs|muc|so tien|tien)\b.* cu$|^(?:he so|hs|muc|tien) cu\b",
    ),
    _rule(
        Column.ACCOUNT, r"so tai khoan|^stk|so tk|^vi tk$|so the\b|so vi\b|^(?:ma )?tai khoan|^tk\b|account|so hieu t(?:ai )?k"
    ),
    _rule(
        Column.CHANNEL,
        r"hinh thuc|phuong thuc|kenh|noi (?:nhan|linh|chi tra)|cach (?:nhan|chi)|^ht (?:nhan|chi)|don vi chi tra",
        r"phuong an chi|^pt (?:nhan|chi|tra)|^tien mat$|^(?:vtp|viettel ?pay|vi dien tu)$|^htct$",
        r"^(?:dang ky )?nhan (?:tien )?(?:qua|bang)|^(?:chi tra|linh|lanh) (?:qua|bang|tai)|loai hinh chi|cach thuc",
        r"^tien mat (?:tk|the|vi|hay|chuyen)",
    ),
    _rule(Column.BANK, r"ngan hang|ten nh\b|tai nh\b"),
    _rule(Column.CHILDREN, r"(?:so|sl|so luong) (?:con|tre|nguoi con|chau|nguoi phu thuoc)|con dang nuoi|con duoi|may con\b"),
    _rule(Column.COEFFICIENT, r"he so|^hs\b|^h so\b"),
    _rule(
        Column.AMOUNT,
        r"so tien|muc (?:tro cap|huong|nhan|duoc huong|linh|tien|chi|chuan|trc)|kinh phi|thanh tien",
        r"^tro cap (?:hang|thang|xa hoi|btxh)",
        r"^tien|(?:tong|thuc) (?:tien|cong|so tien|nhan|linh|chi|huong)|^muc$|^mtc$",
        r"^(?:so )?tro cap(?: (?:d|vnd|dong|nghin dong|1000d|1 000d))*$|^duoc (?:nhan|linh)",
    ),
    _rule(
        Column.SEVERITY,
        r"muc do|muc (?:kt\b|khuyet)|hang (?:kt\b|khuyet|tat)|^mdkt$|dang (?:tat|kt|khuyet)|loai khuyet tat|tinh trang khuyet",
    ),
    _rule(Column.FAMILY_NAME, r"^ho(?: va)?(?: ten)?(?: chu)? (?:dem|lot)$|^ho$"),
    _rule(
        Column.FULL_NAME,
        r"\bho (?:va |n )?(?:chu )?(?:(?:dem|lot) )?(?:va )?ten\b|^(?:full ?)?name$",
        r"^ten ho\b|^ten (?:doi tuong|nguoi|dt)|ten (?:doi tuong|nguoi huong|nguoi thu huong)",
        r"^(?:nguoi|doi tuong) (?:(?:duoc|thu) )?(?:huong(?: tro cap)?|tro cap)(?: xa hoi)?$",
        r"^ho ?va ?ten|^hoten|quy danh|^ten day du",
    ),
    _rule(
        Column.CATEGORY,
        r"(?:dien|loai|loai hinh|nhom|ma|thuoc|theo) d(?:oi )?t|dieu 5|chinh sach|nd 20|nghi dinh|^doi tuong(?: \d+)?$",
        r"doi tuong (?:theo|nd|thuoc|huong (?:theo|tro)|dieu|khoan|quy dinh|btxh|bao tro)",
        r"^(?:thuoc )?dien(?: (?:tro cap(?: xa hoi)?|doi tuong|duoc huong|btxh|bao tro))?$",
        r"^thuoc (?:khoan|nhom)|^nhom\b|(?:dieu kien|dieu khoan|noi dung) huong|^huong theo|^dang doi tuong",
        r"^(?:hang muc|diem|khoan|dieu khoan|loai|phan nhom|can cu(?: huong)?|loai hinh|dien huong|nhom|dt huong|phan loai)$",
        r"diem khoan|khoan diem|khoan dieu|che do|loai (?:hinh )?tro cap",
    ),
    _rule(Column.GIVEN_NAME, r"^ten$"),
    _rule(Column.ETHNICITY, r"dan toc|^d ?toc$|^(?:thanh phan|tp) dt$"),
    _rule(Column.SEX, r"gioi tinh|^phai$|^gt$|^g tinh$|nam nu|gioi$"),
    _rule(
        Column.VILLAGE,
        r"thon\b|sinh song|\btdp\b|to dan pho|^to$|^ap$|^ban$|^xom$|^to |dia chi|noi (?:o|cu tru|thuong tru|dk)|cho o|thuong tru",
        r"ho khau|\bhktt\b|\bhk\b|khu (?:pho|vuc|dan cu)|khoi pho|khom|buon|lang|cu tru|cu ngu|dia ban|que quan",
    ),
    _rule(Column.COMMUNE, r"^(?:ten |ma )?(?:xa|phuong|thi tran|xp)(?: (?:phuong|xa|thi tran|tt))*$", r"^don vi$"),
)


@lru_cache(maxsize=4_096)
def read_header(text: str) -> Column | None:
    """What a column under these words holds; None when nothing known is named.

    `text` is the column's header with the words of the row above in front of it (`Người nhận thay` `Họ tên`).
    """
    written, words = header_words(text)
    if not words:
        return None
    if sexed := _sexed(written, words):
        return sexed
    if _ISSUED.search(words) or _SIGNED.search(written) or _OFFICIAL.search(words) or _OF_ANOTHER.search(words):
        return Column.OTHER
    if _ITEM.search(written):
        return Column.CATEGORY
    if words.startswith("moi lien he"):
        return Column.RELATIONSHIP
    if _PAYEE.search(words) and not _BY_WHAT.search(words) and (payee := _payee_column(written, words)):
        return payee
    return _numbered(written, words) or next((column for column, pattern in _RULES if pattern.search(words)), None)


def _numbered(written: str, words: str) -> Column | None:
    """Columns of numbers and dates, whose words stand in many forms: identity, account, phone, birth; and `DT`."""
    if _IDENTITY.search(words):
        return _identity_column(words)
    if _ACCOUNT.search(words):
        return Column.ACCOUNT
    if _PHONE.search(words) or re.search(r"(?:^|số )đt$|^đt\b(?! (?:hưởng|thuộc|theo))", written):
        return Column.PHONE
    if re.fullmatch(r"d\.?t\.?\W*", written):
        return Column.ETHNICITY
    if _BIRTH.search(words) and not _NO_BIRTH.search(words):
        return _birth_column(words)
    return None


def _sexed(written: str, words: str) -> Column | None:
    """`Nam` and `Nữ` as columns of their own, alone or under a birth date or a sex; `Nam/Nữ` is one column."""
    if re.search(r"nam\W+(?:hay |hoặc )?nữ|nam\W+nu\b|nữ\W+nam", written):
        return Column.SEX
    last = re.split(r"[\s/,(]+", re.sub(r"\s*\((?:x|v|đánh dấu x?)\)$", "", written).rstrip(" )"))[-1]
    if re.match(r"nam\W+sinh năm", written):
        return Column.MALE
    about = bool(_BIRTH.search(words)) or "gioi" in words or words in ("nam", "nu", "nam x", "nu x")
    if about and last in ("nữ", "nu", "nư"):
        return Column.FEMALE
    if about and last == "nam":
        return Column.MALE
    if about and re.match(r"nữ\b", written):
        return Column.FEMALE
    return Column.MALE if about and re.match(r"nam\b", written) and not re.match(r"nam sinh|nam$", written) else None


def _birth_column(words: str) -> Column:
    last = words.split(" ")[-1]
    if words.endswith(("sinh ngay", "sinh thang", "sinh nam")) and words not in ("sinh ngay", "sinh nam"):
        return {"ngay": Column.BIRTH_DAY, "thang": Column.BIRTH_MONTH, "nam": Column.BIRTH_YEAR}[last]
    return Column.BIRTH


def _identity_column(words: str) -> Column:
    cmnd, cccd = bool(_CMND.search(words)), bool(_CCCD.search(words))
    if cmnd == cccd:
        return Column.IDENTITY
    return Column.CMND if cmnd else Column.CCCD


def _payee_column(written: str, words: str) -> Column | None:
    if "quan he" in words:
        return Column.RELATIONSHIP
    if _PAPER.search(words):
        return Column.OTHER
    if _IDENTITY.search(words):
        return Column.PAYEE_ID
    if _ACCOUNT.search(words):
        return Column.ACCOUNT
    if _PHONE.search(words) or re.search(r"\bđt\b", written):
        return Column.PAYEE_PHONE
    if re.search(r"dia chi|noi o|cho o|sinh|gioi tinh|dan toc", words):
        return Column.OTHER
    if re.search(r"hinh thuc|phuong thuc|noi nhan|ky nhan|chu ky|ngay|(?<!chu )tai khoan", words):
        return None
    return Column.PAYEE_NAME


def is_payee_header(text: str) -> bool:
    """Whether the words speak of the person who receives in the beneficiary's place."""
    return bool(_PAYEE.search(header_words(text)[1]))
