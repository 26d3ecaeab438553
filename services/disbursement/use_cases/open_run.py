"""Open a pay run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.disbursement.domain.campaigns import LISTED
from services.disbursement.domain.law import Law, law_of_months
from services.disbursement.domain.refusals import RUN_EXISTS
from services.disbursement.domain.runs import Run, check_benefit_months, run_month_of
from services.disbursement.storage import campaigns, runs
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.kernel.units import UNKNOWN_UNIT, Unit


async def open_run(
    tx: Tx, code: str, province: Unit, benefit_months: Sequence[date], law: Law, campaign_code: str | None = None
) -> Run:
    """Open the run, or give the one that was opened with this code for the same before.

    A run of a campaign pays the campaign in its month, which need not be said. Refused: `wrong-month`, `run-needs-campaign`,
    `unknown-unit` for what is no province, `unknown-campaign`, `no-law-for-month`, `run-exists` where the code stands for
    something else.
    """
    campaign = await campaigns.by_code(tx, province.unit_id, campaign_code) if campaign_code else None
    run_month = run_month_of(code, campaign)
    months = check_benefit_months(benefit_months, campaign)
    if province.level != "province":
        raise Refusal(UNKNOWN_UNIT, f"{province.name} is a {province.level}, a run is a province's", unit=province.unit_id)
    if campaign is None or campaign.recipients != LISTED:
        law_of_months(law, months, province.name)
    campaign_id = campaign.campaign_id if campaign else None
    # Before the run is written: attaching a partition locks the runs that obligations point to, and of two provinces that had
    # each written theirs, neither could go on.
    await runs.ensure_partitions(tx, run_month, months)
    await runs.insert(tx, new_id(), province.unit_id, code, run_month, months, campaign_id)
    run = await runs.by_code(tx, province.unit_id, code)
    if run.benefit_months != months or run.campaign_id != campaign_id:
        raise Refusal(RUN_EXISTS, f"run {code} pays {', '.join(f'{m:%m/%Y}' for m in run.benefit_months)}", run_id=run.run_id)
    return run
