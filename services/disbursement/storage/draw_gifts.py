"""Drawing up a run of a campaign: whom it is for, in place of what the law owes; the rest is as in any run.

`domain/campaigns.gift` says the same for one person with a monthly allowance, and a test holds the two together.
"""

from __future__ import annotations

from services.disbursement.domain.campaigns import BY_GROUP, GIFTS, LISTED, Campaign
from services.disbursement.domain.law import MonthLaw
from services.disbursement.storage.disputes import IS_DISPUTED
from services.disbursement.storage.draw_dues import CLAIMS, law_params, open_tables
from shared.contracts.disbursement_events import ObligationMove
from shared.database import Tx

_INSERT = """
INSERT INTO draw_owed (benefit_month, subject_id, kind, amount_dong, unit_id, decision_id, category, coefficient, heads,
                       level_dong, category_group)
"""

_BY_ALLOWANCE = f"""
{_INSERT}
WITH {CLAIMS}
SELECT DISTINCT ON (beneficiary_id) month, beneficiary_id, :one_off, :amount_dong, unit_id, :campaign_id, :one_off, NULL, 1,
       :amount_dong, :gifts
FROM claims WHERE kind = 'monthly' AND category_group = ANY(CAST(:groups AS text[])) IS NOT FALSE
ORDER BY beneficiary_id, amount_dong DESC, category COLLATE "C", decision_id
"""  # noqa: S608 - constants only

# Who had died before the month has no use for it.
_BY_LIST = f"""
{_INSERT}
SELECT :month, p.beneficiary_id, :one_off, :amount_dong, p.unit_id, :campaign_id, :one_off, NULL, 1, :amount_dong, :gifts
FROM campaign_people c
JOIN people p USING (beneficiary_id)
JOIN units u ON u.unit_id = p.unit_id AND u.path @> ARRAY[CAST(:authority_id AS text)]
WHERE c.campaign_id = :campaign_id AND NOT (p.status = 'dead' AND p.status_from_month <= :month)
"""  # noqa: S608 - constants only

_DEAD = """
SELECT count(*) FROM campaign_people c
JOIN people p USING (beneficiary_id)
JOIN units u ON u.unit_id = p.unit_id AND u.path @> ARRAY[CAST(:authority_id AS text)]
WHERE c.campaign_id = :campaign_id AND p.status = 'dead' AND p.status_from_month <= :month
"""


_CANCEL = """
UPDATE obligations o SET resting = 'cancelled' FROM people p
WHERE o.authority_id = :authority_id AND o.live_payment_id IS NULL AND o.resting <> 'cancelled' AND o.kind = :one_off
  AND p.beneficiary_id = o.subject_id AND p.status = ANY(CAST(:statuses AS text[])) AND p.status_from_month <= o.benefit_month
RETURNING o.benefit_month, o.subject, o.kind, o.revision, o.payment_seq * 10 + o.settlements * 3 + 4 AS step,
        o.unit_id, o.category_group, o.sex,
    o.age_band, o.amount_dong,
    CASE old.resting WHEN 'new' THEN 'not_released' ELSE old.resting END AS from_place, 'cancelled' AS to_place
"""

_RESTING = f"""
INSERT INTO draw_due
SELECT benefit_month, subject_id, kind, revision, amount_dong, total_dong, coalesce(pay_unit_id, unit_id),
       decision_id, category, coefficient, heads,
       level_dong, category_group, false, resting, payment_seq, avoid_account_id, avoid_account_version, topups
FROM obligations o WHERE authority_id = :authority_id AND live_payment_id IS NULL AND resting <> 'cancelled' AND kind = :one_off
  AND NOT {IS_DISPUTED}
"""  # noqa: S608 - constants only

# Whoever had it has it; what was cancelled comes back, should the death have been a mistake.
_NEW = """
INSERT INTO draw_due
SELECT w.benefit_month, w.subject_id, w.kind, held.revision + 1, w.amount_dong - held.amount_dong, w.amount_dong, w.unit_id,
       w.decision_id, w.category, w.coefficient, w.heads, w.level_dong, w.category_group, true, 'new', 0, NULL, NULL, w.topups
FROM draw_owed w
CROSS JOIN LATERAL (
    SELECT coalesce(max(o.revision), -1) AS revision,
           CAST(coalesce(sum(o.amount_dong) FILTER (WHERE o.live_payment_id IS NOT NULL OR o.resting <> 'cancelled'), 0)
                AS bigint) AS amount_dong
    FROM obligations o
    WHERE o.benefit_month = w.benefit_month AND o.subject_id = w.subject_id AND o.kind = w.kind) held
WHERE w.amount_dong > held.amount_dong
"""


async def cancel_ungiven(tx: Tx, authority_id: str, campaign: Campaign) -> list[ObligationMove]:
    """Cancel what rests of a campaign for people whom a death, or a stop where it is for those with an allowance, took from
    its month; as moves."""
    statuses = ("dead",) if campaign.recipients == LISTED else ("stopped", "dead")
    rows = await tx.rows(_CANCEL, authority_id=authority_id, one_off=campaign.kind, statuses=list(statuses))
    return [ObligationMove(**row) for row in rows]


async def collect_gifts(tx: Tx, authority_id: str, campaign: Campaign, law: MonthLaw | None) -> None:
    """Fill the temporary table `draw_due` for a campaign: who is to have it and has not, and what rests of it.

    `law` is its month's; a list needs none.
    """
    await open_tables(tx)
    what = {
        "authority_id": authority_id,
        "one_off": campaign.kind,
        "amount_dong": campaign.amount_dong,
        "campaign_id": campaign.campaign_id,
        "gifts": GIFTS,
    }
    if law is None:
        await tx.run(_BY_LIST, month=campaign.benefit_month, **what)
    else:
        groups = list(campaign.groups) if campaign.recipients == BY_GROUP else None
        await tx.run(_BY_ALLOWANCE, groups=groups, **what, **law_params([law]))
    await tx.run(_RESTING, authority_id=authority_id, one_off=campaign.kind)
    await tx.run(_NEW)
    await tx.run("ANALYZE draw_due")


async def dead_on_list(tx: Tx, authority_id: str, campaign: Campaign) -> int:
    """How many people of a campaign's list had died before its month."""
    found = await tx.scalar(_DEAD, authority_id=authority_id, campaign_id=campaign.campaign_id, month=campaign.benefit_month)
    return int(found)
