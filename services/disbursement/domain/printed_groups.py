"""The groups of beneficiaries that papers name: coarser than the reporting groups of `domain/law.py`.

A paper shows each line's amount beside its group, so the group must not tell what the amount then gives away: among children of
4 to 16 whom no disability is said of, only those with HIV have the coefficient 2.0 (Decree 20/2021/NĐ-CP Art. 6(1)(c)). Children
and disabled persons are one printed group: of its coefficients each belongs to somebody without HIV too. A total of it gives
nothing away by subtraction either, for no paper counts the two apart.
"""

from __future__ import annotations

PROTECTED = "protected"
OTHERS = "others"

PRINTED_GROUPS = ("elderly", "single_parents", PROTECTED, "carers", "funerals", OTHERS)
"""In the order in which papers name them."""

_PRINTED = {
    "elderly": "elderly",
    "single_parents": "single_parents",
    "children": PROTECTED,
    "disabled": PROTECTED,
    "carers": "carers",
    "funerals": "funerals",
}


def printed_group(category_group: str) -> str:
    """The printed group of a reporting group; `others` for one that is not known here."""
    return _PRINTED.get(category_group, OTHERS)
