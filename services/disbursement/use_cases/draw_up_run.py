"""Draw up a run for one paying authority: what the law owes, and payrolls for all of it that has no live payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.disbursement.domain.campaigns import LISTED, Campaign
from services.disbursement.domain.differences import dated_law, late_months
from services.disbursement.domain.law import Law, law_of_months
from services.disbursement.domain.ledger import Posting
from services.disbursement.domain.openings import OPENING_RUN, OPENING_RUN_CODE
from services.disbursement.domain.payrolls import Payroll
from services.disbursement.domain.refusals import REGISTRY_BEHIND
from services.disbursement.domain.runs import Run
from services.disbursement.storage import (
    campaigns,
    closings,
    disputes,
    draw_differences,
    draw_dues,
    draw_gifts,
    draw_payments,
    handovers,
    not_dated,
    payrolls,
    runs,
    units,
)
from services.disbursement.storage.ledger import post
from services.disbursement.storage.moves import gather, sums_gathered
from services.disbursement.storage.runs import Draw
from services.disbursement.use_cases.suspend_uncollected import suspend_uncollected
from shared.contracts.disbursement_events import ObligationMove
from shared.database import Tx
from shared.inbox import watermark
from shared.kernel.errors import Refusal
from shared.kernel.units import UNKNOWN_UNIT, Unit


@dataclass(frozen=True, slots=True)
class DrawUp:
    """Who draws up which run for whom. `registry_position` is the position that must be in the snapshot at least."""

    run_id: UUID
    authority: Unit
    registry_position: int
    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class DrawnUp:
    """What came out. `left_out` counts people with money that may not go out now, by reason; `category-not-dated` those with a
    decision of a category of which no law says what it gives in a month; `dead-on-list` those who died before a campaign's;
    `disputed` those of whom the provider says that it paid what rests here."""

    draw_no: int
    registry_position: int
    payrolls: list[Payroll]
    left_out: dict[str, int]


async def draw_up_run(tx: Tx, command: DrawUp, law: Law) -> DrawnUp:
    """Draw up the run's months, differences of months drawn before, what late decisions owe of months that were never drawn,
    and everything that rests; what rests and is owed no more is cancelled. Nothing new: no payroll.
    A campaign's run draws up the campaign alone.

    The transaction must be REPEATABLE READ and see all rows: the snapshot is the cut, and a person's earlier obligations may
    lie in a commune of another authority. It may fail to serialise beside another drawing up; start it again then.
    Refused: `unknown-run`, `opening-run`, `unknown-unit` (an authority of another province), `authority-handed-over`,
    `run-closed`, `registry-behind`, `no-law-for-month`.
    """
    authority_id = command.authority.unit_id
    run = await run_of(tx, command.run_id, command.authority)
    await runs.pass_gate(tx, authority_id)
    await handovers.check_stands(tx, authority_id)
    await closings.check_open(tx, run.run_id, authority_id)
    position = await watermark(tx, "registry")
    if position < command.registry_position:
        raise Refusal(REGISTRY_BEHIND, f"at {position} of {command.registry_position}")
    last = await runs.last_draw(tx, run.run_id, authority_id)
    draw = Draw(last.draw_no + 1 if last else 0, position)

    await draw_payments.make_room(tx)
    moves, without_law = await _collect(tx, run, authority_id, law)
    await gather(tx, moves)
    drawn = await draw_payments.write(tx, run, authority_id, draw.draw_no, position)
    left_out = {**drawn.left_out, **without_law}
    moved = [*drawn.owed, *await sums_gathered(tx)]
    await post(tx, Posting(run_id=run.run_id, authority_id=authority_id, cause="draw-up").sums(moved))
    if last is not None and not moved and not drawn.payroll_ids:
        return DrawnUp(last.draw_no, position, [], left_out)
    await runs.record_draw(tx, run.run_id, authority_id, draw, command.issuer, command.subject)
    made = await payrolls.of_run(tx, run.run_id, authority_id, seq=draw.draw_no)
    return DrawnUp(draw.draw_no, position, made, left_out)


async def _collect(tx: Tx, run: Run, authority_id: str, law: Law) -> tuple[list[ObligationMove], dict[str, int]]:
    """What is due, in the temporary tables of `storage/draw_dues.py`: as moves what is owed no more, and the people of whom it
    can't be said, or who may have it already, by reason."""
    province = await units.find(tx, run.unit_id)
    if run.campaign_id is not None:
        return await _collect_gifts(tx, await campaigns.find(tx, run.campaign_id), authority_id, law, province)
    looked_at = await runs.drawn_before(tx, authority_id, run.run_month)
    laws = law_of_months(law, sorted({*run.benefit_months, *looked_at}), province.name)
    earlier = {month: at for month, at in looked_at.items() if month not in run.benefit_months}
    first_month = await runs.first_benefit_month(tx, run.unit_id)
    late = late_months(first_month, looked_at, run.benefit_months, run.run_month)
    resting = await draw_differences.months_resting(tx, authority_id)
    judged = dated_law(law, {*run.benefit_months, *looked_at, *late.months, *resting}, province.name)
    any_not_dated = await draw_dues.collect(tx, authority_id, laws, earlier)
    lost = await not_dated.count(tx, authority_id, laws, earlier) if any_not_dated else 0
    moves = await draw_differences.collect(tx, authority_id, judged, [each.month for each in laws], late)
    if new := set(await draw_differences.new_months(tx)).difference(run.benefit_months, looked_at):
        await runs.ensure_partitions(tx, run.run_month, sorted(new))
    await suspend_uncollected(tx, authority_id, run.run_month)
    return moves, _counted({"category-not-dated": lost, disputes.REASON: await disputes.people(tx, authority_id, None)})


async def _collect_gifts(
    tx: Tx, campaign: Campaign, authority_id: str, law: Law, province: Unit
) -> tuple[list[ObligationMove], dict[str, int]]:
    listed = campaign.recipients == LISTED
    month_law = None if listed else law.in_month(campaign.benefit_month, province.name)
    moves = await draw_gifts.cancel_ungiven(tx, authority_id, campaign)
    await draw_gifts.collect_gifts(tx, authority_id, campaign, month_law)
    dead = await draw_gifts.dead_on_list(tx, authority_id, campaign) if listed else 0
    return moves, _counted({"dead-on-list": dead, disputes.REASON: await disputes.people(tx, authority_id, campaign.kind)})


def _counted(people: Mapping[str, int]) -> dict[str, int]:
    return {reason: count for reason, count in people.items() if count}


async def run_of(tx: Tx, run_id: UUID, authority: Unit) -> Run:
    """The run that an authority may draw up. Refused: `unknown-run`, `opening-run`, `unknown-unit`."""
    run = await runs.find(tx, run_id)
    if run.code == OPENING_RUN_CODE:
        raise Refusal(OPENING_RUN)
    if run.unit_id not in authority.path:
        raise Refusal(UNKNOWN_UNIT, f"{authority.name} lies outside the run's province", unit=authority.unit_id)
    return run


def in_order(moves: Sequence[ObligationMove]) -> list[ObligationMove]:
    """Moves in the order of their keys, as readers lock them."""
    return sorted(moves, key=lambda move: (move.benefit_month, move.unit_id, move.subject, move.kind, move.revision))
