"""The books as the judge reads them: who was paid how often, and what came twice."""

from __future__ import annotations

import sqlite3

PAGE = 10_000
"""The most movements of one page."""

_NET = "sum(CASE kind WHEN 'return' THEN -1 ELSE 1 END)"

# An open payment always has a plan; saying so lets the small index of planned payments answer.
_OPEN = "SELECT count(*) FROM payments WHERE provider = ? AND state = 'open' AND plan IS NOT NULL AND plan_at > ''"


def totals(connection: sqlite3.Connection, providers: list[str]) -> dict[str, dict[str, int]]:
    """For each provider: payments and đồng moved net of returns, repeats, and references with more than one payment."""
    found: dict[str, dict[str, int]] = {}
    for provider in providers:
        net, amount = connection.execute(
            f"SELECT coalesce({_NET}, 0), coalesce(sum(CASE kind WHEN 'return' THEN -amount_dong ELSE amount_dong END), 0)"  # noqa: S608
            " FROM movements WHERE provider = ?",
            (provider,),
        ).fetchone()
        found[provider] = {
            "payments": net,
            "amount_dong": amount,
            "returned": _count(connection, "SELECT count(*) FROM movements WHERE provider = ? AND kind = 'return'", provider),
            "duplicates": _count(connection, "SELECT coalesce(sum(times), 0) FROM duplicates WHERE provider = ?", provider),
            "repeated_sends": _count(connection, "SELECT coalesce(sum(sends - 1), 0) FROM sends WHERE provider = ?", provider),
            "double_payments": _count(
                connection,
                "SELECT count(*) FROM (SELECT 1 FROM movements WHERE provider = ? AND kind <> 'return'"
                " GROUP BY reference HAVING count(*) > 1)",
                provider,
            ),
            "open_payments": _count(
                connection,
                _OPEN,
                provider,
            ),
        }
    return found


def movements_page(
    connection: sqlite3.Connection, provider: str | None, after: int, limit: int
) -> tuple[list[dict[str, object]], int | None]:
    """Movements in the order of booking, with the key of the next page (None at the end)."""
    rows = connection.execute(
        "SELECT movement_id, reference, provider, amount_dong, kind, account, note, booked_on FROM movements"
        " WHERE movement_id > ? AND (? IS NULL OR provider = ?) ORDER BY movement_id LIMIT ?",
        (after, provider, provider, min(limit, PAGE)),
    ).fetchall()
    movements = [{**dict(row), "account": masked(row["account"])} for row in rows]
    return movements, (int(rows[-1]["movement_id"]) if len(rows) == min(limit, PAGE) else None)


def reference_view(connection: sqlite3.Connection, reference: str) -> dict[str, object] | None:
    """Everything about one reference: payments, movements, repeats, and the faults that struck it or its batches."""
    payments = [
        {**dict(row), "account": masked(row["account"])}
        for row in connection.execute(
            "SELECT p.provider, b.batch_reference, p.channel, p.amount_dong, p.account, p.note, p.state, p.reason,"
            " p.booked_on, b.taken_on, b.taken_at FROM payments p JOIN batches b USING (batch_id) WHERE p.reference = ?"
            " ORDER BY p.payment_id",
            (reference,),
        )
    ]
    if not payments:
        return None
    movements = [
        {**dict(row), "account": masked(row["account"])}
        for row in connection.execute(
            "SELECT movement_id, provider, kind, amount_dong, account, note, booked_on, booked_at FROM movements"
            " WHERE payment_id IN (SELECT payment_id FROM payments WHERE reference = ?) ORDER BY movement_id",
            (reference,),
        )
    ]
    subjects = [reference, *{str(payment["batch_reference"]) for payment in payments}]
    faults = [
        dict(row)
        for subject in subjects
        for row in connection.execute(
            "SELECT kind, provider, subject, fired_at FROM fired_faults WHERE subject = ? ORDER BY fault_id", (subject,)
        )
    ]
    duplicates = _count(connection, "SELECT coalesce(sum(times), 0) FROM duplicates WHERE reference = ?", reference)
    return {"reference": reference, "payments": payments, "movements": movements, "duplicates": duplicates, "faults": faults}


def masked(account: str) -> str:
    """All but the last four characters hidden."""
    return f"****{account[-4:]}"


def _count(connection: sqlite3.Connection, query: str, parameter: str) -> int:
    return int(connection.execute(query, (parameter,)).fetchone()[0])
