"""What an officer's wording of a category says: clauses of Decree 20/2021/NĐ-CP Art. 5, severity, heads, or a code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from services.registry.domain.lists.text import plain, tidy

SEVERE, EXTREME, LIGHT = "N", "DBN", "light"
CHILD, ELDERLY = "child", "elderly"

_ARTICLE_6 = {"a": "K1", "b": "K2", "c": "K3", "d": "K4", "đ": "K5", "e": "K6", "g": "K7"}
_CODE = re.compile(
    r"\b(?:k1-te-(?:u4|4-16)|k2-16-22|k3-hiv-(?:u4|4-16)|k4-dtn|k5a-60-80|k5[ac]-80|k5b-75-80|k5d-cdong"
    r"|k6-(?:dbn|n)(?:-(?:te|nct))?\b|k7-te3|k8-hiv|htxh-\d\d|cs-[a-z0-9-]+|mt-(?:thuong|khancap))\b"
)
_CLAUSE_WORD = r"(?:khoan|\bk|\bkh)\s*\.?\s*"
_POINT_FIRST = re.compile(r"\b([a-eghikđ])\b[\s,.;:)\-]*(?:cua\s+)?" + _CLAUSE_WORD + r"0?([1-9])(?!\d)")
_CLAUSE_FIRST = re.compile(
    _CLAUSE_WORD + r"0?([1-9])(?!\d)(?:[\s,.;:(\-]*(?:điem|diem|đ\.?|d\.)\s*([a-eghikđ])\b|[\s.,\-/(]{0,3}([a-dđ])\b)?"
)
_BARE = re.compile(
    r"^(?:(?:điem|diem|đ|d)\.?\s*)?(?:0?([1-8])\s*[.\-/,(]?\s*([a-dđ])?\)?(?:\s*\(?(?:nang|đbn|dbn|(?:đac|dac) biet nang)\)?)?"
    r"|([a-dđ])\s*[.\-/,]?\s*([1-8]))$"
)
_ARTICLE_FIRST = re.compile(r"^(?:(?:đieu|dieu|đ|d)\.?\s*)?5\s*[.\-/]\s*0?([1-8])\s*[.\-/]?\s*([a-dđ])?(?:\s*[\s(,:\-].*)?$")
"""Article, clause and point first: `5.5a`, `Đ5.1.a`, `5.6 (nặng)`."""
_ARTICLE_5 = re.compile(r"\b(?:đieu|dieu|đ|d)\.?\s*5\s*[.,/\-]?\s*(?=k(?:hoan)?\s*\.?\s*\d)")
"""The article in front of its clause, often in one word: `Đ5K5a`."""
_HEADS = re.compile(r"\b0?(\d{1,2}|mot|hai|ba|bon|nam|sau)\s*(?:đua\s+|dua\s+|nguoi\s+)?(?:con|tre|chau)\b")
_HEADS_AFTER = re.compile(r"\b(?:so con|con|tre)\s*(?:nho\s*)?[:(x=]\s*0?(\d{1,2})\b")
_HEADS_OF_4 = re.compile(r"^(?:k|khoan) ?4\s*[-x:(*]\s*0?(\d)\b")
_NUMBER_WORDS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6}
_EXTREME = re.compile(
    r"đac biet|dac biet|\b[đd][./]? ?b(?:iet)?\.? nang|kt ?đbn\b|kt ?dbn\b|\bđ\.?b\.?\s*n\b|\bd\.?b\.?n\b|\bđbn\b|\bđb\b"
)
_SEVERE = re.compile(r"\bnang\b|\bn\b|kt ?n\b")
_ONLY_SEVERITY = re.compile(
    r"^(?:(?:muc(?: do)?|tat|loai|hang|dang) )?(?:(?:đac|dac) biet )?nang\b(?! (?:muc|luong|cao))|^(?:đbn|dbn)$"
)
"""A severity in the place of a category is one of the disabled: `Đặc biệt nặng`, `Nặng (vận động)`."""
_CHILD = re.compile(r"\btre (?:em|nho|mo|bi|khuyet)\b|\bte(?:kt\w*|mc)?\b|\btre\b")
_ELDERLY = re.compile(r"cao tuoi|\bnct(?:kt\w*)?\b|nguoi gia")
_LIGHT = re.compile(r"\bnhe\b")

_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("MT-THUONG", re.compile(r"mai tang")),
    ("CS-NKT-MT", re.compile(r"mang thai|con duoi 36 thang")),
    ("CS-NHAN", re.compile(r"(?<!co nguoi )nhan (?:cham soc|nuoi duong|nuoi)")),
    ("CS-DBN-HGD", re.compile(r"cham soc")),
    (
        "HTXH",
        re.compile(
            r"huu tri|\bht x(?:a )?h(?:oi)?\b"
            r"|\b(?:tc)?htxh\b|\b(?:n[đd]|nghi [đd]inh)\.? ?(?:so )?176\b|\b176/2025|(?:[đd]u|tren|>=?) ?75\b(?!.*80)"
        ),
    ),
    (
        "K4",
        re.compile(
            r"đon than|don than|nuoi con nho|\b[đd]t nuoi (?:\w+ )?con|\bđtnc\b"
            r"|chua co (?:chong|vo)\b|\b(?:me|bo|cha) nuoi (?:\d+ )?con\b|nuoi con mot minh|mot minh nuoi"
        ),
    ),
    ("HIV", re.compile(r"\bhiv\b|\baids\b")),
    (
        "K6",
        re.compile(
            r"khuyet tat|\b(?:n|te|nct|tre )?kt(?:n|đbn|dbn)?\b|tan tat"
            r"|tam than|than kinh|bai nao|bai liet|khiem thi|cam điec|điec cam|\bđbn\b|\bdbn\b"
        ),
    ),
    ("K7", re.compile(r"(?:duoi|<) ?(?:3 tuoi|36 thang)")),
    ("K2", re.compile(r"đang hoc|dang hoc|đi hoc|con hoc|sinh vien|16 ?(?:đen|den|-) ?22")),
    (
        "K1",
        re.compile(
            r"mo coi|bo roi|nguon nuoi duong|noi nuong tua|(?:khong|ko) co (?:nguoi|ai) nuoi|\btemc\b|\b(?:te|tre|tre em) mc\b"
        ),
    ),
    (
        "K5",
        re.compile(
            r"cao tuoi|\bgia (?:yeu|ca|neo|co don)|\bnct(?: ?cđ| ?cd)?\b|nguoi gia"
            r"|(?:tren|đu|du|tu|>=?) ?80|80 ?t(?:uoi)?\b"
        ),
    ),
)
_RAISING = re.compile(r"\bnuoi\b|\bcon\b|\bchau\b")
_ABSORBS = {"K6": {"K5", "K7"}, "HIV": {"K5"}, "K4": {"K2", "K5", "K7"}, "HTXH": {"K5"}, "K2": {"K1"},
            "K5": {"K1"}}  # fmt: skip
_LETTERED = re.compile(r"^(?:nct|nguoi cao tuoi)\s*[\-(]?\s*([a-d])\)?$")
"""The elderly of a point: `NCT a`, `NCT (c)`."""
_ELDERLY_POINTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("d", re.compile(r"cong đong|cong dong|nhan nuoi|vao co so")),
    ("b", re.compile(r"\b75\b|dtts|dan toc thieu so|mien nui")),
    ("a", re.compile(r"ngheo|phung duong|nct ?cđ|nct ?cd|co đon|co don|nuong tua|neo đon|neo don|đon than|don than")),
    ("c", re.compile(r"\b80t?\b|luong huu|bhxh")),
)


@dataclass(frozen=True, slots=True)
class CategoryWording:
    """Groups named (`K1`..`K8`, `HIV`, `HTXH`, `CS-...`, `MT-...`), with K5's point, severity, heads, a code, the age named."""

    groups: tuple[str, ...]
    point: str | None = None
    severity: str | None = None
    heads: int | None = None
    code: str | None = None
    aged: str | None = None


