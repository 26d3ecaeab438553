"""Applying moves to the read models, set by set: one round trip for an event of up to 500 moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from shared.database import Tx

SCHEMA = "reporting"
MONTH_TABLES = ("obligation_places", "person_months")
READ_MODELS = (*MONTH_TABLES, "cells", "commune_people", "cashier_communes")


@dataclass(frozen=True, slots=True)
class PlacedObligation:
    """An obligation as a move leaves it. `provider` and `channel` are '' where no payment moved it."""

    benefit_month: date
    subject: str
    kind: str
    revision: int
    step: int
    place: str
    unit_id: str
    provider: str
    channel: str
    category_group: str
    sex: str
    age_band: str
    amount_dong: int


# Rows are locked in the same order by everybody: obligations, then people, then the sums, each in the order of its key.
# `old` and `new` of RETURNING are the row as it was locked and as it was left, so the differences add up exactly whatever
# runs beside. A person counts in the commune of the first obligation of the month, in whatever order the moves come.
_APPLY = """
WITH incoming AS (
    SELECT DISTINCT ON (benefit_month, subject, kind, revision) *
    FROM unnest(CAST(:benefit_month AS date[]), CAST(:subject AS text[]), CAST(:kind AS text[]), CAST(:revision AS integer[]),
                CAST(:step AS integer[]), CAST(:place AS text[]), CAST(:unit_id AS text[]), CAST(:provider AS text[]),
                CAST(:channel AS text[]), CAST(:category_group AS text[]), CAST(:sex AS text[]), CAST(:age_band AS text[]),
                CAST(:amount_dong AS bigint[]))
        AS t (benefit_month, subject, kind, revision, step, place, unit_id, provider, channel, category_group, sex, age_band,
              amount_dong)
    ORDER BY benefit_month, subject, kind, revision, step DESC),
changed AS (
    INSERT INTO obligation_places AS p (benefit_month, subject, kind, revision, step, place, unit_id, provider, channel,
                                        category_group, sex, age_band, amount_dong)
    SELECT * FROM incoming ORDER BY benefit_month, subject, kind, revision
    ON CONFLICT (benefit_month, subject, kind, revision) DO UPDATE SET
        step = excluded.step, place = excluded.place, unit_id = excluded.unit_id, provider = excluded.provider,
        channel = excluded.channel, category_group = excluded.category_group, sex = excluded.sex,
        age_band = excluded.age_band, amount_dong = excluded.amount_dong
        WHERE excluded.step > p.step
    RETURNING new.benefit_month, new.subject, new.kind, new.revision,
        old.step AS old_step,
        old.place AS old_place, new.place AS new_place, old.unit_id AS old_unit, new.unit_id AS new_unit,
        old.provider AS old_provider, new.provider AS new_provider, old.channel AS old_channel, new.channel AS new_channel,
        old.category_group AS old_group, new.category_group AS new_group,
        old.amount_dong AS old_amount, new.amount_dong AS new_amount),
person_deltas AS (
    SELECT benefit_month, subject,
        (array_agg(new_unit ORDER BY revision, kind COLLATE "C"))[1] AS unit_id,
        (array_agg(revision ORDER BY revision, kind COLLATE "C"))[1] AS home_revision,
        (array_agg(kind ORDER BY revision, kind COLLATE "C"))[1] AS home_kind,
        count(*) FILTER (WHERE old_step IS NULL) AS obligations,
        count(*) FILTER (WHERE new_place = 'paid_account') - count(*) FILTER (WHERE old_place = 'paid_account') AS paid_account,
        count(*) FILTER (WHERE new_place = 'paid_cash') - count(*) FILTER (WHERE old_place = 'paid_cash') AS paid_cash
    FROM changed GROUP BY benefit_month, subject
    HAVING bool_or(old_step IS NULL OR old_unit <> new_unit)
        OR count(*) FILTER (WHERE new_place = 'paid_account') <> count(*) FILTER (WHERE old_place = 'paid_account')
        OR count(*) FILTER (WHERE new_place = 'paid_cash') <> count(*) FILTER (WHERE old_place = 'paid_cash')),
people AS (
    INSERT INTO person_months AS p (benefit_month, subject, unit_id, home_revision, home_kind, obligations, paid_account,
                                    paid_cash)
    SELECT benefit_month, subject, unit_id, home_revision, home_kind, obligations, paid_account, paid_cash
    FROM person_deltas ORDER BY benefit_month, subject
    ON CONFLICT (benefit_month, subject) DO UPDATE SET
        (unit_id, home_revision, home_kind) = (SELECT first.unit_id, first.revision, first.kind FROM (VALUES
            (excluded.unit_id, excluded.home_revision, excluded.home_kind, 1),
            (p.unit_id, p.home_revision, p.home_kind, 2)) AS first (unit_id, revision, kind, rank)
            ORDER BY first.revision, first.kind COLLATE "C", first.rank LIMIT 1),
        obligations = p.obligations + excluded.obligations,
        paid_account = p.paid_account + excluded.paid_account,
        paid_cash = p.paid_cash + excluded.paid_cash
    RETURNING benefit_month, old.unit_id AS old_unit, new.unit_id AS new_unit,
        old.paid_account AS old_account, new.paid_account AS new_account,
        old.paid_cash AS old_cash, new.paid_cash AS new_cash),
