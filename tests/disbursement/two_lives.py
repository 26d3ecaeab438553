"""Lives of two records that may be one person, and beside them a model of a few lines: what is owed, out, decided and repaid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast
from uuid import UUID

import asyncpg

from services.disbursement.domain.amounts import HeldDecision, dues
from services.disbursement.storage.law_data import load_law
from shared.contracts.disbursement_events import ChunkInstructed
from shared.contracts.gateway_events import Outcome
from shared.contracts.registry_events import BeneficiaryRecord, DecisionRecord
from shared.kernel.ids import new_id
from tests.disbursement.gateway_voice import answer
from tests.disbursement.office import Office
from tests.disbursement.records import changed, decision
from tests.disbursement.test_books_end_to_end import books
from tests.disbursement.test_differences import overpaid
from tests.disbursement.test_receivables import CLOSING, balanced

MONTHS = [date(2021, 10, 1), date(2021, 11, 1), date(2021, 12, 1)]


@dataclass
class Life:
    """Two records in one office, and what the model knows: payments with their parts, and what is owed back."""

    office: Office
    records: list[BeneficiaryRecord]
    before_merging: BeneficiaryRecord | None = None
    run: int = 0
    run_ids: list[str] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)  # payrolls drawn up
    away: list[ChunkInstructed] = field(default_factory=list)
    payments: dict[UUID, str] = field(default_factory=dict)  # payment -> in_flight, paid, gone
    parts: dict[UUID, list[tuple[UUID, date, int]]] = field(default_factory=dict)
    paid_chunks: list[tuple[ChunkInstructed, int]] = field(default_factory=list)
    receivables: list[dict[str, Any]] = field(default_factory=list)

    @property
    def one(self) -> bool:
        """Whether the two are one person now."""
        return self.records[1].merged_into is not None

    def owed(self, month: date) -> dict[UUID, int]:
        """By person, what the law owes: both records' decisions count for the one who stays."""
        law = load_law().in_month(month, "Tỉnh Thừa Thiên Huế")
        first, second = self.records
        lives = [(first, list(first.decisions)), (second, list(second.decisions))]
        if self.one:
            ended = second.status in ("stopped", "dead") and second.status_from_month <= month
            lives = [(first, [*first.decisions, *([] if ended else second.decisions)])]
        found: dict[UUID, int] = {}
        for record, decisions in lives:
            held = [HeldDecision(d.decision_id, d.category, d.from_month, d.to_month, d.heads) for d in decisions]
            found[record.beneficiary_id] = sum(
                due.amount_dong for due in dues(law, held, record.status, record.status_from_month)
            )
        return found

    def person(self, subject_id: UUID) -> UUID:
        return self.records[0].beneficiary_id if self.one else subject_id

    def gone_out(self, month: date, *states: str) -> dict[UUID, int]:
        """By person, the đồng of a month in payments of these states."""
        found = dict.fromkeys(self.owed(month), 0)
        for payment_id, state in self.payments.items():
            for subject_id, of, amount_dong in self.parts[payment_id]:
                if of == month and state in states:
                    found[self.person(subject_id)] += amount_dong
        return found

    def owed_back(self, month: date, name: str) -> dict[UUID, int]:
        found = dict.fromkeys(self.owed(month), 0)
        for each in self.receivables:
            if each["month"] == month:
                found[self.person(each["person"])] += each[name]
        return found


async def step(life: Life, told: tuple[Any, ...]) -> None:
    """One step, where there is anything to do."""
    office, what = life.office, told[0]
    if what in ("decide", "stand", "merge"):
        await registry(life, told)
    elif what == "draw" or (what == "next" and life.run + 1 < len(MONTHS)):
        life.run += what == "next"
        if life.run == len(life.run_ids):
            life.run_ids.append(await office.run(f"{MONTHS[life.run]:%Y-%m}"))
        await drawn(life)
    elif what == "release" and life.waiting:
        await released(life, life.waiting.pop(0))
    elif what == "answer" and life.away:
        chunk = life.away.pop(0)
        await answer(office, chunk, [[cast(Outcome, told[1])]] * len(chunk.lines))
        for at, line in enumerate(chunk.lines):
            life.payments[line.payment_id] = "paid" if told[1] == "paid" else "gone"
            if told[1] == "paid" and len(chunk.lines) == 1:
                life.paid_chunks.append((chunk, at))
    elif what == "return" and life.paid_chunks:
        chunk, at = life.paid_chunks.pop()
        await answer(office, chunk, [["paid", "returned"]])
        life.payments[chunk.lines[at].payment_id] = "gone"
    elif what in ("recover", "repay", "withdraw", "give back"):
        await (given_back(life) if what == "give back" else recovery(life, told))


async def registry(life: Life, told: tuple[Any, ...]) -> None:
    what = told[0]
    if what == "merge":
        first, second = life.records
        if life.before_merging is not None:
            back = {"status": life.before_merging.status, "status_from_month": life.before_merging.status_from_month}
            life.records[1], life.before_merging = changed(second, merged_into=None, **back), None
        else:
            life.before_merging = second
            ended = second.status in ("stopped", "dead")
            stands = {} if ended else {"status": "stopped", "status_from_month": told[1]}
            life.records[1] = changed(second, merged_into=first.beneficiary_id, **stands)
        await life.office.say(life.records[1])
        return
    if told[1] == 1 and life.one:
        return  # the registry decides nothing about a merged record
    record = life.records[told[1]]
    if what == "decide":
        held: list[DecisionRecord] = [decision(category, from_month=told[3]) for category in sorted(told[2])]
        life.records[told[1]] = changed(record, decisions=held)
    else:
        life.records[told[1]] = changed(record, status=told[2], status_from_month=told[3])
    await life.office.say(life.records[told[1]])


