"""Who receives what is owed: the person's payee, or somebody named for one purpose, who then gets a payment of their own.

- The funeral support goes to whoever organises the funeral (Decree 20/2021/NĐ-CP Art. 11), never to the dead person's payee.
- What was not paid yet of the months up to a death goes to the heir whom the commune named (Civil Code 2015 Art. 612, 651, FROM
  MEMORY). While none is named, a payee other than the person still receives, and what only the person could receive is held.
- Care support goes to the carer (Art. 20), that of a disabled mother (CS-NKT-MT) to herself. The registry names a carer as the
  person's payee, not for one kind of obligation: so care support goes where the monthly allowance goes.

Somebody named for a purpose is paid by hand: the registry knows no account of theirs.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from services.disbursement.domain.categories import FUNERAL

Purpose = Literal["funeral", "unpaid_months"]


def purpose_of(kind: str, status: str) -> Purpose | None:
    """For which purpose somebody may be named to receive an obligation of this kind; None: the person's payee receives it."""
    if kind == FUNERAL:
        return "funeral"
    return "unpaid_months" if status == "dead" else None


def receives_otherwise(kind: str, status: str, named: Collection[str]) -> bool:
    """Whether somebody other than the person's payee receives it. `named` are the purposes for which somebody is named."""
    return kind == FUNERAL or purpose_of(kind, status) in named
