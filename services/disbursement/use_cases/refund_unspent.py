"""Send an authority's unspent money of a run back to the Treasury."""

from __future__ import annotations

from services.disbursement.domain.ledger import TREASURY, Posting, provider_account
from services.disbursement.domain.refunds import Refund
from services.disbursement.storage import refunds as storage
from services.disbursement.storage.cash_advances import still_out_dong
from services.disbursement.storage.ledger import post
from services.disbursement.storage.run_books import RunPlace
from shared.database import Tx


async def refund_unspent(tx: Tx, run: RunPlace, authority_id: str, issuer: str, subject: str) -> list[Refund]:
    """What went back, one for each contract with money that nothing claims; none when there is nothing to give back.

    Funded, less paid, less what open payments still claim: of this run and the ones before it, and never more than later
    runs have left. Nor what communes' cashiers still hold in cash: that must come back first.
    """
    money = await storage.contracts_money(tx, run, authority_id)
    out_dong = {each.contract_id: await still_out_dong(tx, each.contract_id) for each in money if each.unspent_dong}
    left = [Refund(each.contract_id, each.unspent_dong - out_dong.get(each.contract_id, 0)) for each in money]
    refunds = [refund for refund in left if refund.amount_dong > 0]
    await storage.add_refunds(tx, run, authority_id, refunds, issuer, subject)
    entries = [
        Posting(run_id=run.run_id, authority_id=authority_id, cause="refund", contract_id=refund.contract_id).money(
            provider_account(refund.contract_id), TREASURY, refund.amount_dong
        )
        for refund in refunds
    ]
    await post(tx, entries)
    return refunds
