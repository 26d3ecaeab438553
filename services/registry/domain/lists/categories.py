"""From an officer's wording to a code of the law, with age, severity and coefficient (Decree 20/2021/NĐ-CP Art. 5, 6, 20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.category_words import CHILD, ELDERLY, LIGHT, CategoryWording
from services.registry.domain.lists.dates import age_on
from services.registry.domain.lists.findings import FindingKind
from services.registry.domain.lists.reference import CategoryFact, Reference
from shared.kernel.months import next_month

SINGLE_PARENT = "K4-DTN"
_CHILD_UNTIL, _ELDERLY_FROM = 16, 60

_GROUP_CODES: dict[str, tuple[str, ...]] = {
    "K1": ("K1-TE-U4", "K1-TE-4-16"),
    "K2": ("K2-16-22",),
    "K3": ("K3-HIV-U4", "K3-HIV-4-16"),
    "K4": (SINGLE_PARENT,),
    "K5": ("K5A-60-80", "K5A-80", "K5B-75-80", "K5C-80", "K5D-CDONG"),
    "K7": ("K7-TE3",),
    "K8": ("K8-HIV",),
    "HIV": ("K3-HIV-U4", "K3-HIV-4-16", "K8-HIV"),
    "HTXH": ("HTXH-75", "HTXH-70"),
    "CS-NKT-MT": ("CS-NKT-MT1", "CS-NKT-MT2"),
    "CS-NHAN": ("CS-NHAN-TE-U4", "CS-NHAN-TE-4-16", "CS-NHAN-DBN", "CS-NHAN-NCT"),
    "CS-DBN-HGD": ("CS-DBN-HGD",),
    "MT-THUONG": ("MT-THUONG",),
}
_SEVERITY_CODES = {"N": ("K6-N-TE", "K6-N", "K6-N-NCT"), "DBN": ("K6-DBN-TE", "K6-DBN", "K6-DBN-NCT")}


@dataclass(frozen=True, slots=True)
class CategoryQuestion:
    """What decides a category: the wording, the age at the month's start and end, the coefficient, the month."""

    wording: CategoryWording
    ages: tuple[int, int] | None
    coefficient: Decimal | None
    month: date


@dataclass(frozen=True, slots=True)
class CategoryAnswer:
    """The code, or None, with what an officer should know: kinds of finding, each with a proposal."""

    code: str | None
    remarks: tuple[tuple[FindingKind, str | None], ...] = ()


def ages_in(month: date, born_on: date | None) -> tuple[int, int] | None:
    """The age (completed years) on the first day of the month and of the next: they differ in a birthday's month."""
    return None if born_on is None else (age_on(born_on, month), age_on(born_on, next_month(month)))


@lru_cache(maxsize=1_024)
def candidate_codes(wording: CategoryWording) -> tuple[str, ...]:
    """The codes a wording of one group admits before age and coefficient are asked."""
    if wording.code:
        return (wording.code,)
    if len(wording.groups) != 1:
        return ()
    group = wording.groups[0]
    if group == "K6":
        if wording.severity == LIGHT:
            return ()
        if wording.severity:
            return _SEVERITY_CODES[wording.severity]
        return _SEVERITY_CODES["N"] + _SEVERITY_CODES["DBN"]
    codes = _GROUP_CODES.get(group, ())
    if group == "K5" and wording.point:
        return tuple(code for code in codes if code.startswith(f"K5{wording.point.upper()}"))
    return codes


@lru_cache(maxsize=4_096)
def resolve_category(question: CategoryQuestion, reference: Reference) -> CategoryAnswer:
    """One code for a wording, by age in the list's month, then by coefficient.

    A person whose birthday lies in the month may stand on either side of it: the coefficient tells on which.
    """
    wording, categories = question.wording, reference.categories
    if len(wording.groups) > 1:
        return CategoryAnswer(None, ((f.CATEGORY_SEVERAL, ", ".join(wording.groups)),))
    candidates = [categories[code] for code in candidate_codes(wording) if code in categories]
    if not candidates:
        return CategoryAnswer(None, ((f.CATEGORY_UNKNOWN, None),))
    if question.ages is None:
        fitting = _of_age_named(candidates, wording)
    else:
        fitting = _fitting(candidates, question.ages, question.coefficient)
    if not fitting:
        return _age_differs(candidates, question)
    answer = CategoryAnswer(fitting[0].code) if len(fitting) == 1 else _by_coefficient(fitting, question)
    if answer.code and not categories[answer.code].in_force(question.month):
        return CategoryAnswer(answer.code, (*answer.remarks, (f.CATEGORY_NOT_IN_FORCE, answer.code)))
    return answer


def _fitting(candidates: list[CategoryFact], ages: tuple[int, int], coefficient: Decimal | None) -> list[CategoryFact]:
    age, later_age = ages
    fitting = [category for category in candidates if category.admits_age(age)]
    if later_age == age:
        return fitting
    later = [category for category in candidates if category.admits_age(later_age)]
    if age < 0:
        return later
    exact = [category for category in later if category.coefficient == coefficient]
    if exact and not any(category.coefficient == coefficient for category in fitting):
        return exact
    return fitting


def _of_age_named(candidates: list[CategoryFact], wording: CategoryWording) -> list[CategoryFact]:
    """Without a birth date: the candidates for the age that the words name (`Trẻ em khuyết tật`, `NCT khuyết tật`)."""
    if wording.aged == CHILD:
        return [category for category in candidates if (category.age_to or 200) <= _CHILD_UNTIL] or candidates
    if wording.aged == ELDERLY:
        return [category for category in candidates if (category.age_from or 0) >= _ELDERLY_FROM] or candidates
    return candidates


def _by_coefficient(candidates: list[CategoryFact], question: CategoryQuestion) -> CategoryAnswer:
    in_force = [category for category in candidates if category.in_force(question.month)] or candidates
    exact = [category for category in in_force if category.coefficient == question.coefficient]
    if question.coefficient is not None and len(exact) == 1:
        return CategoryAnswer(exact[0].code, ((f.CATEGORY_BY_COEFFICIENT, exact[0].code),))
    if question.wording.groups == ("K6",) and question.wording.severity is None:
        return CategoryAnswer(None, ((f.SEVERITY_MISSING, None),))
    if question.ages is None and len(question.wording.groups) == 1:
        return CategoryAnswer(None)  # the birth date's own finding says why
    return CategoryAnswer(None, ((f.CATEGORY_SEVERAL, ", ".join(category.code for category in in_force)),))


def _age_differs(candidates: list[CategoryFact], question: CategoryQuestion) -> CategoryAnswer:
    exact = [category for category in candidates if category.coefficient == question.coefficient]
    chosen = candidates if len(candidates) == 1 else exact
    code = chosen[0].code if len(chosen) == 1 else None
    proposal = "K2-16-22" if question.wording.groups == ("K1",) else None
    return CategoryAnswer(code, ((f.CATEGORY_AGE_DIFFERS, proposal),))
