"""Somebody whose life is decided upon in tests: entered by a list, then by acts over REST."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.disbursement.domain.amounts import HeldDecision, dues
from services.disbursement.storage.law_data import load_law
from shared.contracts.registry_events import BeneficiaryRecord
from shared.service import Service
from tests.registry.commune_lists import Line
from tests.registry.officers import Officer

PROVINCE = "Tỉnh Thừa Thiên Huế"
_numbers = itertools.count(100_001)


def new_number(birth_year: int = 1940) -> str:
    """A CCCD number that nobody has: a woman born in the year."""
    century = 1 if birth_year < 2000 else 3
    return f"046{century}{birth_year % 100:02d}{next(_numbers):06d}"


def at(day: str) -> datetime:
    """Nine in the morning in Vietnam."""
    return datetime.fromisoformat(f"{day}T09:00:00+07:00")


@dataclass(slots=True)
class Somebody:
    """A person, and the officer who decides."""

    officer: Officer
    service: Service
    beneficiary_id: str

    @property
    def path(self) -> str:
        """The person's address."""
        return f"/v1/beneficiaries/{self.beneficiary_id}"

    async def seen(self, **params: Any) -> dict[str, Any]:
        """The record as an officer sees it."""
        found: dict[str, Any] = await self.officer.get(self.path, **params)
        return found

    async def act(self, kind: str, signed_on: str, **fields: Any) -> dict[str, Any]:
        """Enter an act that must be taken."""
        done: dict[str, Any] = await self.officer.post(f"{self.path}/decisions", _body(kind, signed_on, fields))
        return done

    async def refused(self, kind: str, signed_on: str, **fields: Any) -> str:
        """Enter an act that must be refused; the code."""
        before = await self.seen()
        answer = await self.officer.ask("POST", f"{self.path}/decisions", json=_body(kind, signed_on, fields))
        assert answer.status_code in (404, 409, 422), answer.text
        problem = answer.json()
        assert problem["title_vi"]
        assert await self.seen() == before, "a refusal changes nothing"
        code: str = problem["code"]
        return code

    async def annul(self, act_id: str) -> Any:
        """Annul an act; the response."""
        return await self.officer.ask("POST", f"{self.path}/decisions/{act_id}/annul", json={"note": "nhập nhầm"})

    async def record(self) -> BeneficiaryRecord:
        """The newest record that was said to the other services."""
        async with self.service.database.transaction() as tx:
            body = await tx.scalar(
                """SELECT r.record FROM outbox o, json_array_elements(o.body->'records') AS r (record)
                   WHERE o.type = 'beneficiaries_changed' AND r.record->>'beneficiary_id' = :id
                   ORDER BY CAST(r.record->>'version' AS integer) DESC LIMIT 1""",
                id=self.beneficiary_id,
            )
        return BeneficiaryRecord.model_validate(body)

    async def owed(self, first: str, last: str) -> dict[str, list[str]]:
        """What disbursement's own rule owes by the newest record: month -> categories, months that owe nothing left out."""
        return owed_by(await self.record(), first, last)


def _body(kind: str, signed_on: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "signed_on": signed_on, "paper_number": f"{kind}/{signed_on}", **fields}


def owed_by(record: BeneficiaryRecord, first: str, last: str) -> dict[str, list[str]]:
    """What a record owes by disbursement's rule, from a month to a month."""
    owed = {}
    month = date.fromisoformat(f"{first}-01")
    held = [HeldDecision(d.decision_id, d.category, d.from_month, d.to_month, d.heads) for d in record.decisions]
    while month <= date.fromisoformat(f"{last}-01"):
        found = dues(load_law().in_month(month, PROVINCE), held, record.status, record.status_from_month)
        if found:
            owed[f"{month:%Y-%m}"] = [_said(due.category, due.heads) for due in found]
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return owed


def _said(category: str, heads: int) -> str:
    return category if heads == 1 else f"{category} x{heads}"


async def enter(officer: Officer, service: Service, commune: str, line: Line, month: str = "10/2021") -> Somebody:
    """Somebody whom a list of the commune names."""
    done = await officer.enter(commune, [line], month)
    assert (done["created"], done["left"]) == (1, 0), done
    (found,) = await officer.find(line.identity)
    return Somebody(officer, service, found["beneficiary_id"])