def _half_plain(text: str) -> str:
    """Like `plain`, but `đ` stays: the decree has a point d and a point đ."""
    return plain(tidy(text).lower().replace("đ", "\ue000")).replace("\ue000", "đ")


@lru_cache(maxsize=4_096)
def read_wording(text: str) -> CategoryWording:
    """What the wording says. `groups` is empty when nothing of it is understood, longer than one when it is ambiguous."""
    words = _half_plain(text)
    code = _CODE.search(words)
    if code:
        return CategoryWording((code.group().split("-")[0][:2].upper(),), heads=_heads(words), code=code.group().upper())
    clauses = _clauses(words)
    named = _named_groups(words)
    groups = _reconcile(clauses, named, words)
    if not groups and _ONLY_SEVERITY.search(words):
        groups = ("K6",)
    point = next((point for group, point in clauses if group == "K5" and point), None)
    if groups == ("K5",) and point is None and (lettered := _LETTERED.search(words)):
        point = lettered.group(1)
    if groups == ("K5",) and point not in ("a", "b", "c", "d"):
        point = next((letter for letter, pattern in _ELDERLY_POINTS if pattern.search(words)), None)
    return CategoryWording(groups, point, _severity(words), _heads(words), aged=_aged(words))


def _clauses(words: str) -> list[tuple[str, str | None]]:
    """(group, point) for each clause written: `điểm a khoản 5`, `khoản 5 điểm a`, `k5a`, `5a`, `a5`."""
    words = _ARTICLE_5.sub("", words)
    found = [(f"K{number}", letter) for letter, number in _POINT_FIRST.findall(words)]
    if not found:
        found = [(f"K{number}", first or second or None) for number, first, second in _CLAUSE_FIRST.findall(words)]
    else:
        found += [(f"K{n}", None) for n, _, _ in _CLAUSE_FIRST.findall(words) if f"K{n}" not in {g for g, _ in found}]
    article = _ARTICLE_FIRST.match(words)
    if not found and article:
        return [(f"K{article.group(1)}", article.group(2))]
    bare = _BARE.match(words)
    if not found and bare:
        found = [(f"K{bare.group(1) or bare.group(4)}", bare.group(2) or bare.group(3))]
    return [clause for clause in found if clause[0] != "K9"]


