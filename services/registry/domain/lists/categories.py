"""From an officer's wording to a code of the law, with age, severity and coefficient (Decree 20/2021/NĐ-CP Art. 5, 6, 20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.category_words import LIGHT, CategoryWording
from services.registry.domain.lists.dates import age_on
from services.registry.domain.lists.findings import FindingKind
from services.registry.domain.lists.reference import CategoryFact
from shared.kernel.months import next_month

SINGLE_PARENT = "K4-DTN"

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
    """What decides a category: the wording, the birth date (a year alone as 1 January), the coefficient, the month."""

    wording: CategoryWording
    born_on: date | None
    coefficient: Decimal | None
    month: date


@dataclass(slots=True)
class CategoryAnswer:
    """The code, or None, with what an officer should know: kinds of finding, each with a proposal."""

    code: str | None
    remarks: list[tuple[FindingKind, str | None]] = field(default_factory=list)


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


def resolve_category(question: CategoryQuestion, categories: Mapping[str, CategoryFact]) -> CategoryAnswer:
    """One code for a wording, by age in the list's month, then by coefficient.

    A person whose birthday lies in the month may stand on either side of it: the coefficient tells on which.
    """
    wording = question.wording
    if len(wording.groups) > 1:
        return CategoryAnswer(None, [(f.CATEGORY_SEVERAL, ", ".join(wording.groups))])
    candidates = [categories[code] for code in candidate_codes(wording) if code in categories]
    if not candidates:
        return CategoryAnswer(None, [(f.CATEGORY_UNKNOWN, None)])
    if question.born_on is None:
        return _by_coefficient(candidates, question)
    fitting = _fitting(candidates, question)
    if not fitting:
        return _age_differs(candidates, question)
    answer = CategoryAnswer(fitting[0].code) if len(fitting) == 1 else _by_coefficient(fitting, question)
    if answer.code and not categories[answer.code].in_force(question.month):
        answer.remarks.append((f.CATEGORY_NOT_IN_FORCE, answer.code))
    return answer


def _fitting(candidates: list[CategoryFact], question: CategoryQuestion) -> list[CategoryFact]:
    born_on = question.born_on
    if born_on is None:
        return candidates
    age = age_on(born_on, question.month)
    fitting = [category for category in candidates if category.admits_age(age)]
    later_age = age_on(born_on, next_month(question.month))
    if later_age != age and question.coefficient is not None:
        later = [category for category in candidates if category.admits_age(later_age)]
        exact = [category for category in later if category.coefficient == question.coefficient]
        if exact and not any(category.coefficient == question.coefficient for category in fitting):
            return exact
    if age < 0 <= later_age:
        return [category for category in candidates if category.admits_age(later_age)]
    return fitting


def _by_coefficient(candidates: list[CategoryFact], question: CategoryQuestion) -> CategoryAnswer:
    if len(candidates) == 1:
        return CategoryAnswer(candidates[0].code)
    in_force = [category for category in candidates if category.in_force(question.month)] or candidates
    exact = [category for category in in_force if category.coefficient == question.coefficient]
    if question.coefficient is not None and len(exact) == 1:
        return CategoryAnswer(exact[0].code, [(f.CATEGORY_BY_COEFFICIENT, exact[0].code)])
    if question.wording.groups == ("K6",) and question.wording.severity is None:
        return CategoryAnswer(None, [(f.SEVERITY_MISSING, None)])
    return CategoryAnswer(None, [(f.CATEGORY_SEVERAL, ", ".join(category.code for category in in_force))])


def _age_differs(candidates: list[CategoryFact], question: CategoryQuestion) -> CategoryAnswer:
    exact = [category for category in candidates if category.coefficient == question.coefficient]
    chosen = candidates if len(candidates) == 1 else exact
    code = chosen[0].code if len(chosen) == 1 else None
    proposal = "K2-16-22" if question.wording.groups == ("K1",) else None
    return CategoryAnswer(code, [(f.CATEGORY_AGE_DIFFERS, proposal)])
