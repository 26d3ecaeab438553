"""Who is entitled and has no account yet, how far the units are, and what they are to reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.registry.domain.enrolment import Target
from shared.auth import Caller
from shared.database import Tx

_TARGET_OF = """
LEFT JOIN LATERAL (
    SELECT t.provider FROM enrolment_targets t WHERE t.unit_id = ANY (u.path)
    ORDER BY array_position(u.path, t.unit_id) DESC LIMIT 1) t ON true"""

# The page is cut before anything is looked up: each person's payee, newest account and refusal are index look-ups. Where the
# reason or the provider narrows it, the look-ups run until the page is full.
_GAPS = f"""
SELECT b.beneficiary_id, b.code, b.full_name, b.unit_id, b.village, b.hold, b.cash_chosen, b.wished_channel, b.relationship,
    p.payee_id, p.full_name AS payee_name, a.account_id, a.state, a.name_verdict, a.reason AS account_reason,
    a.requested_at, a.answered_at, a.closed_at, r.reason AS refusal, r.refused_on,
    coalesce(CASE WHEN a.state IN ('requested', 'active') THEN a.provider END,
             nullif(b.wished_channel, 'cash'), t.provider) AS provider
FROM beneficiaries b JOIN payees p USING (payee_id) JOIN units u ON u.unit_id = b.unit_id
LEFT JOIN LATERAL (
    SELECT * FROM accounts a WHERE a.payee_id = b.payee_id
    ORDER BY array_position(ARRAY['active', 'requested', 'refused', 'closed', 'declared'], a.state),
        a.requested_at DESC NULLS LAST LIMIT 1) a ON true
LEFT JOIN account_refusals r ON r.beneficiary_id = b.beneficiary_id AND r.withdrawn_on IS NULL
{_TARGET_OF}
WHERE b.account_id IS NULL AND b.status = 'active'
    AND (b.unit_id, b.code) > (:after_unit, :after_code)
    AND (CAST(:communes AS text[]) IS NULL OR b.unit_id = ANY (CAST(:communes AS text[])))
