"""What a column is by where it stands: the payee's number beside the payee's name, day, month and year side by side."""

from __future__ import annotations

from collections.abc import Sequence

from services.registry.domain.lists.header_words import header_words
from services.registry.domain.lists.headers import Column

Kinds = list[Column | None]
Parts = Sequence[Sequence[str]]

OWN_NUMBERS = (Column.IDENTITY, Column.CMND, Column.CCCD)
_PAYEE = (Column.PAYEE_NAME, Column.RELATIONSHIP, Column.PAYEE_ID, Column.PAYEE_PHONE)
_MAY_STAND_BETWEEN = (None, Column.OTHER, Column.PHONE, *OWN_NUMBERS)
_NAMES = (Column.FULL_NAME, Column.GIVEN_NAME, Column.FAMILY_NAME)


def settle_by_place(kinds: Kinds, headers: Parts) -> None:
    """Corrects, in place, what single headers can't tell. `headers` are each column's words, the group's first."""
    _settle_birth_parts(kinds, headers)
    _settle_second_names(kinds, headers)
    _settle_account_holder(kinds, headers)
    if Column.PAYEE_ID not in kinds:
        beside = beside_payee(kinds, headers)
        if any(kind in OWN_NUMBERS and at not in beside for at, kind in enumerate(kinds)):
            for at in beside:
                kinds[at] = Column.PAYEE_ID


def beside_payee(kinds: Kinds, headers: Parts) -> list[int]:
    """The columns of numbers that follow the payee's name or relationship, and aren't grouped with the beneficiary's name."""
    own_group = next((parts[0] for kind, parts in zip(kinds, headers, strict=True) if kind in _NAMES and len(parts) > 1), None)
    found: list[int] = []
    follows = False
    for at, (kind, parts) in enumerate(zip(kinds, headers, strict=True)):
        if kind in _PAYEE:
            follows = True
        elif kind not in _MAY_STAND_BETWEEN:
            follows = False
        elif follows and kind in OWN_NUMBERS and not (len(parts) > 1 and parts[0] == own_group):
            found.append(at)
    return found


def _settle_birth_parts(kinds: Kinds, headers: Parts) -> None:
    """`Ngày`, `Tháng`, `Năm` under a word for birth, or alone where no other column is one of birth dates."""
    last = [header_words(parts[-1])[1] if parts else "" for parts in headers]
    for at in range(len(last) - 2):
        day, month, year = (words.removesuffix(" sinh") for words in last[at : at + 3])
        if (day, month, year) != ("ngay", "thang", "nam"):
            continue
        groups = {header_words(parts[0])[1] for parts in headers[at : at + 3] if len(parts) > 1}
        of_birth = any("sinh" in words.split() or "ns" in words.split() for words in [*groups, *last[at : at + 3]])
        others = (other for other in range(len(kinds)) if not at <= other < at + 3)
        elsewhere = any(kinds[other] is Column.BIRTH or _dates_by_sex(kinds[other], headers[other]) for other in others)
        if of_birth or (not groups and not elsewhere):
            kinds[at : at + 3] = [Column.BIRTH_DAY, Column.BIRTH_MONTH, Column.BIRTH_YEAR]
            return


def _dates_by_sex(kind: Column | None, parts: Sequence[str]) -> bool:
    """Whether `Nam` or `Nữ` stands below a word for birth: alone it is a column of marks."""
    return kind in (Column.MALE, Column.FEMALE) and bool({"sinh", "ns"} & {*_words(parts).split()})


def _settle_second_names(kinds: Kinds, headers: Parts) -> None:
    """A second whole name is the payee's where a relationship says that there is one and no other column names him."""
    if Column.RELATIONSHIP not in kinds or Column.PAYEE_NAME in kinds:
        return
    names = [at for at, kind in enumerate(kinds) if kind is Column.FULL_NAME and "ten" in _words(headers[at]).split()]
    later = [at for at in names[1:] if at != names[0] + 1]
    if later:
        kinds[later[0]] = Column.PAYEE_NAME


def _settle_account_holder(kinds: Kinds, headers: Parts) -> None:
    """The account's holder receives where no other column names who does; a relationship to the household's head tells
    nothing of a payee whom no column names."""
    if Column.PAYEE_NAME not in kinds:
        holder = [at for at, kind in enumerate(kinds) if kind is Column.OTHER and _names_holder(headers[at])]
        if holder:
            kinds[holder[0]] = Column.PAYEE_NAME
    for at, kind in enumerate(kinds):
        if kind is Column.RELATIONSHIP and "chu ho" in _words(headers[at]):
            rivals = kinds.count(Column.RELATIONSHIP) > 1
            if rivals or Column.PAYEE_NAME not in kinds:
                kinds[at] = Column.OTHER


def _names_holder(parts: Sequence[str]) -> bool:
    return _words(parts).removeprefix("ho ten ").removeprefix("ten ").startswith("chu tai khoan")


def _words(parts: Sequence[str]) -> str:
    return header_words(" ".join(parts))[1]
