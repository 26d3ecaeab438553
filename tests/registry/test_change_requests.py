"""Changes that need a second officer: whatever is tried in whatever order, one asks, another approves, once, and never stale."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import asyncpg
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain.change_requests import ChangeRequest, NewChange
from services.registry.domain.notices import NewNotice
from services.registry.storage.change_requests import lock_change
from services.registry.storage.notices import insert_notices
from services.registry.use_cases.ask_change import ChangeKind, ask_change
from services.registry.use_cases.settle_change import approve_change, reject_change, withdraw_change
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.platform import Platform
from shared.service import Service
from tests.registry.commune_lists import Line
from tests.registry.officers import VINH_HUNG, VINH_MY, Officer, Officers


def _caller(subject: str, kind: str = "person") -> Caller:
    return Caller("test", subject, kind, frozenset(), (VINH_HUNG,))


CALLERS = {name: _caller(name) for name in ("an", "binh")} | {"robot": _caller("robot", "service")}


async def _ground(tx: Tx, beneficiary_id: UUID) -> dict[str, Any]:
    row = await tx.row("SELECT village FROM beneficiaries WHERE beneficiary_id = :id FOR NO KEY UPDATE", id=beneficiary_id)
    return {**(row or {})}


async def _apply(tx: Tx, caller: Caller, cipher: FieldCipher, request: ChangeRequest) -> None:
    await tx.run(
        "UPDATE beneficiaries SET village = :village, version = version + 1 WHERE beneficiary_id = :id",
        village=request.content["village"],
        id=request.beneficiary_id,
    )


VILLAGE = ChangeKind(_ground, _apply)
"""A kind of this test's own: it rests on the village that a person lives in, and changes it."""


@pytest.fixture(scope="module")
async def person(service: Service, tokens: Callable[..., str]) -> UUID:
    """Somebody of Vinh Hưng."""
    transport = httpx.ASGITransport(service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://registry.test") as client:
        mine = Officer(client, tokens("commune_officer", VINH_HUNG))
        await mine.enter("Xã Vinh Hưng", [Line("Lê Thị Mận", "1940", identity="046140000011", phone="0912000009")])
        (found,) = await mine.find("le thi man")
    return UUID(found["beneficiary_id"])


@pytest.fixture(scope="module")
def cipher(platform: Platform) -> FieldCipher:
    return platform.field_cipher()


@dataclass(slots=True)
class _Asked:
    request_id: UUID
    digest: str
    maker: str
    village: str
    ground: str
    state: str = "waiting"


Step = tuple[Literal["ask", "approve", "reject", "withdraw", "meanwhile", "other_digest"], str, str]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "approve", "approve", "reject", "withdraw", "meanwhile", "other_digest"]),
        st.sampled_from(sorted(CALLERS)),
        st.sampled_from(["Thôn 1", "Thôn 2", "Thôn 3"]),
    ),
    min_size=4,
    max_size=14,
)


class _Model:
    """What must become of each step, by the rules alone."""

    def __init__(self, village: str) -> None:
        self.village = village
        self.asked: list[_Asked] = []

    def refusal(self, what: str, who: str) -> str | None:
        """The code with which a step must be refused."""
        if what == "ask":
            return "change-waits" if any(one.state == "waiting" for one in self.asked) else None
        newest = self.asked[-1]
        if newest.state != "waiting":
            return "change-settled"
        if what == "withdraw":
            return None if who == newest.maker else "not-the-maker"
        if who == "robot":
            return "service-account-approves"
        if who == newest.maker:
            return "maker-is-checker"
        if what == "reject":
            return None
        if what == "other_digest":
            return "change-digest-differs"
        return "change-is-stale" if newest.ground != self.village else None

    def settle(self, what: str) -> None:
        """What a step that was let through did."""
        newest = self.asked[-1]
        newest.state = {"approve": "approved", "reject": "rejected", "withdraw": "withdrawn"}[what]
        if what == "approve":
            self.village = newest.village