people_deltas AS (
    SELECT benefit_month, unit_id, sum(n) AS entitled,
        coalesce(sum(n) FILTER (WHERE account > 0), 0) AS by_account,
        coalesce(sum(n) FILTER (WHERE account = 0 AND cash > 0), 0) AS by_cash
    FROM (SELECT benefit_month, new_unit AS unit_id, 1 AS n, new_account AS account, new_cash AS cash FROM people
          UNION ALL
          SELECT benefit_month, old_unit, -1, old_account, old_cash FROM people WHERE old_unit IS NOT NULL) signed
    GROUP BY benefit_month, unit_id),
commune_sums AS (
    INSERT INTO commune_people AS c (benefit_month, unit_id, entitled, by_account, by_cash)
    SELECT benefit_month, unit_id, entitled, by_account, by_cash FROM people_deltas
    WHERE entitled <> 0 OR by_account <> 0 OR by_cash <> 0 ORDER BY benefit_month, unit_id
    ON CONFLICT (benefit_month, unit_id) DO UPDATE SET
        entitled = c.entitled + excluded.entitled, by_account = c.by_account + excluded.by_account,
        by_cash = c.by_cash + excluded.by_cash),
cell_deltas AS (
    SELECT benefit_month, unit_id, provider, channel, place, category_group, sum(n) AS obligations,
        sum(n * amount_dong) AS amount_dong
    FROM (SELECT benefit_month, new_unit AS unit_id, new_provider AS provider, new_channel AS channel, new_place AS place,
                 new_group AS category_group, 1 AS n, new_amount AS amount_dong FROM changed
          UNION ALL
          SELECT benefit_month, old_unit, old_provider, old_channel, old_place, old_group, -1, old_amount FROM changed
          WHERE old_step IS NOT NULL) signed
    GROUP BY benefit_month, unit_id, provider, channel, place, category_group),
cell_sums AS (
    INSERT INTO cells AS c (benefit_month, unit_id, provider, channel, place, category_group, obligations, amount_dong)
    SELECT * FROM cell_deltas WHERE obligations <> 0 OR amount_dong <> 0
    ORDER BY benefit_month, unit_id, provider, channel, place, category_group
    ON CONFLICT (benefit_month, unit_id, provider, channel, place, category_group) DO UPDATE SET
        obligations = c.obligations + excluded.obligations, amount_dong = c.amount_dong + excluded.amount_dong)
SELECT (SELECT count(*) FROM changed) AS changed,
    ARRAY(SELECT unit_id FROM people_deltas UNION SELECT unit_id FROM cell_deltas) AS units
"""

# Only this transaction's own rows can stand at nothing: others remove theirs before they commit.
_REMOVE_EMPTY = """
WITH empty_cells AS (
    DELETE FROM cells WHERE obligations = 0 AND amount_dong = 0
        AND benefit_month = ANY(CAST(:months AS date[])) AND unit_id = ANY(CAST(:units AS text[])))
DELETE FROM commune_people WHERE entitled = 0
    AND benefit_month = ANY(CAST(:months AS date[])) AND unit_id = ANY(CAST(:units AS text[]))
"""

_NOTE_CASHIER = """
INSERT INTO cashier_communes (benefit_month, unit_id)
SELECT * FROM unnest(CAST(:months AS date[]), CAST(:units AS text[])) AS t (benefit_month, unit_id)
ORDER BY benefit_month, unit_id ON CONFLICT DO NOTHING
"""

_COLUMNS = tuple(f.name for f in fields(PlacedObligation))


async def apply(tx: Tx, placed: Sequence[PlacedObligation]) -> int:
    """Bring the read models to where these moves leave their obligations; a move older than what is held changes nothing.

    Returns how many obligations changed.
    """
    if not placed:
        return 0
    months = sorted({p.benefit_month for p in placed})
    for month in months:
        for table in MONTH_TABLES:
            await tx.ensure_month(SCHEMA, table, month)
    [done] = await tx.rows(_APPLY, **{name: [getattr(each, name) for each in placed] for name in _COLUMNS})
    if done["changed"]:
        await tx.run(_REMOVE_EMPTY, months=months, units=done["units"])
    return int(done["changed"])


async def note_cashier(tx: Tx, communes: set[tuple[date, str]]) -> None:
    """Remember that money of these communes, in these benefit months, went through the commune cashier."""
    if communes:
        months, units = zip(*sorted(communes), strict=True)
        await tx.run(_NOTE_CASHIER, months=list(months), units=list(units))


async def forget(tx: Tx) -> None:
    """Empty the read models. Moves that come meanwhile wait until this transaction ends; readers see the old numbers."""
    await tx.run("LOCK TABLE obligation_places IN SHARE ROW EXCLUSIVE MODE")
    for table in READ_MODELS:
        await tx.run(f"DELETE FROM {table}")  # noqa: S608 - constants only
