"""What a payee is to the beneficiary, and whether that can be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from services.registry.domain.lists.text import tidy

_MALE, _FEMALE = "male", "female"


class Kin(StrEnum):
    """Kinds of relationship that ages can contradict."""

    SELF = "self"
    PARENT = "parent"
    GRANDPARENT = "grandparent"
    UNCLE_AUNT = "uncle_aunt"
    ELDER_SIBLING = "elder_sibling"
    YOUNGER_SIBLING = "younger_sibling"
    SPOUSE = "spouse"
    CHILD = "child"
    GRANDCHILD = "grandchild"
    OWN_GRANDCHILD = "own_grandchild"
    GUARDIAN = "guardian"
    ANY_AGE = "any_age"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Relationship:
    """What the payee is to the beneficiary, and the payee's sex where the word tells it."""

    kin: Kin
    sex: str | None = None


_FIRST_WORDS: dict[str, Relationship] = {
    "cha": Relationship(Kin.PARENT, _MALE), "bố": Relationship(Kin.PARENT, _MALE), "bọ": Relationship(Kin.PARENT, _MALE),
    "tía": Relationship(Kin.PARENT, _MALE), "bo": Relationship(Kin.PARENT, _MALE),
    "mẹ": Relationship(Kin.PARENT, _FEMALE), "má": Relationship(Kin.PARENT, _FEMALE),
    "mạ": Relationship(Kin.PARENT, _FEMALE), "me": Relationship(Kin.PARENT, _FEMALE),
    "ông": Relationship(Kin.GRANDPARENT, _MALE), "ôn": Relationship(Kin.GRANDPARENT, _MALE),
    "ong": Relationship(Kin.GRANDPARENT, _MALE), "bà": Relationship(Kin.GRANDPARENT, _FEMALE),
    "mệ": Relationship(Kin.GRANDPARENT, _FEMALE), "cố": Relationship(Kin.GRANDPARENT),
    "chú": Relationship(Kin.UNCLE_AUNT, _MALE), "chu": Relationship(Kin.UNCLE_AUNT, _MALE),
    "cậu": Relationship(Kin.UNCLE_AUNT, _MALE), "cau": Relationship(Kin.UNCLE_AUNT, _MALE),
    "dượng": Relationship(Kin.UNCLE_AUNT, _MALE), "bác": Relationship(Kin.UNCLE_AUNT),
    "bac": Relationship(Kin.UNCLE_AUNT), "cô": Relationship(Kin.UNCLE_AUNT, _FEMALE),
    "co": Relationship(Kin.UNCLE_AUNT), "o": Relationship(Kin.UNCLE_AUNT, _FEMALE),
    "dì": Relationship(Kin.UNCLE_AUNT, _FEMALE), "di": Relationship(Kin.UNCLE_AUNT, _FEMALE),
    "thím": Relationship(Kin.UNCLE_AUNT, _FEMALE), "mợ": Relationship(Kin.UNCLE_AUNT, _FEMALE),
    "thim": Relationship(Kin.UNCLE_AUNT, _FEMALE), "mự": Relationship(Kin.UNCLE_AUNT, _FEMALE),
    "anh": Relationship(Kin.ELDER_SIBLING, _MALE), "chị": Relationship(Kin.ELDER_SIBLING, _FEMALE),
    "chi": Relationship(Kin.ELDER_SIBLING, _FEMALE), "em": Relationship(Kin.YOUNGER_SIBLING),
    "vợ": Relationship(Kin.SPOUSE, _FEMALE), "vo": Relationship(Kin.SPOUSE, _FEMALE),
    "chồng": Relationship(Kin.SPOUSE, _MALE), "chong": Relationship(Kin.SPOUSE, _MALE),
    "ba": Relationship(Kin.PARENT), "con": Relationship(Kin.CHILD), "nàng": Relationship(Kin.CHILD, _FEMALE),
    "dâu": Relationship(Kin.CHILD, _FEMALE), "rể": Relationship(Kin.CHILD, _MALE),
    "cháu": Relationship(Kin.GRANDCHILD), "chau": Relationship(Kin.GRANDCHILD), "chắt": Relationship(Kin.GRANDCHILD),
}  # fmt: skip
_WITHOUT_MARKS = frozenset({"bo", "me", "ong", "chu", "cau", "bac", "co", "di", "thim", "chi", "vo", "chong", "chau"})
"""Typed without marks, as are all words beside them then: `chi hội phụ nữ` is no `chị`."""
_WHOLE: dict[str, Relationship] = {
    word: relationship
    for words, relationship in (
        (("chính mình", "ban than", "chinh chu", "tu nhan"), Relationship(Kin.SELF)),
        (("vợ chồng", "vợ/chồng", "chồng/vợ"), Relationship(Kin.SPOUSE)),
        (("bố mẹ", "cha mẹ", "ba mẹ", "ba", "bố/mẹ", "cha/mẹ"), Relationship(Kin.PARENT)),
        (("ông bà", "ông/bà"), Relationship(Kin.GRANDPARENT)),
        (("bà con", "họ hàng", "sơ", "phụ huynh", "thân nhân"), Relationship(Kin.GUARDIAN)),
        (("nội", "ngoại", "bên nội", "bên ngoại"), Relationship(Kin.ANY_AGE)),
        (("thân phụ",), Relationship(Kin.PARENT, _MALE)),
        (("thân mẫu",), Relationship(Kin.PARENT, _FEMALE)),
        (("trưởng nam",), Relationship(Kin.CHILD, _MALE)),
        (("trưởng nữ",), Relationship(Kin.CHILD, _FEMALE)),
        (("anh chị", "anh/chị", "anh em", "chị em"), Relationship(Kin.ANY_AGE)),
    )
    for word in words
}
_SELF = re.compile(
    r"(?:(?:chính )?(?:đối tượng|người hưởng)|bản thân(?: (?:đt|đối tượng|người hưởng))?|chính chủ"
    r"|(?:(?:đối tượng|người hưởng|bản thân) )?(?:tự|trực tiếp)(?: đi| đến)? (?:nhận|lĩnh))"
    r"(?: (?:nhận|lĩnh|tiền))*"
)
"""The beneficiary receives: `bản thân`, `tự nhận`, `đối tượng trực tiếp nhận`."""
_GUARDIANS = ("giám hộ", "ủy quyền", "uỷ quyền", "chăm sóc", "nuôi dưỡng", "đại diện", "hàng xóm", "người thân", "họ hàng",
              "trưởng thôn", "tổ trưởng", "cán bộ", "giam ho", "uy quyen", "cham soc", "nguoi than",
              "láng giềng", "lối xóm", "người nuôi", "người quen", "thông gia", "sui gia",
              "nhận hộ", "nhận thay", "lĩnh hộ", "lĩnh thay", "người nhà", "ở cùng", "ở chung", "giúp việc", "trụ trì",
              "hội trưởng", "nhạc mẫu", "nhạc phụ", "bảo trợ",
              "nhận nuôi", "trông nom", "đỡ đầu", "mái ấm", "bên cạnh")  # fmt: skip
