"""Look at the registry once more before money goes out."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.disbursement.domain.payrolls import Payroll
from services.disbursement.storage import removals
from services.disbursement.storage.law_data import load_law
from services.disbursement.use_cases.recall_overdrawn import recall_overdrawn
from services.disbursement.use_cases.remove_payment import remove_lines
from shared.auth import Caller
from shared.database import Tx


async def recheck_before_release(tx: Tx, caller: Caller, payroll: Payroll, key: Ed25519PrivateKey) -> int:
    """Take out the lines that stops, deaths, holds, changed payees and accounts overtook after the cut, and those that pay more
    than is owed now; how many.

    Each goes by an exception in the releaser's name. The transaction must see all rows: a person may have moved away.
    """
    overtaken = await removals.overtaken(tx, payroll)
    if overtaken:
        removed = await remove_lines(tx, caller, payroll, overtaken, key)
        assert removed  # nothing of it was instructed: it is not released yet
    recalled = await recall_overdrawn(tx, caller, payroll.authority_id, load_law(), key, payroll.payroll_id)
    return len(overtaken) + sum(recalled.values())
