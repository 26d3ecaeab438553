"""A list names account numbers: they are kept as declared, and pay nobody until a provider has confirmed the holder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.registry.domain.accounts import CHANNEL_OF
from services.registry.storage.accounts import insert_accounts, live_accounts, redeclare_accounts
from shared.database import Tx
from shared.kernel.ids import new_id


async def declare_accounts(tx: Tx, unit_id: str, declared: Sequence[Mapping[str, Any]]) -> None:
    """Keep declared numbers. One asked for or in use stays as it is: a list doesn't change where money goes."""
    if not declared:
        return
    held = await live_accounts(tx, [values["payee_id"] for values in declared])
    by_payee = {(account.payee_id, account.provider): account for account in held}
    new, changed = [], []
    for values in declared:
        account = by_payee.get((values["payee_id"], values["provider"]))
        if account is None:
            place = {"account_id": new_id(), "unit_id": unit_id, "channel": CHANNEL_OF[values["provider"]]}
            new.append({**place, **values})
        elif account.state == "declared" and account.number_index != values["number_index"]:
            changed.append({"account_id": account.account_id, **values})
    await insert_accounts(tx, "declared", new)
    await redeclare_accounts(tx, changed)
