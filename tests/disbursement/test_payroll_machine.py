"""Officers at random: whatever they try in whatever order, a payroll takes the steps that a model of the rules allows, and no
other; three persons stand behind what is released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.disbursement.office import Office
from tests.disbursement.test_gates import set_gate

OFFICERS = ("an", "binh", "chi", "dung")
EACH = 540_000

Step = tuple[str, str, str | None]
"""What, who, in whose place."""


def steps() -> st.SearchStrategy[list[Step]]:
    """The way to the release, each step by anybody, with anything in between: approvals also in anybody's place, papers from
    anybody to anybody. Without the way most examples would end where they began."""
    who, for_whom = st.sampled_from(OFFICERS), st.one_of(st.none(), st.sampled_from(OFFICERS))
    signing = st.tuples(st.sampled_from(["approve", "second-approve"]), who, for_whom)
    paper = st.tuples(st.sampled_from(["paper approve", "paper second-approve"]), who, st.sampled_from(OFFICERS))
    other = st.tuples(st.sampled_from(["prepare", "accept", "fund", "release", "clear"]), who, st.none())
    anything = st.lists(st.one_of(signing, paper, paper, other), max_size=2)
    way = ("prepare", "accept", "approve", "second-approve", "fund", "release")
    parts = [part for step in way for part in (anything, st.tuples(st.just(step), who, st.none()).map(lambda one: [one]))]
    return st.tuples(*parts, anything).map(lambda told: [step for part in told for step in part])


@dataclass
class Model:
    """The rules once more, as short as they can be said. A step returns whether it is allowed, and takes it if so."""

    doubtful: bool  # a line that a gate blocks
    needs_second: bool
    state: str = "drawn"
    maker: str | None = None
    signers: set[str] = field(default_factory=set)
    second: bool = False
    accepted: bool = False
    cleared: bool = False
    funded: bool = False
    papers: list[tuple[str, str, str]] = field(default_factory=list)  # step, giver, taker

    def take(self, step: str, who: str, other: str | None) -> bool:
        """One step of somebody."""
        if step.startswith("paper"):
            assert other is not None
            self.papers += [(step.split()[1], who, other)] if who != other else []
            return who != other
        return bool(getattr(self, f"_{step.replace('-', '_')}")(who, other))

    def _prepare(self, who: str, _: str | None) -> bool:
        if self.state != "drawn":
            return False
        self.state, self.maker = "prepared", who
        return True

    def _accept(self, who: str, _: str | None) -> bool:
        if self.state != "prepared" or who == self.maker or not self.doubtful or self.cleared:
            return False
        self.accepted = True
        return True

    def _clear(self, _who: str, _: str | None) -> bool:
        self.cleared = True
        return True

    def _approve(self, who: str, other: str | None) -> bool:
        open_finding = self.doubtful and not self.accepted and not self.cleared
        if self.state != "prepared" or open_finding or not self._may_sign("approve", who, other):
            return False
        self.state, self.signers = "approved", {who} | ({other} if other else set())
        return True

    def _second_approve(self, who: str, other: str | None) -> bool:
        persons = {who} | ({other} if other else set())
        if self.state != "approved" or not self.needs_second or self.second or persons & self.signers:
            return False
        self.second = self._may_sign("second-approve", who, other)
        return self.second

    def _may_sign(self, step: str, who: str, other: str | None) -> bool:
        if who == self.maker:
            return False
        if other is None:
            return True
        behind = {other}
        for _ in OFFICERS:
            behind |= {giver for of, giver, taker in self.papers if of == step and taker in behind}
        return (step, other, who) in self.papers and self.maker not in behind

    def _fund(self, _who: str, _: str | None) -> bool:
        self.funded = True
        return True

    def _release(self, _who: str, _: str | None) -> bool:
        ready = self.state == "approved" and self.funded and (self.second or not self.needs_second)
        self.state = "released" if ready else self.state
        return ready


ROLES = {"prepare": "maker", "accept": "checker", "approve": "checker", "second-approve": "head", "fund": "accountant",
         "release": "accountant", "clear": "accountant"}  # fmt: skip


@dataclass
class Desk:
    """The same steps over REST."""

    office: Office
    payroll: dict[str, Any]
    first_payment: str
    today: Any

    async def take(self, step: str, who: str, other: str | None) -> bool:
        """One step of somebody; whether it was allowed."""
        path, body = f"/v1/payrolls/{self.payroll['payroll_id']}", None
        role = ROLES.get(step, "")
        if step.startswith("paper"):
            what = step.split()[1]
            role, path = ("checker" if what == "approve" else "head"), "/v1/delegations"
            body = {
                "authority_id": self.office.authority, "step": what, "to_subject": other, "from_on": str(self.today),
                "to_on": str(self.today + timedelta(days=1)), "paper_number": "15/UQ",
            }  # fmt: skip
        elif step in ("approve", "second-approve"):
            path += "/approve" if step == "approve" else "/second-approval"
            body = {"in_place_of": other} if other else None
        elif step == "fund":
            await self.office.fund(self.payroll["run_id"], self.payroll["contract_id"], 2 * EACH)
            return True
        elif step == "accept":
            path += "/accepted-findings"
            body = {"finding_id": f"too-old:{self.first_payment}", "reason": "Đã xác minh"}
        elif step == "clear":
            path += "/exceptions"
            body = {"payment_id": self.first_payment, "reason": "Chờ xác minh"}
        else:
            path += f"/{step}"
        answer = await self.office.call("POST", path, role, body, subject=who)
        assert answer.status_code < 500, answer.text
        return answer.status_code < 300


@settings(max_examples=20, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=steps(), doubtful=st.booleans(), needs_second=st.booleans())
async def test_officers_at_random(office: Office, told: Sequence[Step], doubtful: bool, needs_second: bool) -> None:
    desk = await _desk(office, doubtful, needs_second)
    model = Model(doubtful, needs_second)
    for step in told:
        if step[0] == "clear" and model.state == "released":
            continue  # whether it is too late then the dispatcher decides
        expected = model.take(*step)
        assert await desk.take(*step) == expected, (step, model)
    view = await office.ok("GET", f"/v1/payrolls/{desk.payroll['payroll_id']}", "maker")
    assert (view["state"], view["prepared_by"], view["second_by"] is not None) == (model.state, model.maker, model.second)
    _persons_differ(view, needs_second)


async def _desk(office: Office, doubtful: bool, needs_second: bool) -> Desk:
    await office.lay()
    await set_gate(office, "second-approval", "1", severity="block" if needs_second else "off")
    born = date(1900, 1, 1) if doubtful else date(1950, 1, 1)
    await office.say(office.person("K6-N", birth_date=born), office.person("K6-N"))
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    async with office.database.transaction() as tx:
        today = await tx.today()
    return Desk(office, payroll, (await office.payments(payroll["payroll_id"]))[0]["payment_id"], today)


def _persons_differ(view: dict[str, Any], needs_second: bool) -> None:
    first = {view["approved_by"], view["approved_in_place_of"]} - {None}
    second = {view["second_by"], view["second_in_place_of"]} - {None}
    assert view["prepared_by"] not in first | second
    assert not first & second
    if view["state"] == "released":
        assert first
        assert bool(second) == needs_second
