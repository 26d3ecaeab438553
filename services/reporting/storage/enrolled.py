"""Who stands how with accounts, from what the registry and the gateway said, in whatever order it comes.

Everything kept here is the newest, the first or the smallest of what was said, so the order does not matter. One writer at a
time: a person's state rests on rows of others (the payee's requests), and these events are few beside payments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from services.reporting.storage.levels import LEVELS
from shared.database import Row, Tx

_FORGOTTEN_AT_ONCE = 10_000

TABLES = ("enrolled", "asked_accounts", "enrolment_cells", "enrolment_weeks", "enrolment_days")


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """A person as a record has them."""

    subject: str
    version: int
    unit_id: str
    active: bool
    payee_id: UUID
    account_id: UUID | None
    provider: str
    channel: str
    hold: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountAsked:
    """A request for an account."""

    account_id: UUID
    payee_id: UUID
    unit_id: str
    provider: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountAnswered:
    """What its provider said of a request. `reason` is '' where it was opened."""

    account_id: UUID
    outcome: str
    reason: str
    at: datetime


_NEWEST = """
INSERT INTO enrolled AS e (subject, version, unit_id, active, payee_id, account_id, provider, channel, hold)
SELECT * FROM unnest(CAST(:subject AS text[]), CAST(:version AS integer[]), CAST(:unit_id AS text[]), CAST(:active AS boolean[]),
    CAST(:payee_id AS uuid[]), CAST(:account_id AS uuid[]), CAST(:provider AS text[]), CAST(:channel AS text[]),
    CAST(:hold AS text[]))
ON CONFLICT (subject) DO UPDATE SET version = excluded.version, unit_id = excluded.unit_id, active = excluded.active,
    payee_id = excluded.payee_id, account_id = excluded.account_id, provider = excluded.provider, channel = excluded.channel,
    hold = excluded.hold
    WHERE excluded.version > e.version
"""

# A person counts in the week of the oldest record with an account, in the commune of that record.
_FIRST = f"""
WITH incoming AS (
    SELECT * FROM unnest(CAST(:subject AS text[]), CAST(:version AS integer[]), CAST(:at AS timestamptz[]),
        CAST(:unit_id AS text[]), CAST(:provider AS text[]), CAST(:channel AS text[]))
        AS t (subject, version, at, unit_id, provider, channel)),
changed AS (
    UPDATE enrolled e SET first_version = i.version, first_at = i.at, first_unit_id = i.unit_id, first_provider = i.provider,
        first_channel = i.channel
    FROM incoming i WHERE e.subject = i.subject AND (e.first_version IS NULL OR e.first_version > i.version)
    RETURNING old.first_at AS old_at, old.first_unit_id AS old_unit, old.first_provider AS old_provider,
        old.first_channel AS old_channel, new.first_at AS new_at, new.first_unit_id AS new_unit,
        new.first_provider AS new_provider, new.first_channel AS new_channel),
signed AS (
    SELECT new_unit AS unit_id, new_at AS at, new_provider AS provider, new_channel AS channel, 1 AS n FROM changed
    UNION ALL SELECT old_unit, old_at, old_provider, old_channel, -1 FROM changed WHERE old_at IS NOT NULL),