@settings(max_examples=30, deadline=None, database=None)
@given(STEPS)
async def test_whatever_is_tried_the_rules_hold(service: Service, person: UUID, cipher: FieldCipher, steps: list[Step]) -> None:
    model = await _fresh(service, person)
    for what, who, village in steps:
        caller = CALLERS[who]
        if what == "meanwhile":
            async with service.database.transaction() as tx:
                await _set_village(tx, person, village)
            model.village = village
            continue
        if what != "ask" and not model.asked:
            continue
        expected = model.refusal(what, who)
        try:
            async with service.database.transaction(caller.row_scope) as tx:
                if what == "ask":
                    change = NewChange("account", person, {"village": village})
                    request_id, digest = await ask_change(tx, caller, cipher, change, VILLAGE)
                    made = _Asked(request_id, digest, who, village, model.village)
                else:
                    await _settle(tx, caller, cipher, what, model.asked[-1])
        except Refusal as refusal:
            assert refusal.code.code == expected, (what, who)
            continue
        assert expected is None, (what, who, expected)
        if what == "ask":
            model.asked.append(made)
        else:
            model.settle(what)
    await _compare(service, person, cipher, model)


async def _fresh(service: Service, person: UUID) -> _Model:
    """Nothing waits, and the person lives in village 1."""
    async with service.database.transaction() as tx:
        await tx.run(
            """UPDATE change_requests SET state = 'withdrawn', settled_at = asked_at, settled_issuer = asked_issuer,
                   settled_subject = asked_subject WHERE beneficiary_id = :id AND state = 'waiting'""",
            id=person,
        )
        await _set_village(tx, person, "Thôn 1")
    return _Model("Thôn 1")


async def _set_village(tx: Tx, person: UUID, village: str) -> None:
    await tx.run("UPDATE beneficiaries SET village = :village WHERE beneficiary_id = :id", village=village, id=person)


async def _settle(tx: Tx, caller: Caller, cipher: FieldCipher, what: str, asked: _Asked) -> None:
    if what == "withdraw":
        await withdraw_change(tx, caller, cipher, asked.request_id, "đổi ý")
    elif what == "reject":
        await reject_change(tx, caller, cipher, asked.request_id, "thiếu giấy tờ")
    else:
        digest = asked.digest if what == "approve" else "0" * 64
        await approve_change(tx, caller, cipher, asked.request_id, digest, {"account": VILLAGE})


async def _compare(service: Service, person: UUID, cipher: FieldCipher, model: _Model) -> None:
    async with service.database.transaction() as tx:
        assert (await _ground(tx, person))["village"] == model.village
        for asked in model.asked:
            kept = await lock_change(tx, cipher, asked.request_id)
            assert kept is not None
            assert (kept.state, kept.content) == (asked.state, {"village": asked.village})


async def _asked(service: Service, person: UUID, cipher: FieldCipher, village: str) -> tuple[UUID, str]:
    await _fresh(service, person)
    async with service.database.transaction(VINH_HUNG) as tx:
        return await ask_change(tx, CALLERS["an"], cipher, NewChange("account", person, {"village": village}), VILLAGE)


