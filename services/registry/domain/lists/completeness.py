"""What a row that nothing else is wrong with still lacks: nobody is entered without it."""

from __future__ import annotations

from datetime import date

from services.registry.domain.lists.findings import INCOMPLETE, SEX_MISSING, Finding
from services.registry.domain.lists.records import PersonRecord
from services.registry.domain.people import missing_fields

_ASKED = ("full_name", "sex", "birth_date", "category", "children_count", "payee")


def missing_of(record: PersonRecord, month: date) -> Finding | None:
    """`incomplete` where the record lacks what a beneficiary must have in the list's month, else None.

    A list that states no sex is right as lists go (`sex_missing`): the registry asks for it when the list is confirmed.
    """
    said = {name: getattr(record, name) for name in _ASKED}
    if record.payee is not None:
        said["payee"] = {"full_name": record.payee.full_name, "relationship": record.payee.relationship}
    missing = missing_fields(said, month)
    if missing == ["sex"]:
        return Finding(SEX_MISSING, "sex")
    return Finding(INCOMPLETE, missing[0], None, ", ".join(missing)) if missing else None
