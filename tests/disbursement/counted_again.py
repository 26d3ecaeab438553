"""Every measure of reporting a second way: plain Python over all payments and obligations, in disbursement's own tables.

It shares no code with reporting and reads none of its tables.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import asyncpg

from shared.reference import units

ACCOUNTS = ("wallet", "account")

_OBLIGATIONS = """
SELECT o.benefit_month, o.subject, o.kind, o.revision, o.unit_id, o.category_group, o.sex, o.age_band, o.amount_dong, o.resting,
    o.live_payment_id, o.subject_id
FROM disbursement.obligations o
"""
_PAYMENTS = """
SELECT p.payment_id, p.state, p.reason, r.provider, r.channel, c.state AS chunk_state, l.benefit_month, l.subject_id, l.kind,
    l.revision, l.amount_dong
FROM disbursement.payments p JOIN disbursement.payrolls r USING (payroll_id)
JOIN disbursement.chunks c ON c.payroll_id = p.payroll_id AND c.chunk_no = p.chunk_no
JOIN disbursement.payment_lines l ON l.payment_id = p.payment_id AND l.run_month = p.run_month
"""


class CountedAgain:
    """The tables' rows as Python objects, and what they come to. Keys of sums are those of reporting's own tables."""

    def __init__(self, obligations: Sequence[Any], payments: Sequence[Any]) -> None:
        self.obligations = obligations
        self.lines = payments
        self.by_payment = {line["payment_id"]: line for line in payments}
        self.paths = {unit.unit_id: (*unit.path, "*") for unit in units()}
        self.starts = {unit.unit_id: (unit.valid_from, unit.valid_to or date.max, unit.level) for unit in units()}

    @classmethod
    async def read(cls, admin: asyncpg.Connection) -> CountedAgain:
        """All there is."""
        return cls(await admin.fetch(_OBLIGATIONS), await admin.fetch(_PAYMENTS))

    def place(self, owed: Any) -> tuple[str, str, str]:
        """Provider, channel and place of an obligation; the first two '' where the money is the payer's."""
        live = self.by_payment.get(owed["live_payment_id"])
        if live is None:
            return ("", "", "not_released" if owed["resting"] == "new" else owed["resting"])
        if live["state"] == "paid":
            return (live["provider"], live["channel"], "paid_account" if live["channel"] in ACCOUNTS else "paid_cash")
        assert live["state"] == "open", live["state"]
        gone_out = live["chunk_state"] in ("instructed", "answered")
        return (live["provider"], live["channel"], "in_flight") if gone_out else ("", "", "not_released")

    def money(self) -> dict[tuple[Any, ...], tuple[int, int]]:
        """money_cells: obligations and đồng."""
        found: dict[tuple[Any, ...], tuple[int, int]] = defaultdict(lambda: (0, 0))
        for owed in self.obligations:
            person = (owed["category_group"], owed["sex"], owed["age_band"])
            for unit in self.paths[owed["unit_id"]]:
                key = (owed["benefit_month"], unit, *self.place(owed), *person)
                found[key] = (found[key][0] + 1, found[key][1] + owed["amount_dong"])
        return dict(found)

    def people(self) -> dict[tuple[Any, ...], int]:
        """people_cells: each person of a month once, where the first obligation lies, by the first way of payment."""
        months: dict[tuple[date, str], list[Any]] = defaultdict(list)
        for owed in self.obligations:
            months[owed["benefit_month"], owed["subject"]].append(owed)
        found: Counter[tuple[Any, ...]] = Counter()
        for (month, _), all_owed in months.items():
            home = min(all_owed, key=lambda owed: (owed["revision"], owed["kind"]))
            person = (home["category_group"], home["sex"], home["age_band"])
            for unit in self.paths[home["unit_id"]]:
                found[(month, unit, *self._paid_by(all_owed), *person)] += 1
        return dict(found)

    def _paid_by(self, all_owed: Iterable[Any]) -> tuple[str, str, str]:
        paid = [(p[1] not in ACCOUNTS, f"{p[1]}/{p[0]}", p) for p in map(self.place, all_owed) if p[2].startswith("paid_")]
        if not paid:
            return ("none", "", "")
        by_cash, _, (provider, channel, _) = min(paid)
        return ("cash" if by_cash else "account", provider, channel)

    def switched(self) -> dict[tuple[date, str], int]:
        """Communes of a unit of which nothing went through the commune cashier and one account was credited."""
        through, credited = set(), set()
        owed_of = {(o["benefit_month"], o["subject_id"], o["kind"], o["revision"]): o for o in self.obligations}
        for line in self.lines:
            owed = owed_of[line["benefit_month"], line["subject_id"], line["kind"], line["revision"]]
            went = line["chunk_state"] != "sealed" and line["state"] != "removed"
            if line["provider"] == "commune_cashier" and went:
                through.add((owed["benefit_month"], owed["unit_id"]))
        for owed in self.obligations:
            if self.place(owed)[2] == "paid_account":
                credited.add((owed["benefit_month"], owed["unit_id"]))
        found: Counter[tuple[date, str]] = Counter()
        for month, commune in credited - through:
            found.update((month, unit) for unit in self.paths[commune])
        return dict(found)

    def failures(self) -> dict[tuple[Any, ...], tuple[int, int]]:
        """failure_cells: each line of a payment that did not reach its payee."""
        owed_of = {(o["benefit_month"], o["subject_id"], o["kind"], o["revision"]): o for o in self.obligations}
        found: dict[tuple[Any, ...], tuple[int, int]] = defaultdict(lambda: (0, 0))
        for line in self.lines:
            if line["state"] not in ("rejected", "returned", "unclaimed"):
                continue
            owed = owed_of[line["benefit_month"], line["subject_id"], line["kind"], line["revision"]]
            place = "unclaimed" if line["state"] == "unclaimed" else "returned"
            for unit in self.paths[owed["unit_id"]]:
                key = (owed["benefit_month"], unit, line["provider"], line["channel"], place, line["reason"] or "unsaid")
                found[key] = (found[key][0] + 1, found[key][1] + line["amount_dong"])
        return dict(found)

    def credited_once(self) -> dict[tuple[Any, ...], int]:
        """delay_cells without their minutes: each line that was paid, also one whose money came back."""
        owed_of = {(o["benefit_month"], o["subject_id"], o["kind"], o["revision"]): o for o in self.obligations}
        found: Counter[tuple[Any, ...]] = Counter()
        for line in self.lines:
            if line["state"] in ("paid", "returned"):
                owed = owed_of[line["benefit_month"], line["subject_id"], line["kind"], line["revision"]]
                for unit in self.paths[owed["unit_id"]]:
                    found[owed["benefit_month"], unit, line["provider"], line["channel"]] += 1
        return dict(found)