async def test_two_who_approve_at_once_apply_it_once(
    service: Service, person: UUID, cipher: FieldCipher, admin: asyncpg.Connection
) -> None:
    request_id, digest = await _asked(service, person, cipher, "Thôn 2")
    before = await admin.fetchval("SELECT version FROM registry.beneficiaries WHERE beneficiary_id = $1", person)

    async def approve(subject: str) -> str:
        try:
            async with service.database.transaction(VINH_HUNG) as tx:
                await approve_change(tx, _caller(subject), cipher, request_id, digest, {"account": VILLAGE})
        except Refusal as refusal:
            return refusal.code.code
        return "approved"

    answers = await asyncio.gather(*(approve(f"checker-{at}") for at in range(4)))
    assert sorted(answers) == ["approved", *["change-settled"] * 3]
    assert await admin.fetchval("SELECT version FROM registry.beneficiaries WHERE beneficiary_id = $1", person) == before + 1


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            """UPDATE change_requests SET state = 'approved', settled_at = asked_at, settled_issuer = asked_issuer,
                   settled_subject = asked_subject WHERE request_id = :id""",
            "maker_is_not_checker",
        ),
        (
            """UPDATE change_requests SET state = 'withdrawn', settled_at = asked_at, settled_issuer = 'test',
                   settled_subject = 'somebody' WHERE request_id = :id""",
            "maker_withdraws",
        ),
        ("UPDATE change_requests SET content_sealed = 'x' WHERE request_id = :id", "permission denied"),
        ("UPDATE change_requests SET asked_subject = 'x' WHERE request_id = :id", "permission denied"),
        ("DELETE FROM change_requests WHERE request_id = :id", "permission denied"),
    ],
)
async def test_the_database_itself_holds_maker_and_checker_apart(
    service: Service, person: UUID, cipher: FieldCipher, statement: str, says: str
) -> None:
    request_id, _ = await _asked(service, person, cipher, "Thôn 3")
    with pytest.raises(Exception, match=says):
        async with service.database.transaction() as tx:
            await tx.run(statement, id=request_id)


async def test_other_units_see_and_settle_none(service: Service, person: UUID, cipher: FieldCipher, officer: Officers) -> None:
    request_id, digest = await _asked(service, person, cipher, "Thôn 3")
    neighbour = officer("commune_officer", VINH_MY)
    assert (await neighbour.get("/v1/change-requests"))["items"] == []
    for verb, body in (("approve", {"digest": digest}), ("reject", {"note": "x"}), ("withdraw", {"note": "x"})):
        answer = await neighbour.ask("POST", f"/v1/change-requests/{request_id}/{verb}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-change")
    assert (await neighbour.ask("GET", f"/v1/change-requests/{request_id}")).json()["code"] == "unknown-change"
    for role in ("maker", "provider_staff"):
        path = f"/v1/change-requests/{request_id}/approve"
        answer = await officer(role, VINH_HUNG).ask("POST", path, json={"digest": digest})
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


async def test_a_notice_is_told_once_and_its_numbers_are_masked(
    service: Service, person: UUID, officer: Officers, admin: asyncpg.Connection
) -> None:
    payee = await admin.fetchval("SELECT payee_id FROM registry.beneficiaries WHERE beneficiary_id = $1", person)
    text = "Từ ngày 05/11/2021 tiền về tài khoản 0912345678."
    async with service.database.transaction() as tx:
        assert len(await insert_notices(tx, [NewNotice(person, payee, "payee_begun", text)])) == 1
    mine = officer("commune_officer", VINH_HUNG)
    (notice,) = (await mine.get("/v1/notices", state="queued"))["items"]
    assert notice["text_vi"] == "Từ ngày 05/11/2021 tiền về tài khoản •••••••678."
    assert (notice["payee_name"], notice["phone"][-4:]) == ("Lê Thị Mận", "•009")
    assert (await officer("commune_officer", VINH_MY).get("/v1/notices"))["items"] == []
    path = f"/v1/notices/{notice['notice_id']}/told"
    await mine.post(path, {"how": "in_person"})
    again = await mine.ask("POST", path, json={"how": "call"})
    assert (again.status_code, again.json()["code"]) == (409, "notice-told")
    assert (await mine.ask("POST", f"/v1/notices/{UUID(int=7)}/told", json={"how": "call"})).json()["code"] == "unknown-notice"
    (told,) = (await mine.get("/v1/notices", state="told"))["items"]
    assert (told["told_how"], told["told_subject"]) == ("in_person", "commune_officer@example")