_SHORT_CHILD = re.compile(r"^c\.\s*(?=\w)")
_GUARDIAN_WORDS = frozenset({"gh", "ngh", "uq", "nuq", "ngt", "đd", "bạn"})
_OFFICES = frozenset({"trưởng", "phó", "hội", "chủ"})
_BY_MARRIAGE = frozenset({"dâu", "dau", "rể", "rễ", "re", "họ", "kế", "ghẻ"})
"""An elder brother's wife may be younger than he, a cousin called elder too; so may whom a parent married later."""
_SIBLINGS = (Kin.ELDER_SIBLING, Kin.YOUNGER_SIBLING)
_OF_THE_LINE = frozenset({"nội", "ngoại", "noi", "ngoai"})
"""A `cháu` alone may be a nephew older than the uncle; `cháu nội`, `cháu ngoại` are a child's children."""
_MODIFIERS = (
    "ruột ruot đẻ de nuôi nuoi út ut cả ca thứ hai lớn lon nhỏ nho đầu dau trưởng chính hờ riêng chung bé già gia"
    " trai gái gai nội noi ngoại ngoai dâu rể rễ re họ ho kế ke ghẻ ghe vợ vo chồng chong của cua bên ben là la"
    " đối tượng đt nó và hoặc"
)
_SAYS_MORE = frozenset(_MODIFIERS.split())
"""Words that leave a relationship what its first word says. With others it may be anything: `bà con xa`, `cô giáo`."""
_BRACKETS = re.compile(r"\([^()]*\)?")
_SEXED = {"trai": _MALE, "gái": _FEMALE, "gai": _FEMALE, "dâu": _FEMALE, "dau": _FEMALE, "rể": _MALE,
          "rễ": _MALE, "re": _MALE}  # fmt: skip


