"""The judge of `bench gateway`: the providers' own books against those of both services, payment by payment."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import asyncpg

from console.sandbox_process import SandboxProcess

_OURS = """
SELECT p.payment_id, p.amount_dong, p.state, a.state AS attempt_state, a.reference
FROM disbursement.payments p LEFT JOIN provider_gateway.attempts a USING (run_month, payment_id)
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`double`: credits of a payment beyond its first. `lost`: payments of which the three books do not say the same, or that
    are not settled, and money that moved for no payment of ours."""

    double: int
    lost: int


async def judge(admin: asyncpg.Connection, sandbox: SandboxProcess) -> Verdict:
    """Read all books to the end, and compare them."""
    net: dict[str, tuple[int, int]] = await _movements(sandbox)
    by_payment = defaultdict(list)
    for row in await admin.fetch(_OURS):
        by_payment[row["payment_id"]].append(row)
    double = lost = 0
    for rows in by_payment.values():
        moved = [net.pop(row["reference"], (0, 0)) for row in rows]
        credits, amount_dong = sum(times for times, _ in moved), sum(dong for _, dong in moved)
        double += max(0, credits - 1)
        row = rows[-1]
        settled = row["state"] not in ("open", "removed") and row["attempt_state"] == row["state"]
        expected = (1, row["amount_dong"]) if row["state"] == "paid" else (0, 0)
        lost += not settled or (min(credits, 1), amount_dong if credits < 2 else row["amount_dong"]) != expected
    return Verdict(double, lost + sum(1 for times, _ in net.values() if times))


async def _movements(sandbox: SandboxProcess) -> dict[str, tuple[int, int]]:
    """For each reference in the providers' books: how often its money moved, and how much, net of returns."""
    net: dict[str, tuple[int, int]] = {}
    after = 0
    while True:
        page = await sandbox.ask("GET", "/admin/books", params={"after": after, "limit": 10_000})
        for row in page["movements"]:
            sign = -1 if row["kind"] == "return" else 1
            times, dong = net.get(row["reference"], (0, 0))
            net[row["reference"]] = (times + sign, dong + sign * row["amount_dong"])
        if not page["next_after"]:
            return net
        after = page["next_after"]
