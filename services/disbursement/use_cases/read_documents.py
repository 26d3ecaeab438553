"""Gathers what a paper is made of, in a snapshot (a REPEATABLE READ transaction). Whether the caller may is settled here.

Papers are an authority's, or one of its communes': the caller must cover that unit. What they list is found by authority and
commune, and rows of people who moved away since still belong to the run that pays them, so the gathering sees all rows.
"""

from __future__ import annotations

from uuid import UUID

from services.disbursement.domain.document_refusals import DOCUMENT_TOO_LARGE, NOTHING_TO_LIST, WHICH_CONTRACT
from services.disbursement.domain.documents import (
    MAX_LINES,
    Changes,
    Heading,
    Minutes,
    PaymentList,
    RunMoney,
    Settlement,
    Summary,
    Unclaimed,
)
from services.disbursement.domain.quarters import Quarter
from services.disbursement.domain.refusals import UNKNOWN_CONTRACT
from services.disbursement.domain.runs import Run
from services.disbursement.storage import (
    contracts,
    document_breaks,
    document_changes,
    document_lines,
    document_sums,
    payrolls,
    run_books,
    runs,
    units,
)
from services.disbursement.storage.authorities import authorities_within
from services.disbursement.storage.scope import see_everything
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.units import UNKNOWN_UNIT, Unit


async def read_payment_list(tx: Tx, caller: Caller, payroll_id: UUID, commune_id: str | None) -> PaymentList:
    """The list for payment of a payroll or of one of its communes.

    Refused: `unknown-payroll`, `unknown-unit`, `not-your-unit`, `nothing-to-list`, `document-too-large`.
    """
    await see_everything(tx)
    payroll = await payrolls.find(tx, payroll_id)
    heading = await _heading(tx, caller, payroll.authority_id, commune_id)
    run = await runs.find(tx, payroll.run_id)
    lines = await document_lines.payment_list(tx, run, payroll, commune_id, MAX_LINES + 1)
    _check_size(len(lines))
    if not lines:
        raise Refusal(NOTHING_TO_LIST)
    contract = await contracts.find(tx, payroll.contract_id)
    return PaymentList(heading, run, contract, payroll.provider, payroll.channel, payroll.seq, tuple(lines))


async def read_changes(tx: Tx, caller: Caller, run_id: UUID, authority_id: str) -> Changes:
    """Who came, who went and whose amount changed against the authority's last run.

    Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `document-too-large`.
    """
    heading, run = await _run_of(tx, caller, run_id, authority_id)
    before = await document_changes.run_before(tx, run, authority_id)
    changes = await document_changes.changes_between(tx, run, before, authority_id, MAX_LINES + 1)
    _check_size(len(changes))
    return Changes(
        heading,
        run,
        before,
        increases=tuple(each for each in changes if each.before_dong == 0),
        decreases=tuple(each for each in changes if each.after_dong == 0),
        changed=tuple(each for each in changes if each.before_dong and each.after_dong),
    )


async def read_summary(tx: Tx, caller: Caller, run_id: UUID, authority_id: str) -> Summary:
    """A run by commune and printed group. Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `nothing-to-list`."""
    heading, run = await _run_of(tx, caller, run_id, authority_id)
    communes, together = await document_sums.by_commune(tx, run, authority_id)
    if not communes:
        raise Refusal(NOTHING_TO_LIST)
    return Summary(heading, run, tuple(communes), together)


async def read_minutes(tx: Tx, caller: Caller, run_id: UUID, authority_id: str, contract_id: UUID | None) -> Minutes:
    """Reconciliation minutes with one contract's provider; of the only contract where none is named.

    Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `unknown-contract`, `which-contract`.
    """
    heading, run = await _run_of(tx, caller, run_id, authority_id)
    found = await document_sums.contracts_of(tx, run.run_id, authority_id)
    if contract_id is not None and contract_id not in found:
        raise Refusal(UNKNOWN_CONTRACT, "the authority pays nothing of this run through it")
    if contract_id is None and len(found) != 1:
        raise Refusal(WHICH_CONTRACT, f"the run is paid through {len(found)} contracts")
    contract = await contracts.find(tx, contract_id or found[0])
    which = (run, authority_id, contract.contract_id)
    channels = await document_sums.contract_outcomes(tx, *which)
    money = await document_sums.contract_money(tx, *which)
    breaks, lines = await document_breaks.contract_breaks(tx, *which)
    return Minutes(heading, run, contract, tuple(channels), money, tuple(breaks), tuple(lines))


async def read_unclaimed(tx: Tx, caller: Caller, run_id: UUID, authority_id: str, commune_id: str | None) -> Unclaimed:
    """Whom a run's money did not reach; nobody is an answer too.

    Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `document-too-large`.
    """
    heading, run = await _run_of(tx, caller, run_id, authority_id, commune_id)
    lines = await document_lines.unpaid_lines(tx, run, authority_id, commune_id, MAX_LINES + 1)
    _check_size(len(lines))
    return Unclaimed(heading, run, tuple(lines))


async def read_settlement(tx: Tx, caller: Caller, quarter: Quarter, authority_id: str) -> Settlement:
    """The quarter of an authority, or of all authorities of a province. The transaction must be a snapshot.

    Refused: `unknown-unit`, `not-your-unit`, `nothing-to-list` (no run of the quarter moved money here).
    """
    heading = await _heading(tx, caller, authority_id, None)
    await see_everything(tx)
    authority_ids = await authorities_within(tx, [authority_id])
    places = await document_sums.runs_of_quarter(tx, heading.authority.path[0], quarter)
    found: list[RunMoney] = []
    for place in places:
        run = await run_books.run_books(tx, place, authority_ids)
        if run.own.received_dong or run.own.paid_dong or run.own.returned_dong:
            own = run.own
            found.append(
                RunMoney(run.code, run.opening_dong, own.received_dong, own.paid_dong, own.returned_dong, run.closing_dong)
            )
    if not found:
        raise Refusal(NOTHING_TO_LIST, f"no run of {quarter.year}-Q{quarter.number} moved money here")
    groups, channels, paid = await document_sums.paid_in(tx, places, authority_ids)
    return Settlement(heading, quarter, tuple(found), groups, channels, paid)


async def _run_of(tx: Tx, caller: Caller, run_id: UUID, authority_id: str, commune_id: str | None = None) -> tuple[Heading, Run]:
    heading = await _heading(tx, caller, authority_id, commune_id)
    run = await runs.find(tx, run_id)
    await see_everything(tx)
    return heading, run


async def _heading(tx: Tx, caller: Caller, authority_id: str, commune_id: str | None) -> Heading:
    """The authority and commune, once it is settled that the caller covers them."""
    authority = await units.find(tx, authority_id)
    commune = await _commune(tx, authority, commune_id) if commune_id is not None else None
    caller.require_unit((commune or authority).path)
    return Heading(authority, await tx.today(), commune)


async def _commune(tx: Tx, authority: Unit, commune_id: str) -> Unit:
    commune = await units.find(tx, commune_id)
    if commune.level != "commune" or authority.unit_id not in commune.path:
        raise Refusal(UNKNOWN_UNIT, f"{commune_id} is no commune of {authority.unit_id}", unit=commune_id)
    return commune


def _check_size(lines: int) -> None:
    if lines > MAX_LINES:
        raise Refusal(DOCUMENT_TOO_LARGE, f"more than {MAX_LINES} lines", most=MAX_LINES)