def _named_groups(words: str) -> tuple[str, ...]:
    names = [group for group, pattern in _WORDS if pattern.search(words)]
    care = [group for group in names if group.startswith(("CS", "MT"))]
    if care:
        return (care[0],)
    if "K4" in names and {"K5", "K6"} & {*names} and not _RAISING.search(words):
        names.remove("K4")  # an old or disabled person who lives alone, not a single parent
    absorbed = {other for group in names for other in _ABSORBS.get(group, ())}
    return tuple(group for group in names if group not in absorbed)


def _reconcile(clauses: list[tuple[str, str | None]], named: tuple[str, ...], words: str) -> tuple[str, ...]:
    """One answer from the clause and the words; both when they contradict each other.

    `điểm e khoản 1` may stand for Art. 6(1)(e), that is Art. 5(6): it does where Art. 6 or the words say so.
    """
    by_clause = tuple(dict.fromkeys(group for group, _ in clauses))
    if not by_clause or any(group.startswith(("CS", "MT")) for group in named):
        return named
    by_point = tuple(dict.fromkeys(_ARTICLE_6[point] for group, point in clauses if group == "K1" and point in _ARTICLE_6))
    if by_point and re.search(r"(?:đieu|dieu) 6", words):
        return by_point
    absorbed = set().union(*(_ABSORBS.get(group, set()) for group in by_clause))
    named = tuple(group for group in named if group not in absorbed)
    if not named or set(by_clause) <= _widened(named):
        return by_clause
    if len(by_clause) == 1 and set(named) & set(by_clause):
        return by_clause
    if by_point and set(by_point) <= _widened(named):
        return by_point
    return tuple(dict.fromkeys(by_clause + named))


def _widened(named: tuple[str, ...]) -> set[str]:
    """The groups that words admit: HIV may be clause 3 (children) or 8; a pupil of clause 2 came from clause 1."""
    more = {"HIV": {"K3", "K8"}, "K1": {"K2"}, "K2": {"K1"}, "K6": {"K5"} if "K5" in named else set()}
    return set(named).union(*(more.get(group, set()) for group in named))


def _aged(words: str) -> str | None:
    if _ELDERLY.search(words):
        return ELDERLY
    return CHILD if _CHILD.search(words) else None


def _severity(words: str) -> str | None:
    if _EXTREME.search(words):
        return EXTREME
    if _SEVERE.search(words):
        return SEVERE
    return LIGHT if _LIGHT.search(words) else None


def _heads(words: str) -> int | None:
    found = _HEADS.search(words) or _HEADS_AFTER.search(words) or _HEADS_OF_4.search(words)
    if not found:
        return None
    count = _NUMBER_WORDS.get(found.group(1)) or int(found.group(1))
    return count if 1 <= count <= 15 else None


def read_severity(text: str) -> str | None:
    """The severity in a column of its own: `Nặng`, `ĐBN`, `Đặc biệt nặng`."""
    return _severity(_half_plain(text))
