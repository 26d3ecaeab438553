"""The holder's name at a provider against the payee's, as a Vietnamese clerk would compare them.

`match` needs nobody, `near` needs an officer's eye, `different` is somebody else until shown otherwise. Banks write names in
capitals without diacritics; that alone is no difference. A diacritic that is there and differs is one: Hòa is not Hoa.
"""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from services.registry.domain.lists.names import standard_name
from services.registry.domain.lists.text import fold

MATCH, NEAR, DIFFERENT, NOT_TOLD = "match", "near", "different", "not_told"

REASONS: dict[str, tuple[str, str]] = {
    "same": ("Giống hệt", "The same"),
    "same_but_form": (
        "Chỉ khác chữ hoa, khoảng trắng, vị trí dấu thanh hoặc mã chữ",
        "Only capitals, spaces, the tone mark's place or the letters' coding differ",
    ),
    "diacritics_lost": ("Một bên viết không dấu", "Written without diacritics on one side"),
    "spaces_lost": ("Viết liền không có khoảng trắng", "Written without spaces"),
    "diacritics_differ": ("Khác dấu: cùng chữ cái nhưng có thể là tên khác", "Other diacritics: may be another name"),
    "order_differs": ("Cùng các chữ nhưng khác thứ tự", "The same words in another order"),
    "abbreviated": ("Có chữ viết tắt", "Words are abbreviated"),
    "middle_missing": ("Thiếu tên đệm", "A middle name is missing"),
    "one_letter": ("Khác một chữ cái", "One letter differs"),
    "other_name": ("Tên khác", "Another name"),
    "provider_says_other": ("Nhà cung cấp trả lời tên không khớp", "The provider says that the name is another"),
    "holder_as_before": ("Cùng chủ tài khoản mà cán bộ đã chấp nhận trước đây", "The holder whom an officer accepted before"),
    "not_found": ("Nhà cung cấp không còn tài khoản này", "The provider has no such account any more"),
    "locked": ("Tài khoản bị khóa", "The account is locked"),
    "no_name_told": ("Nhà cung cấp không cho biết tên", "The provider told no name"),
}
"""Reason -> what an officer reads, in Vietnamese and English."""

_SHORT_LETTERS = 8
"""Of a name with fewer letters one differing letter is too much of it."""

_MOST_WHEN_DIFFERENT = 59


@dataclass(frozen=True, slots=True)
class NameVerdict:
    """What comparing says. Scores: match 95 to 100, near 60 to 94, different below."""

    verdict: str
    score: int
    reasons: tuple[str, ...]


def compare_names(payee: str, holder: str) -> NameVerdict:
    """The same whichever of the two names stands first."""
    if not fold(payee) or not fold(holder):
        return NameVerdict(NOT_TOLD, 0, ("no_name_told",))
    mine, theirs = standard_name(payee), standard_name(holder)
    if mine == theirs:
        return NameVerdict(MATCH, 100, ("same" if payee == holder else "same_but_form",))
    mine_plain, theirs_plain = fold(mine), fold(theirs)
    if mine_plain.replace(" ", "") == theirs_plain.replace(" ", ""):
        return _same_letters(mine, theirs, mine_plain == theirs_plain)
    return _other_letters(mine_plain.split(), theirs_plain.split())


def _same_letters(mine: str, theirs: str, same_words: bool) -> NameVerdict:
    if not (mine.isascii() or theirs.isascii()) and standard_name(mine.replace(" ", "")) != standard_name(
        theirs.replace(" ", "")
    ):
        return NameVerdict(NEAR, 85, ("diacritics_differ",))
    lost = ("diacritics_lost",) if mine.isascii() != theirs.isascii() else ()
    return NameVerdict(MATCH, 98, lost) if same_words else NameVerdict(MATCH, 95, (*lost, "spaces_lost"))


def _other_letters(mine: list[str], theirs: list[str]) -> NameVerdict:
    if sorted(mine) == sorted(theirs):
        return NameVerdict(NEAR, 88, ("order_differs",))
    longer, shorter = (mine, theirs) if len(mine) >= len(theirs) else (theirs, mine)
    reasons = _shortened(longer, shorter)
    if reasons:
        return NameVerdict(NEAR, 84 - 6 * (len(reasons) - 1), reasons)
    mine_letters, theirs_letters = "".join(mine), "".join(theirs)
    if min(len(mine_letters), len(theirs_letters)) >= _SHORT_LETTERS and OSA.distance(mine_letters, theirs_letters) == 1:
        return NameVerdict(NEAR, 75, ("one_letter",))
    alike = ratio(*sorted((" ".join(sorted(mine)), " ".join(sorted(theirs)))))
    return NameVerdict(DIFFERENT, min(int(alike), _MOST_WHEN_DIFFERENT), ("other_name",))


def _shortened(longer: list[str], shorter: list[str]) -> tuple[str, ...]:
    """Why the shorter is the longer with words left out or abbreviated; empty where it is not.

    Family name and given name must both be there, and not both as a single letter: `N. T. H.` is anybody.
    """
    if len(shorter) < 2 or not (_stands_for(longer[0], shorter[0]) and _stands_for(longer[-1], shorter[-1])):
        return ()
    if longer[0] != shorter[0] and longer[-1] != shorter[-1]:
        return ()
    at = 0
    middle = longer[1:-1]
    for word in shorter[1:-1]:
        while at < len(middle) and not _stands_for(middle[at], word):
            at += 1
        if at == len(middle):
            return ()
        at += 1
    missing = ("middle_missing",) if len(longer) > len(shorter) else ()
    whole = set(longer)
    return (("abbreviated",) if any(word not in whole for word in shorter) or _initials(longer, shorter) else ()) + missing


def _initials(longer: list[str], shorter: list[str]) -> bool:
    return any(len(word) == 1 for word in (*longer, *shorter))


def _stands_for(one: str, other: str) -> bool:
    """Equal, or one of them the other's first letter: `t` for `thi`."""
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])