@lru_cache(maxsize=1_024)
def read_relationship(text: str) -> Relationship:
    """The relationship a word names: `Bà ngoại`, `Con gái`, `Mẹ đẻ`, `Mệ` (a grandmother, in Huế)."""
    words = _SHORT_CHILD.sub("con ", tidy(text).lower().strip(" .,:;()-").removeprefix("là "))
    if words in _WHOLE:
        return _WHOLE[words]
    if _SELF.fullmatch(words):
        return Relationship(Kin.SELF)
    parts = words.replace("/", " ").replace("-", " ").replace("(", " ").replace(")", " ").split()
    if any(guardian in words for guardian in _GUARDIANS) or _GUARDIAN_WORDS & {*parts}:
        return Relationship(Kin.GUARDIAN)
    if parts and parts[0] in _OFFICES:
        return Relationship(Kin.GUARDIAN)
    if len(parts) > 1 and parts[0] == "người":
        parts = parts[1:]
    known = _FIRST_WORDS.get(parts[0]) if parts else None
    if known is None or (parts[0] in _WITHOUT_MARKS and not words.isascii()):
        return Relationship(Kin.UNKNOWN)
    if not all(_leaves_kin(part) for part in _BRACKETS.sub(" ", words).replace("/", " ").replace("-", " ").split()[1:]):
        return Relationship(Kin.ANY_AGE)
    return _with_what_follows(known, parts)


def _leaves_kin(word: str) -> bool:
    return word in _SAYS_MORE or word in _FIRST_WORDS or not word.isalpha()


def _with_what_follows(known: Relationship, parts: list[str]) -> Relationship:
    """The first word's relationship with what the next say: `con gái`, `cháu nội`, `chị dâu`, `ông bà nội`, `chị em`."""
    second = _FIRST_WORDS.get(parts[1]) if len(parts) > 1 else None
    if parts[0] == "ba" and {*parts[1:2]} & _OF_THE_LINE:
        return Relationship(Kin.GRANDPARENT, _FEMALE)  # `ba noi`, typed without marks
    sex = next((_SEXED[part] for part in parts[1:2] if part in _SEXED), known.sex)
    if second and second.sex and parts[1] not in _SEXED and second.sex != known.sex:
        sex = None
    if known.kin is Kin.GRANDCHILD and (parts[0] == "chắt" or {*parts[1:]} & _OF_THE_LINE):
        return Relationship(Kin.OWN_GRANDCHILD, sex)
    if known.kin in (*_SIBLINGS, Kin.PARENT) and {*parts[1:2]} & _BY_MARRIAGE:
        return Relationship(Kin.ANY_AGE, sex)
    if known.kin in _SIBLINGS and second and second.kin in (*_SIBLINGS, Kin.CHILD, Kin.UNCLE_AUNT):
        return Relationship(Kin.ANY_AGE)  # brothers and sisters of either age, or cousins: `anh con bác`
    if parts[0] == "bà" and second and second.kin in _SIBLINGS:
        return second
    of_a_spouse = second is not None and Kin.SPOUSE in (known.kin, second.kin) and known.kin is not second.kin
    if of_a_spouse or "của" in parts:
        return Relationship(Kin.ANY_AGE, known.sex)
    return Relationship(known.kin, sex)


def age_contradicts(kin: Kin, payee_born: int | None, beneficiary_born: int, year: int) -> bool:
    """Whether birth years rule a relationship out. Without the payee's year only what no payee of 18 could be.

    Limits are wide (a parent is at least 12 years older, a grandparent 24): what is ruled out is a mistake, not unusual.
    """
    age = year - beneficiary_born
    if kin is Kin.SPOUSE and age < 16:
        return True
    if payee_born is None:
        limits = {Kin.CHILD: age < 30, Kin.PARENT: age > 80, Kin.GRANDPARENT: age > 60, Kin.YOUNGER_SIBLING: age < 17}
        return limits.get(kin, False)
    older = beneficiary_born - payee_born
    impossible = {
        Kin.PARENT: older < 12,
        Kin.GRANDPARENT: older < 24,
        Kin.ELDER_SIBLING: older < 0,
        Kin.YOUNGER_SIBLING: older > 0,
        Kin.CHILD: older > -12,
        Kin.GRANDCHILD: older > 15,
        Kin.OWN_GRANDCHILD: older > -24,
        Kin.UNCLE_AUNT: older < -15,
        Kin.SPOUSE: year - payee_born < 16,
    }
    return impossible.get(kin, False)


def sex_contradicts(relationship: Relationship, payee_sex: str | None, payee_name: str, beneficiary_sex: str | None) -> bool:
    """Whether the payee's sex (by CCCD, else by the middle name Thị) rules the word out, or a wife has a wife."""
    known = payee_sex or (_FEMALE if " thị " in payee_name.lower() else None)
    if relationship.sex and known and relationship.sex != known:
        return True
    return relationship.kin is Kin.SPOUSE and relationship.sex is not None and relationship.sex == beneficiary_sex