"""  # noqa: S608 - constants only

_REASON = """
CASE WHEN g.refusal IS NOT NULL THEN 'refused_by_beneficiary' WHEN g.cash_chosen THEN 'cash_chosen'
     WHEN g.hold IS NOT NULL THEN 'on_hold' WHEN g.state = 'active' AND g.name_verdict = 'near' THEN 'name_in_review'
     WHEN g.state = 'requested' THEN 'requested' WHEN g.state = 'refused' THEN 'refused_by_provider'
     WHEN g.state = 'closed' THEN 'account_closed' ELSE 'not_requested' END"""


async def communes_of(tx: Tx, unit_ids: Sequence[str]) -> list[str]:
    """Communes that are one of the units or lie in one."""
    rows = await tx.rows(
        "SELECT unit_id FROM units WHERE level = 'commune' AND path && CAST(:ids AS text[]) ORDER BY unit_id", ids=list(unit_ids)
    )
    return [row["unit_id"] for row in rows]


async def page_of_gaps(
    tx: Tx, *, communes: Sequence[str] | None, reason: str | None, provider: str | None, after: tuple[str, str], limit: int
) -> list[dict[str, Any]]:
    """People without an account, commune by commune in the order of their codes, after one; `provider` "" is none."""
    return await tx.rows(
        f"""SELECT g.*, {_REASON} AS gap FROM ({_GAPS}) g
            WHERE (CAST(:reason AS text) IS NULL OR {_REASON} = CAST(:reason AS text))
                AND (CAST(:provider AS text) IS NULL OR g.provider = CAST(:provider AS text))
            ORDER BY g.unit_id, g.code LIMIT :limit""",  # noqa: S608 - constants only
        communes=None if communes is None else list(communes),
        reason=reason,
        provider=provider,
        after_unit=after[0],
        after_code=after[1],
        limit=limit,
    )


async def count_gaps(tx: Tx, communes: Sequence[str] | None) -> list[dict[str, Any]]:
    """How many people have no account, by commune, provider and reason."""
    return await tx.rows(
        f"""SELECT g.unit_id, g.provider, {_REASON} AS gap, count(*) AS people, min(g.requested_at) FILTER
                (WHERE g.state = 'requested') AS waiting_since
            FROM ({_GAPS}) g GROUP BY 1, 2, 3 ORDER BY 1, 2 NULLS LAST, 3""",  # noqa: S608 - constants only
        communes=None if communes is None else list(communes),
        after_unit="",
        after_code="",
    )


async def progress_of_units(
    tx: Tx, *, scope: Sequence[str], unit_id: str | None, level: str | None, after: str, limit: int
) -> list[dict[str, Any]]:
    """Entitled people and those with an account, of units in the order of their ids: counted by commune, summed upwards.

    Only units that lie in `scope` (none: everything) whole, so that no sum is of a part.
    """
    return await tx.rows(
        """WITH wanted AS MATERIALIZED (
               SELECT u.unit_id, u.code, u.name, u.level, u.path FROM units u
               WHERE u.unit_id > :after AND (CAST(:level AS text) IS NULL OR u.level = CAST(:level AS text))
                   AND (cardinality(CAST(:scope AS text[])) = 0 OR u.path && CAST(:scope AS text[]))
                   AND (CAST(:unit_id AS text) IS NULL OR CAST(:unit_id AS text) = ANY (u.path))),
           communes AS MATERIALIZED (
               SELECT DISTINCT c.unit_id FROM units c WHERE c.level = 'commune'
                   AND c.path && (SELECT coalesce(array_agg(unit_id), CAST(ARRAY[] AS text[])) FROM wanted)),
           counted AS MATERIALIZED (
               SELECT b.unit_id, a.provider, count(*) AS entitled, count(b.account_id) AS with_account,
                   count(*) FILTER (WHERE b.account_id IS NOT NULL AND b.hold IS NOT NULL) AS held
               FROM beneficiaries b LEFT JOIN accounts a ON a.account_id = b.account_id
               WHERE b.status = 'active' AND b.unit_id IN (SELECT unit_id FROM communes) GROUP BY 1, 2),
           stepped AS MATERIALIZED (
               SELECT s.unit_id, s.step, count(*) AS accounts FROM account_steps s
               WHERE s.unit_id IN (SELECT unit_id FROM communes) GROUP BY 1, 2),
           sums AS MATERIALIZED (
               SELECT up.unit_id, n.provider, sum(n.entitled) AS entitled, sum(n.with_account) AS with_account,
                   sum(n.held) AS held
               FROM counted n JOIN units c USING (unit_id) CROSS JOIN LATERAL unnest(c.path) AS up (unit_id) GROUP BY 1, 2),
           step_sums AS MATERIALIZED (
               SELECT up.unit_id, s.step, sum(s.accounts) AS accounts
               FROM stepped s JOIN units c USING (unit_id) CROSS JOIN LATERAL unnest(c.path) AS up (unit_id) GROUP BY 1, 2)
           SELECT w.*, s.entitled, s.with_account, s.held, s.providers, coalesce(st.steps, CAST('{}' AS json)) AS steps,
               t.unit_id AS target_unit, t.starts_on, t.target_on, t.share_percent, t.provider AS target_provider
           FROM wanted w
           JOIN LATERAL (
               SELECT CAST(sum(entitled) AS bigint) AS entitled, CAST(sum(with_account) AS bigint) AS with_account,
                   CAST(sum(held) AS bigint) AS held,
                   coalesce(json_object_agg(provider, with_account) FILTER (WHERE provider IS NOT NULL), CAST('{}' AS json))
                       AS providers
               FROM sums WHERE sums.unit_id = w.unit_id) s ON s.entitled IS NOT NULL
           LEFT JOIN LATERAL (
               SELECT json_object_agg(step, accounts) AS steps FROM step_sums WHERE step_sums.unit_id = w.unit_id) st ON true
           LEFT JOIN LATERAL (
               SELECT * FROM enrolment_targets t WHERE t.unit_id = ANY (w.path)
               ORDER BY array_position(w.path, t.unit_id) DESC LIMIT 1) t ON true
           ORDER BY w.unit_id LIMIT :limit""",
        scope=list(scope),
        unit_id=unit_id,
        level=level,
        after=after,
        limit=limit,
    )


async def put_target(tx: Tx, caller: Caller, target: Target) -> bool:
    """Set what a unit is to reach; whether that is news."""
    return bool(
        await tx.run(
            """INSERT INTO enrolment_targets AS t (unit_id, starts_on, target_on, share_percent, provider, set_at, set_issuer,
                   set_subject)
               VALUES (:unit_id, :starts_on, :target_on, :share_percent, :provider, platform.business_now(), :issuer, :subject)
               ON CONFLICT (unit_id) DO UPDATE SET starts_on = excluded.starts_on, target_on = excluded.target_on,
                   share_percent = excluded.share_percent, provider = excluded.provider, set_at = excluded.set_at,
                   set_issuer = excluded.set_issuer, set_subject = excluded.set_subject
               WHERE (t.starts_on, t.target_on, t.share_percent, t.provider) IS DISTINCT FROM
                   (excluded.starts_on, excluded.target_on, excluded.share_percent, excluded.provider)""",
            unit_id=target.unit_id,
            starts_on=target.starts_on,
            target_on=target.target_on,
            share_percent=target.share_percent,
            provider=target.provider,
            issuer=caller.issuer,
            subject=caller.subject,
        )
    )


async def targets_on(tx: Tx, path: Sequence[str] | None) -> list[dict[str, Any]]:
    """Targets of the units of a path; all where it is None."""
    return await tx.rows(
        """SELECT unit_id, starts_on, target_on, share_percent, provider, set_at, set_subject FROM enrolment_targets
           WHERE CAST(:path AS text[]) IS NULL OR unit_id = ANY (CAST(:path AS text[])) ORDER BY unit_id""",
        path=None if path is None else list(path),
    )


def since_of(row: dict[str, Any]) -> datetime | None:
    """When what stands in the way began, of a row of `page_of_gaps`."""
    by_gap = {"requested": "requested_at", "refused_by_provider": "answered_at", "name_in_review": "answered_at"}
    name = by_gap.get(row["gap"], "closed_at" if row["gap"] == "account_closed" else "")
    return row.get(name)