summed AS (
INSERT INTO enrolment_weeks AS c (unit_id, week_on, provider, channel, people)
SELECT level.unit_id, date_trunc('week', s.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS week_on, s.provider, s.channel, sum(s.n)
FROM signed s JOIN {LEVELS} ON u.unit_id = s.unit_id
GROUP BY level.unit_id, week_on, s.provider, s.channel HAVING sum(s.n) <> 0
ON CONFLICT (unit_id, week_on, provider, channel) DO UPDATE SET people = c.people + excluded.people
RETURNING c.unit_id, c.people)
SELECT DISTINCT unit_id FROM summed WHERE people = 0
"""  # noqa: S608 - constants only

_ASKED = """
INSERT INTO asked_accounts AS a (account_id, payee_id, unit_id, provider, asked_first_at, asked_last_at)
SELECT account_id, payee_id, unit_id, provider, at, at FROM unnest(CAST(:account_id AS uuid[]), CAST(:payee_id AS uuid[]),
    CAST(:unit_id AS text[]), CAST(:provider AS text[]), CAST(:at AS timestamptz[]))
    AS t (account_id, payee_id, unit_id, provider, at)
ON CONFLICT (account_id) DO UPDATE SET payee_id = excluded.payee_id, provider = excluded.provider,
    unit_id = CASE WHEN a.unit_id IS NULL OR (excluded.asked_first_at, excluded.unit_id) < (a.asked_first_at, a.unit_id)
        THEN excluded.unit_id ELSE a.unit_id END,
    asked_first_at = least(a.asked_first_at, excluded.asked_first_at),
    asked_last_at = greatest(a.asked_last_at, excluded.asked_last_at)
"""

_ANSWERED = """
INSERT INTO asked_accounts AS a (account_id, outcome, reason, answered_at)
SELECT * FROM unnest(CAST(:account_id AS uuid[]), CAST(:outcome AS text[]), CAST(:reason AS text[]), CAST(:at AS timestamptz[]))
ON CONFLICT (account_id) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason, answered_at = excluded.answered_at
    WHERE a.answered_at IS NULL
       OR (excluded.answered_at, excluded.outcome, excluded.reason) > (a.answered_at, a.outcome, a.reason)
"""

_RECORDED = """
INSERT INTO asked_accounts AS a (account_id, recorded_at)
SELECT account_id, :at FROM unnest(CAST(:account_ids AS uuid[])) AS t (account_id)
ON CONFLICT (account_id) DO UPDATE SET recorded_at = excluded.recorded_at
    WHERE a.recorded_at IS NULL OR excluded.recorded_at < a.recorded_at
"""

_USED = """
INSERT INTO asked_accounts AS a (account_id, first_used_on)
SELECT * FROM unnest(CAST(:account_ids AS uuid[]), CAST(:used_on AS date[]))
ON CONFLICT (account_id) DO UPDATE SET first_used_on = excluded.first_used_on
    WHERE a.first_used_on IS NULL OR excluded.first_used_on < a.first_used_on
"""

# A person with no account in use stands as the payee's newest request does. An account that was in a record, and is not any more,
# has ended.
_JUDGE = f"""
WITH named AS (
    SELECT subject FROM enrolled WHERE subject = ANY(CAST(:subjects AS text[]))
    UNION SELECT subject FROM enrolled WHERE account_id = ANY(CAST(:accounts AS uuid[]))
    UNION SELECT e.subject FROM asked_accounts a JOIN enrolled e ON e.payee_id = a.payee_id
        WHERE a.account_id = ANY(CAST(:accounts AS uuid[]))),
touched AS (SELECT e.* FROM named JOIN enrolled e USING (subject)),
newest AS (
    SELECT DISTINCT ON (payee_id) * FROM asked_accounts WHERE payee_id IN (SELECT payee_id FROM touched)
    ORDER BY payee_id, asked_last_at DESC, account_id DESC),
placed AS (
    SELECT t.*, n.provider AS asked_provider, n.outcome, n.reason AS refusal, n.asked_last_at,
        (SELECT a.first_used_on IS NOT NULL FROM asked_accounts a WHERE a.account_id = t.account_id) AS in_use,
        CASE WHEN NOT t.active THEN '' WHEN t.account_id IS NOT NULL THEN 'with_account'
             WHEN n.account_id IS NULL OR n.recorded_at IS NOT NULL THEN 'without'
             WHEN n.answered_at IS NULL OR n.answered_at < n.asked_last_at THEN 'waiting'
             ELSE 'refused' END AS now_state
    FROM touched t LEFT JOIN newest n ON n.payee_id = t.payee_id),
judged AS (
    SELECT subject, now_state,
        CASE WHEN now_state = '' THEN '' ELSE unit_id END AS now_unit,
        CASE now_state WHEN 'with_account' THEN provider WHEN 'waiting' THEN asked_provider WHEN 'refused' THEN asked_provider
            ELSE '' END AS now_provider,
        CASE now_state WHEN 'with_account' THEN channel ELSE '' END AS now_channel,
        CASE WHEN now_state = 'refused' THEN CASE outcome WHEN 'opened' THEN 'not_accepted' ELSE refusal END
             WHEN now_state = 'without' AND first_at IS NOT NULL THEN 'ended' ELSE '' END AS now_reason,
        CASE WHEN now_state = 'waiting' THEN (asked_last_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date END AS now_asked_on,
        now_state = 'with_account' AND coalesce(in_use, false) AS now_used
    FROM placed),
changed AS (
    UPDATE enrolled e SET state = now_state, counted_unit_id = now_unit, counted_provider = now_provider,
        counted_channel = now_channel, reason = now_reason, asked_on = now_asked_on, used = now_used
    FROM judged j WHERE j.subject = e.subject
        AND (e.state, e.counted_unit_id, e.counted_provider, e.counted_channel, e.reason, e.asked_on, e.used)
            IS DISTINCT FROM (now_state, now_unit, now_provider, now_channel, now_reason, now_asked_on, now_used)
    RETURNING old.state AS old_state, old.counted_unit_id AS old_unit, old.counted_provider AS old_provider,
        old.counted_channel AS old_channel, old.reason AS old_reason, old.asked_on AS old_asked_on, old.used AS old_used,
        new.state AS new_state, new.counted_unit_id AS new_unit, new.counted_provider AS new_provider,
        new.counted_channel AS new_channel, new.reason AS new_reason, new.asked_on AS new_asked_on, new.used AS new_used),
signed AS (
    SELECT new_unit AS unit_id, new_state AS state, new_provider AS provider, new_channel AS channel, new_reason AS reason,
        new_asked_on AS asked_on, 1 AS n, new_used::integer AS used FROM changed WHERE new_state <> ''
    UNION ALL
    SELECT old_unit, old_state, old_provider, old_channel, old_reason, old_asked_on, -1, -old_used::integer
    FROM changed WHERE old_state <> ''),
summed AS (
INSERT INTO enrolment_cells AS c (unit_id, state, provider, channel, reason, asked_on, people, used)
SELECT level.unit_id, s.state, s.provider, s.channel, s.reason, s.asked_on, sum(s.n), sum(s.used)
FROM signed s JOIN {LEVELS} ON u.unit_id = s.unit_id
GROUP BY level.unit_id, s.state, s.provider, s.channel, s.reason, s.asked_on HAVING sum(s.n) <> 0 OR sum(s.used) <> 0
ON CONFLICT (unit_id, state, provider, channel, reason, asked_on)
    DO UPDATE SET people = c.people + excluded.people, used = c.used + excluded.used
RETURNING c.unit_id, c.people)
SELECT DISTINCT unit_id FROM summed WHERE people = 0
"""  # noqa: S608 - constants only

_DAYS = f"""
WITH timed AS (
    SELECT account_id, unit_id,
        greatest((recorded_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - (asked_first_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, 0)
            AS days
    FROM asked_accounts
    WHERE account_id = ANY(CAST(:accounts AS uuid[])) AND recorded_at IS NOT NULL AND asked_first_at IS NOT NULL),
changed AS (
    UPDATE asked_accounts a SET counted_unit_id = t.unit_id, counted_days = t.days FROM timed t
    WHERE t.account_id = a.account_id AND (a.counted_unit_id, a.counted_days) IS DISTINCT FROM (t.unit_id, t.days)
    RETURNING new.provider, old.counted_unit_id AS old_unit, old.counted_days AS old_days,
        new.counted_unit_id AS new_unit, new.counted_days AS new_days),
signed AS (
    SELECT new_unit AS unit_id, provider, new_days AS days, 1 AS n FROM changed
    UNION ALL SELECT old_unit, provider, old_days, -1 FROM changed WHERE old_days IS NOT NULL),
summed AS (
INSERT INTO enrolment_days AS c (unit_id, provider, days, accounts)
SELECT level.unit_id, s.provider, s.days, sum(s.n) FROM signed s JOIN {LEVELS} ON u.unit_id = s.unit_id
GROUP BY level.unit_id, s.provider, s.days HAVING sum(s.n) <> 0
ON CONFLICT (unit_id, provider, days) DO UPDATE SET accounts = c.accounts + excluded.accounts
RETURNING c.unit_id, c.accounts)
SELECT DISTINCT unit_id FROM summed WHERE accounts = 0
"""  # noqa: S608 - constants only


async def see_people(tx: Tx, newest: Sequence[PersonSeen], first: Sequence[PersonSeen]) -> None:
    """Keep people: `newest` and, of those whose records name an account, `first`: each the one of its person."""
    await tx.run(_NEWEST, **_columns(newest, PersonSeen, without=("at",)))
    if first:
        rows = await tx.rows(_FIRST, **_columns(first, PersonSeen, without=("active", "payee_id", "account_id", "hold")))
        await _remove_empty(tx, "enrolment_weeks", "people", rows)


async def see_asked(tx: Tx, asked: Sequence[AccountAsked]) -> None:
    """Keep requests, each of another account."""
    await tx.run(_ASKED, **_columns(asked, AccountAsked))


async def see_answered(tx: Tx, answered: Sequence[AccountAnswered]) -> None:
    """Keep answers, each of another account."""
    await tx.run(_ANSWERED, **_columns(answered, AccountAnswered))


async def see_recorded(tx: Tx, account_ids: Iterable[UUID], at: datetime) -> None:
    """Keep that accounts stood in people's records."""
    await tx.run(_RECORDED, account_ids=sorted(set(account_ids)), at=at)


async def see_used(tx: Tx, used_on: dict[UUID, date]) -> None:
    """Keep the first use of accounts."""
    await tx.run(_USED, account_ids=list(used_on), used_on=list(used_on.values()))


async def judge(tx: Tx, subjects: Iterable[str], accounts: Iterable[UUID]) -> None:
    """Bring the sums to where these people stand now, and those whom these accounts concern."""
    account_ids = sorted(set(accounts))
    rows = await tx.rows(_JUDGE, subjects=sorted(set(subjects)), accounts=account_ids)
    await _remove_empty(tx, "enrolment_cells", "people", rows)
    if account_ids:
        await _remove_empty(tx, "enrolment_days", "accounts", await tx.rows(_DAYS, accounts=account_ids))


async def forget_registry(tx: Tx) -> None:
    """Empty all that came from the registry; answers and uses stay. The caller holds the lock of the read models."""
    for table in ("enrolled", "enrolment_cells", "enrolment_weeks", "enrolment_days"):
        await tx.run(f"DELETE FROM {table}")  # noqa: S608 - constants only
    await tx.run("DELETE FROM asked_accounts WHERE answered_at IS NULL AND first_used_on IS NULL")
    await tx.run(
        """UPDATE asked_accounts SET payee_id = NULL, unit_id = NULL, provider = NULL, asked_first_at = NULL,
               asked_last_at = NULL, recorded_at = NULL, counted_unit_id = NULL, counted_days = NULL"""
    )


async def forget_gateway(tx: Tx) -> None:
    """Empty what the gateway answered, and bring the sums to that. The caller holds the lock of the read models."""
    while accounts := await tx.rows(
        """UPDATE asked_accounts SET answered_at = NULL, outcome = NULL, reason = '', first_used_on = NULL
           WHERE account_id IN (SELECT account_id FROM asked_accounts
               WHERE answered_at IS NOT NULL OR first_used_on IS NOT NULL LIMIT :limit) RETURNING account_id""",
        limit=_FORGOTTEN_AT_ONCE,
    ):
        await judge(tx, (), [row["account_id"] for row in accounts])
    await tx.run("DELETE FROM asked_accounts WHERE asked_first_at IS NULL AND recorded_at IS NULL")


async def _remove_empty(tx: Tx, table: str, count: str, rows: Sequence[Row]) -> None:
    """Rows of these units that came to nothing: else what is there would tell the order in which events came."""
    if rows:
        await tx.run(
            f"DELETE FROM {table} WHERE {count} = 0 AND unit_id = ANY(CAST(:units AS text[]))",  # noqa: S608 - constants only
            units=[row["unit_id"] for row in rows],
        )


def _columns(
    rows: Sequence[object], kind: type[PersonSeen | AccountAsked | AccountAnswered], without: Sequence[str] = ()
) -> dict[str, list[object]]:
    return {f.name: [getattr(row, f.name) for row in rows] for f in fields(kind) if f.name not in without}
