"""Who receives what is owed: the person's payee, or somebody named for one purpose, who then gets a payment of their own.

- The funeral support goes to whoever organises the funeral (Decree 20/2021/NĐ-CP Art. 11), never to the dead person's payee.
- What was not paid yet of the months up to a death goes to the heir whom the commune named (Civil Code 2015 Art. 612, 651, FROM
  MEMORY). While none is named, a payee other than the person still receives, and what only the person could receive is held.
- Care support goes to the carer whom the registry names for it (Art. 20), into the carer's own account, and of months before the
  person's death too: it is owed to who cared. Where none is named, it goes where the monthly allowance goes.
- That of a disabled mother (CS-NKT-MT, Art. 20(2)) is her own and goes where her allowance goes, whoever cares for her. Where it
  stands in one obligation with the household's (a mother who is cared for as well), that obligation is hers as a whole: one
  obligation has one payment. FROM MEMORY (medium), as the adding up is (see `domain/categories.py`).

Somebody named for one purpose of a death is paid by hand: the registry knows no account of theirs.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from services.disbursement.domain.categories import CARE_SUPPORT, FUNERAL

Purpose = Literal["funeral", "unpaid_months"]
Receipt = Literal["person", "funeral", "care_support"]
"""Which of a person's payments in one run: to the payee (or heir), for the funeral, to the carer."""

MOTHERS_OWN = "CS-NKT-MT"
"""How the categories of the disabled mother's own care support begin."""


def receipt_of(kind: str, category: str, kinds: Collection[str]) -> Receipt:
    """Which payment settles an obligation. `kinds` are those for which the registry names a payee of their own."""
    if kind == FUNERAL:
        return "funeral"
    if kind == CARE_SUPPORT and kind in kinds and MOTHERS_OWN not in category:
        return "care_support"
    return "person"


def purpose_of(receipt: Receipt, status: str) -> Purpose | None:
    """For which purpose somebody may be named to receive a payment once; None: nobody is."""
    if receipt == "funeral":
        return "funeral"
    return "unpaid_months" if receipt == "person" and status == "dead" else None


def receives_otherwise(receipt: Receipt, status: str, named: Collection[str]) -> bool:
    """Whether somebody named for a purpose receives it, by hand. `named` are the purposes for which somebody is named."""
    return receipt == "funeral" or purpose_of(receipt, status) in named
