"""What life brings between two runs: deaths (some told late), moves, decisions that come late, birthdays, rights that end.

Whom it befalls is drawn from names and birth dates, not from codes or ids: in whatever order lists were confirmed, and however
the platform runs, the same people die and move.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Any

from console.demo.api import Officer, Staff
from console.demo.contracts import ProvinceMap
from console.demo.province.names import KINH, draw_family, draw_name
from console.load_province import PROVINCE
from shared.kernel.months import month_of, previous_month
from shared.kernel.units import Unit

PEOPLE_FOR_EACH_CASE = 1000
LEAST_CASES = 2
"""Of each kind of case so many between two runs: one for a thousand people, two at least."""

TURNS_80, TURNS_4 = date(1941, 12, 10), date(2017, 12, 5)
BIRTHDAY_MONTH = date(2021, 12, 1)


class Life:
    """The people of the registry as the demo began, and what befell them since (`befell`: how often what)."""

    def __init__(self, staff: Staff, districts: ProvinceMap, seed: int) -> None:
        self.befell: Counter[str] = Counter()
        self._staff = staff
        self._seed = seed
        self._communes = sorted(districts.communes, key=lambda commune: commune.code)
        self._drawn: Iterator[dict[str, Any]] = iter(())
        self._cases = 0
        self._aging: dict[str, tuple[Unit, str]] = {}  # category that a birthday brings -> commune and beneficiary id

    async def begin(self, today: date) -> None:
        """Before the first run: two people come who will have a birthday, and some whose decision is of this month."""
        province = self._staff.officer("province", PROVINCE)
        people = [p async for p in province.pages("registry", "/v1/beneficiaries") if p["status"] == "active" and not p["hold"]]
        people.sort(
            key=lambda p: hashlib.sha256(f"{self._seed}{p['full_name']}{p['birth_date']}{p['unit_id']}".encode()).digest()
        )
        self._drawn = iter(people)
        self._cases = max(LEAST_CASES, len(people) // PEOPLE_FOR_EACH_CASE)
        guardian = {"full_name": "Trần Thị Bưởi", "relationship": "bà nội"}
        for category, follows, born_on, payee in (
            ("K5A-60-80", "K5A-80", TURNS_80, None),
            ("K1-TE-U4", "K1-TE-4-16", TURNS_4, guardian),
        ):
            commune = self._communes[len(self._aging)]
            self._aging[follows] = commune, await self._come(commune, category, born_on, today, payee)
            self.befell["decisions"] += 1

    def _lot(self, person: dict[str, Any]) -> bytes:
        return hashlib.sha256(f"{self._seed}{person['full_name']}{person['birth_date']}{person['unit_id']}".encode()).digest()

    async def go_on(self, today: date) -> None:
        """What was told between the last run, of the month before, and today."""
        paid = previous_month(month_of(today))
        await self._deaths(today, previous_month(paid) + timedelta(days=14), "deaths_told_late")
        await self._deaths(today, paid + timedelta(days=19), "deaths")
        await self._rights_end(today, paid + timedelta(days=14))
        await self._moves(today)
        await self._late_decisions(paid + timedelta(days=19))
        if month_of(today) == BIRTHDAY_MONTH:
            await self._birthdays(today)

    async def end(self, today: date, run_month: date) -> None:
        """After the last run: deaths in its month, whose successor may have been paid ahead."""
        await self._deaths(today, run_month + timedelta(days=9), "deaths_told_late")

    async def recover(self, today: date) -> None:
        """What was paid for months after a death told late is owed back, by a decision for each person; half of them repay."""
        province = self._staff.officer("province", PROVINCE)
        overpaid: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        async for found in province.pages("disbursement", "/v1/overpayments", unit_id=PROVINCE):
            overpaid[found["authority_id"], found["beneficiary_id"]].append(found)
        for at, ((authority_id, beneficiary_id), months) in enumerate(sorted(overpaid.items())):
            number = self._paper("QĐ-TH")
            decision = {
                "authority_id": authority_id,
                "beneficiary_id": beneficiary_id,
                "months": [
                    {**{name: m[name] for name in ("benefit_month", "kind")}, "amount_dong": m["open_dong"]} for m in months
                ],
                "debtor_name": months[-1]["payee_name"],
                "debtor_relationship": months[-1]["payee_relationship"],
                "decision_number": number,
                "decided_on": today.isoformat(),
                "notified_on": today.isoformat(),
            }
            maker = self._staff.officer("maker", authority_id)
            made = await maker.post("disbursement", "/v1/receivables", decision, key=_key({"paper_number": number}))
            self.befell["recovery_decisions"] += 1
            if at % 2 == 0:
                paid = {
                    "amount_dong": made["amount_dong"],
                    "treasury_reference": f"KB-TH-{at}",
                    "repaid_on": today.isoformat(),
                }
                path = f"/v1/receivables/{made['receivable_id']}/repayments"
                accountant = self._staff.officer("accountant", authority_id)
                await accountant.post("disbursement", path, paid, key=f"repaid-{at}")
                self.befell["recovered"] += 1

    async def _deaths(self, today: date, died_on: date, kind: str) -> None:
        for person in self._next_people():
            act = {"kind": "death", "paper_number": self._paper("TLKT"), "happened_on": died_on.isoformat()}
            await self._decide(person, {**act, "signed_on": today.isoformat()})
            self.befell[kind] += 1

    async def _rights_end(self, today: date, ended_on: date) -> None:
        for person in self._next_people():
            act = {"kind": "stop", "paper_number": self._paper("QĐ-UBND"), "happened_on": ended_on.isoformat()}
            await self._decide(person, {**act, "signed_on": today.isoformat(), "note": "Thoát nghèo"})
            self.befell["rights_ended"] += 1

    async def _moves(self, today: date) -> None:
        for person in self._next_people():
            where = Random(f"{self._seed}:{person['full_name']}")
            target = where.choice([c for c in self._communes if c.parent_id not in self._path(person["unit_id"])])
            leaves = {"to_unit_id": target.unit_id, "paper_number": self._paper("QĐ-UBND"), "signed_on": today.isoformat()}
            path = f"/v1/beneficiaries/{person['beneficiary_id']}/transfers"
            opened = await self._officer(person["unit_id"]).post("registry", path, leaves, key=_key(leaves))
            comes = {"paper_number": self._paper("QĐ-UBND"), "signed_on": today.isoformat(), "village": "Thôn 1"}
            received = f"/v1/transfers/{opened['transfer_id']}/receive"
            await self._officer(target.unit_id).post("registry", received, comes, key=_key(comes))
            self.befell["moves"] += 1

    async def _late_decisions(self, signed_on: date) -> None:
        """Granted last month after it had been drawn up: that month becomes arrears."""
        for _ in range(self._cases):
            place = Random(f"{self._seed}:late:{self.befell['late_decisions']}")
            born_on = date(1929, 1, 1) + timedelta(days=place.randrange(4000))
            await self._come(place.choice(self._communes), "K5C-80", born_on, signed_on)
            self.befell["late_decisions"] += 1

    async def _birthdays(self, today: date) -> None:
        """A rise in the birthday's own month, a fall from the month after it."""
        for category, (commune, beneficiary_id) in self._aging.items():
            change = {"kind": "change", "paper_number": self._paper("QĐ-UBND"), "signed_on": today.isoformat()}
            person = {"unit_id": commune.unit_id, "beneficiary_id": beneficiary_id}
            await self._decide(person, {**change, "category": category})
            self.befell["birthdays"] += 1

    async def _come(self, commune: Unit, category: str, born_on: date, signed_on: date, payee: Any = None) -> str:
        """Somebody whom no list names is registered; the id."""
        grant = {"kind": "grant", "paper_number": self._paper("QĐ-UBND"), "signed_on": signed_on.isoformat()}
        name = Random(f"{self._seed}:{grant['paper_number']}")
        person = {
            "unit_id": commune.unit_id,
            "full_name": draw_name(name, draw_family(name, KINH), "female"),
            "sex": "female",
            "birth_date": born_on.isoformat(),
            "village": "Thôn 1",
            "payee": payee,
            "surely_new": True,
            "grant": {**grant, "category": category},
        }
        done = await self._officer(commune.unit_id).post("registry", "/v1/beneficiaries", person, key=_key(grant))
        return str(done["beneficiary_id"])

    async def _decide(self, person: dict[str, Any], act: dict[str, Any]) -> None:
        path = f"/v1/beneficiaries/{person['beneficiary_id']}/decisions"
        await self._officer(person["unit_id"]).post("registry", path, act, key=_key(act))

    def _next_people(self) -> Iterator[dict[str, Any]]:
        """People whom nothing has befallen yet, as long as there are any."""
        yield from islice(self._drawn, self._cases)

    def _officer(self, unit_id: str) -> Officer:
        return self._staff.officer("commune_officer", unit_id)

    def _path(self, unit_id: str) -> tuple[str, ...]:
        return next(commune.path for commune in self._communes if commune.unit_id == unit_id)

    def _paper(self, kind: str) -> str:
        """The number of the next paper."""
        self.befell["papers"] += 1
        return f"{self.befell['papers']}/{kind}"


def _key(paper: dict[str, Any]) -> str:
    """What a request is known by when it is sent again: its paper's running number (a header takes no `Đ`)."""
    return f"paper-{paper['paper_number'].partition('/')[0]}"