async def drawn(life: Life) -> None:
    """Draw up, and once more: nothing changes. Then nobody is drawn more than is owed, nor less, beside what already went out."""
    office = life.office
    life.waiting += (await office.draw(life.run_ids[life.run]))["payrolls"]
    before = await rows(life)
    assert (await office.draw(life.run_ids[life.run]))["payrolls"] == []
    assert await rows(life) == before, "drawing up again changed something"
    for month in MONTHS[: life.run + 1]:
        drawn_dong = dict.fromkeys(life.owed(month), 0)
        for row in before:
            if row["benefit_month"] == month and (row["live_payment_id"] or row["resting"] != "cancelled"):
                drawn_dong[life.person(row["subject_id"])] += row["amount_dong"]
        out, back = life.gone_out(month, "in_flight", "paid"), life.owed_back(month, "repaid")
        wanted = {who: max(owed + back[who] if owed else 0, out[who]) for who, owed in life.owed(month).items()}
        assert drawn_dong == wanted, month


async def rows(life: Life) -> list[asyncpg.Record]:
    return await life.office.obligations()


async def released(life: Life, payroll: dict[str, Any]) -> None:
    office = life.office
    # Who died since is taken out first: a payroll with a line of a month after a death is not approved at all.
    await office.ok("POST", "/v1/recalls", "accountant", {"authority_id": office.authority})
    await office.released(payroll)
    while await office.dispatcher().step():
        pass
    for body in await office.events("chunk_instructed"):
        chunk = ChunkInstructed.model_validate(body)
        if str(chunk.payroll_id) == payroll["payroll_id"]:
            life.away.append(chunk)
            for line in chunk.lines:
                parts = await office.rows(
                    "SELECT subject_id, benefit_month, amount_dong FROM payment_lines WHERE payment_id = $1", line.payment_id
                )
                life.payments[line.payment_id] = "in_flight"
                life.parts[line.payment_id] = [(row[0], row[1], row[2]) for row in parts]


async def recovery(life: Life, told: tuple[Any, ...]) -> None:
    office = life.office
    if told[0] == "recover":
        for found in (await overpaid(office))[:1]:
            amount_dong = -(-found["open_dong"] // told[1])
            body = {
                "authority_id": office.authority, "beneficiary_id": found["beneficiary_id"], "debtor_name": found["payee_name"],
                "months": [{"benefit_month": found["benefit_month"], "kind": "monthly", "amount_dong": amount_dong}],
                "debtor_relationship": "self", "decision_number": "1", "decided_on": "2021-12-06", "notified_on": "2021-12-06",
            }  # fmt: skip
            made = await office.ok("POST", "/v1/receivables", "maker", body)
            life.receivables.append(
                {
                    "id": made["receivable_id"], "month": date.fromisoformat(found["benefit_month"]), "decided": amount_dong,
                    "person": UUID(found["beneficiary_id"]), "repaid": 0,
                }
            )  # fmt: skip
    for held in [each for each in life.receivables if each["decided"] > each["repaid"] and told[0] != "recover"][:1]:
        left = held["decided"] - held["repaid"]
        path = f"/v1/receivables/{held['id']}"
        if told[0] == "repay":
            money = {"amount_dong": -(-left // told[1]), "treasury_reference": str(new_id()), "repaid_on": "2022-01-03"}
            await office.ok("POST", f"{path}/repayments", "accountant", money)
            held["repaid"] += money["amount_dong"]
        else:
            await office.ok("POST", f"{path}/withdraw", "checker", CLOSING, subject="minh")
            held["decided"] = held["repaid"]


async def given_back(life: Life) -> None:
    """Whoever repaid what is overpaid no more gets it back, and not a đồng more."""
    office = life.office
    found = (await office.ok("GET", f"/v1/needless-repayments?unit_id={office.authority}", "checker"))["items"]
    for each in found:
        path = f"/v1/receivables/{each['receivable_id']}/give-backs"
        amount_dong, paper = each["to_give_back_dong"], {"treasury_reference": str(new_id()), "given_on": "2022-01-04"}
        more = {"amount_dong": amount_dong + 1, **paper}
        await office.refused("more-than-to-give-back", "POST", path, "checker", more, subject="minh")
        await office.ok("POST", path, "checker", {"amount_dong": amount_dong, **paper}, subject="minh")
        (held,) = (one for one in life.receivables if one["id"] == each["receivable_id"])
        held["repaid"] -= amount_dong
        held["decided"] -= amount_dong
        assert held["repaid"] >= 0
    assert (await office.ok("GET", f"/v1/needless-repayments?unit_id={office.authority}", "checker"))["items"] == []
    for month in MONTHS[: len(life.run_ids)]:
        out, back = life.gone_out(month, "in_flight", "paid"), life.owed_back(month, "repaid")
        for who, owed in life.owed(month).items():
            if not owed and not life.waiting:
                assert back[who] <= out[who], "all that was repaid without need was given back"


async def holds(life: Life) -> None:
    """After every step: the list of overpayments is exactly what the model says, and all books balance."""
    expected = set()
    for month in MONTHS[: len(life.run_ids)]:
        paid, decided = life.gone_out(month, "paid"), life.owed_back(month, "decided")
        for who, owed in life.owed(month).items():
            if (open_dong := max(0, paid[who] - owed) - decided[who]) > 0:
                expected.add((str(month), str(who), open_dong))
        await books(life.office, month)
    assert {(o["benefit_month"], o["beneficiary_id"], o["open_dong"]) for o in await overpaid(life.office)} == expected
    await balanced(life.office)
