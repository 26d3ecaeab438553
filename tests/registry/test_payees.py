"""Payees over HTTP: appointed by two officers, told, and never undone by a list."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import orjson

import services.registry.migrations.versions as versions
from shared.contracts.registry_events import BeneficiariesChanged
from shared.crypto import ACCOUNT, FieldCipher
from shared.platform import Platform
from tests.registry.commune_lists import Line
from tests.registry.officers import VINH_HUNG
from tests.registry.payee_commune import CHILD, DAUGHTER, GRANDMOTHER, PAPER, Commune


async def test_another_payee_by_two_officers(commune: Commune, platform: Platform) -> None:
    line = Line("Hoàng Thị Già", "22/08/1938", "Nữ", "191500001", phone="0912500001")
    person = await commune.person(line)
    (own,) = await commune.payees(person)
    assert (own["capacity"], own["relationship"], own["paper"], own["ended_on"]) == ("self", "self", None, None)
    await _give_account(commune.admin, platform.field_cipher(), person)
    assert (await commune.shown(person))["account"]["provider"] == "viettelpay"

    path, body, headers = f"/v1/beneficiaries/{person}/payee", {**DAUGHTER, "note": "đi lại khó khăn"}, {"Idempotency-Key": "k1"}
    asked = (await commune.maker.ask("POST", path, json=body, headers=headers)).json()
    assert (await commune.maker.ask("POST", path, json=body, headers=headers)).json() == asked, "a repeat is safe"
    assert (await commune.shown(person))["payee"]["relationship"] == "self", "nothing changes until a second officer approves"
    seen = await commune.checker.get(f"/v1/change-requests/{asked['request_id']}")
    assert (seen["content"]["full_name"], seen["content"]["identity_number"]) == ("Lê Thị Xuân", "•••••••••989")
    assert (seen["asked_subject"], seen["asked_note"], seen["digest"]) == ("an", "đi lại khó khăn", asked["digest"])
    path = f"/v1/change-requests/{asked['request_id']}/approve"
    assert await commune.refused(path, {"digest": asked["digest"]}) == (403, "maker-is-checker")
    await commune.approve(asked)

    record = await commune.shown(person)
    assert (record["payee"]["full_name"], record["payee"]["relationship"]) == ("Lê Thị Xuân", "Con gái")
    assert record["account"] is None, "the old payee's account pays this person no more"
    now, before = await commune.payees(person)
    assert (before["ended_on"], before["ended_why"]) == ("2021-11-05", "replaced")
    assert (now["from_on"], now["expires_on"], now["paper"]["number"]) == ("2021-11-05", "2022-11-01", "15/2021/CT")
    assert (now["identity_number"], now["phone"]) == ("•••••••••989", "•••••••••796")
    newest = (await commune.maker.get(f"/v1/beneficiaries/{person}/history"))["items"][0]
    assert (newest["reason"], newest["subject"], newest["paper_number"]) == ("payee_changed", "binh", "15/2021/CT")
    told = (await commune.maker.get("/v1/notices", beneficiary_id=person))["items"]
    assert [(one["kind"], one["payee_name"], one["phone"][-3:]) for one in told] == [
        ("payee_ended", "Hoàng Thị Già", "001"),
        ("payee_begun", "Lê Thị Xuân", "796"),
    ]
    assert all(record["code"] in one["text_vi"] and "05/11/2021" in one["text_vi"] for one in told)
    assert all(record["decisions"][0]["category"] not in one["text_vi"] for one in told)
    actions = await commune.admin.fetch("SELECT action FROM registry.audit_log WHERE object = $1", f"beneficiary/{person}")
    assert {"change.ask", "change.read", "change.approve", "beneficiary.payees.read"} <= {row["action"] for row in actions}


async def _give_account(admin: asyncpg.Connection, cipher: FieldCipher, person: str) -> None:
    """An active wallet of the payee of now, in use."""
    await admin.execute(
        """WITH made AS (INSERT INTO registry.accounts (account_id, payee_id, unit_id, provider, channel, state, version,
               number_sealed, number_index, holder_name)
               SELECT uuidv7(), payee_id, unit_id, 'viettelpay', 'wallet', 'active', 1, $2, $3, full_name
               FROM registry.beneficiaries WHERE beneficiary_id = $1 RETURNING account_id)
           UPDATE registry.beneficiaries SET account_id = made.account_id FROM made WHERE beneficiary_id = $1""",
        person,
        cipher.seal("84912500001", ACCOUNT),
        cipher.index("84912500001", ACCOUNT),
    )


async def test_requests_that_can_not_be(commune: Commune) -> None:
    person = await commune.person(Line("Hoàng Thị Khó", "22/08/1938", "Nữ", "046138500002"))
    child = await commune.person(Line("Hoàng Bé Ba", "13/04/2012", "Nữ", "046312500003", CHILD, **GRANDMOTHER))
    changes: list[tuple[dict[str, Any], int, str]] = [
        ({"identity_number": "12345"}, 422, "bad-payee-number"),
        ({"phone": "0912"}, 422, "bad-payee-number"),
        ({"birth_year": 1990}, 422, "bad-payee-number"),
        ({"identity_number": None}, 422, "payee-incomplete"),
        ({"relationship": None}, 422, "payee-incomplete"),
        ({"payee_id": "01928c1e-7a10-7000-8000-000000000001"}, 422, "payee-incomplete"),
        ({"full_name": "Hoàng Thị Khó", "identity_number": "046138500002"}, 409, "payee-is-beneficiary"),
        ({"identity_number": "046207486989"}, 409, "payee-is-minor"),
        ({"relationship": "Bà nội"}, 409, "payee-relationship-impossible"),
        ({"identity_number": "046150486980"}, 409, "payee-number-of-another"),
        ({"capacity": "parent", "paper": {**PAPER, "kind": "birth_certificate"}}, 409, "payee-capacity-impossible"),
        ({"paper": None}, 422, "payee-paper-wrong"),
        ({"paper": {**PAPER, "issued_on": "2021-11-06"}}, 422, "payee-paper-dates"),
        ({"from_on": "2021-11-06"}, 409, "payee-from-day"),
        ({"from_on": "2021-10-31"}, 409, "payee-from-day"),
        ({"capacity": "heir"}, 409, "payee-capacity-impossible"),
        ({"capacity": "boss"}, 422, "bad-request"),
        ({"paper": {**PAPER, "number": ""}}, 422, "bad-request"),
    ]
    path = f"/v1/beneficiaries/{person}/payee"
    for change, status, code in changes:
        assert await commune.refused(path, {**DAUGHTER, **change}) == (status, code), change
    known = {"capacity": "authorised", "relationship": "Con gái", "paper": PAPER, "from_on": "2021-11-05"}
    unknown = {**known, "payee_id": "01928c1e-7a10-7000-8000-000000000001"}
    assert await commune.refused(path, unknown) == (404, "unknown-payee")
    own = {"capacity": "self", "from_on": "2021-11-05"}
    assert await commune.refused(f"/v1/beneficiaries/{child}/payee", own) == (409, "payee-capacity-impossible")
    assert await commune.refused(path, {**own, "full_name": "Ai Đó"}) == (422, "payee-incomplete")
    nobody = "/v1/beneficiaries/01928c1e-7a10-7000-8000-000000000001"
    for end, body in (
        ("payee", DAUGHTER),
        ("payee/renew", {"capacity": "authorised", "paper": PAPER}),
        ("payee/end", {"ended_on": "2021-11-05", "paper_number": "1", "note": "x", "beneficiary_able": True}),
        ("parent-returned", {"full_name": "Lê Thị Xuân", "relationship": "Mẹ", "returned_on": "2021-11-05"}),
    ):
        assert await commune.refused(f"{nobody}/{end}", body) == (404, "unknown-beneficiary")
    assert (await commune.maker.ask("GET", f"{nobody}/payees")).json()["code"] == "unknown-beneficiary"
    await commune.ask(person, DAUGHTER)
    assert await commune.refused(path, DAUGHTER) == (409, "change-waits")


async def test_a_change_goes_stale_when_the_payee_changed_meanwhile(commune: Commune) -> None:
    line = Line("Hoàng Thị Chậm", "1938", "Nữ", "191500010")
    person = await commune.person(line)
    asked = await commune.ask(person, {**DAUGHTER, "identity_number": "046183500011"})
    son = replace(line, payee="Hoàng Văn Con", payee_identity="046070500012", relationship="Con trai")
    assert (await commune.lists(son))["updated"] == 1
    answer = await commune.checker.ask(
        "POST", f"/v1/change-requests/{asked['request_id']}/approve", json={"digest": asked["digest"]}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "change-is-stale")
    assert (await commune.shown(person))["payee"]["full_name"] == "Hoàng Văn Con"
    await commune.checker.post(f"/v1/change-requests/{asked['request_id']}/reject", {"note": "đã có người nhận khác"})
    assert [(one["capacity"], one["ended_why"]) for one in await commune.payees(person)] == [
        ("authorised", None),
        ("self", "replaced"),
    ]


async def test_a_list_does_not_undo_what_two_officers_did(commune: Commune) -> None:
    line = Line("Hoàng Thị Vững", "1938", "Nữ", "191500020")
    person = await commune.person(line)
    await commune.appoint(person, {**DAUGHTER, "identity_number": "046183500021"})
    done = await commune.lists(replace(line, village="Thôn 7"))
    assert (done["updated"], done["left"]) == (0, 1)
    (row,) = (await commune.maker.get(f"/v1/imports/{done['import_id']}/rows", answered="false"))["items"]
    assert [finding["code"] for finding in row["findings"]][-1] == "payee_appointed"
    corrected = {"payee": {"full_name": "Lê Thị Xuân", "national_id": "046183500021", "relationship": "Con gái"}}
    answer = {"row_id": row["row_id"], "action": "correct", "record": corrected}
    await commune.maker.post(f"/v1/imports/{done['import_id']}/answers", {"answers": [answer]})
    assert (await commune.maker.post(f"/v1/imports/{done['import_id']}/confirm"))["updated"] == 1
    record = await commune.shown(person)
    assert (record["village"], record["payee"]["full_name"]) == ("Thôn 7", "Lê Thị Xuân")
    assert [one["ended_why"] for one in await commune.payees(person)] == [None, "replaced"]


async def test_who_receives_once_does_not_replace_who_received_monthly(commune: Commune) -> None:
    person = await commune.person(Line("Hoàng Thị Khuất", "1938", "Nữ", "191500100"))
    funeral = {**DAUGHTER, "capacity": "funeral_organiser", "identity_number": "046183500101",
               "paper": {**PAPER, "kind": "funeral_statement"}}  # fmt: skip
    heir = {**funeral, "capacity": "heir", "paper": {**PAPER, "kind": "inheritance_agreement"}}
    death = {"kind": "death", "paper_number": "9/TLKT", "signed_on": "2021-11-05", "happened_on": "2021-11-04"}
    await commune.maker.post(f"/v1/beneficiaries/{person}/decisions", death)
    path = f"/v1/beneficiaries/{person}/payee"
    assert await commune.refused(path, {**DAUGHTER, "identity_number": "046183500101"}) == (409, "payee-capacity-impossible")
    await commune.appoint(person, funeral)
    await commune.appoint(person, heir)
    record = await commune.shown(person)
    assert record["payee"]["relationship"] == "self"
    current = {one["purpose"]: one["full_name"] for one in await commune.payees(person) if one["ended_on"] is None}
    assert current == {"monthly": "Hoàng Thị Khuất", "funeral": "Lê Thị Xuân", "unpaid_months": "Lê Thị Xuân"}
    newest = (await commune.maker.get(f"/v1/beneficiaries/{person}/history"))["items"][0]
    assert (newest["reason"], newest["changed"]) == ("one_off_payee", ["one_off_payees"])
    assert newest["record"]["one_off_payees"]["funeral"]["identity_number"] == "•••••••••101"
    said = orjson.loads(
        await commune.admin.fetchval(
            "SELECT body FROM registry.outbox WHERE type = 'beneficiaries_changed' ORDER BY seq DESC LIMIT 1"
        )
    )
    (event,) = BeneficiariesChanged.model_validate(said).records
    assert [(one.purpose, one.payee.full_name) for one in event.one_off_payees] == [
        ("funeral", "Lê Thị Xuân"),
        ("unpaid_months", "Lê Thị Xuân"),
    ]


async def test_no_number_of_a_request_stands_in_clear(commune: Commune) -> None:
    tables = await commune.admin.fetch(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'registry'::regnamespace AND c.relkind IN ('r', 'p')"
    )
    for (table,) in tables:
        rows = await commune.admin.fetchval(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM registry.\"{table}\" t")
        for number in ("183486989", "371981796", "183500081", "185500072"):
            assert number not in rows, f"{number} stands in {table}"


async def test_the_migration_reads_old_payees_as_lists_are_read_now(commune: Commune) -> None:
    words = ("Mẹ", "Bố đẻ", "Bà ngoại", "Người giám hộ", "Người được ủy quyền", "Người chăm sóc", "Chú", "Ba", "Cô ruột")
    children = [
        Line(f"Lê Bé {at}", "13/04/2012", "Nữ", f"0463125002{at:02d}", CHILD, payee=f"Lê Thị {at}",
             payee_identity=f"0461755002{at:02d}", relationship=word)
        for at, word in enumerate(words)
    ]  # fmt: skip
    old = [replace(line, name=f"Lê Già {at}", birth="1940", identity=f"1917002{at:02d}", category="K5C-80",
                   relationship=line.relationship if "Người" in line.relationship else "Con gái",
                   payee=f"Lê Con {at}", payee_identity=f"0461755003{at:02d}")
           for at, line in enumerate(children)]  # fmt: skip
    names = {line.name for line in [*children, *old]}
    done = await commune.lists(*children, *old)
    unanswered = (await commune.maker.get(f"/v1/imports/{done['import_id']}/rows", answered="false"))["items"]
    answers = [{"row_id": row["row_id"], "action": "accept"} for row in unanswered if row["status"] == "review"]
    if answers:
        await commune.maker.post(f"/v1/imports/{done['import_id']}/answers", {"answers": answers})
        await commune.maker.post(f"/v1/imports/{done['import_id']}/confirm")
    query = """SELECT b.full_name, a.payee_id, a.purpose, a.capacity, a.relationship, a.from_on, a.of_age_on, a.row_id, a.unit_id
        FROM registry.payee_appointments a JOIN registry.beneficiaries b USING (beneficiary_id)
        WHERE b.full_name = ANY ($1) AND a.ended_on IS NULL ORDER BY b.full_name"""
    now = [tuple(row) for row in await commune.admin.fetch(query, sorted(names))]
    assert len(now) == len(names)
    assert {row[3] for row in now} == {"parent", "guardian", "authorised", "carer"}
    script = (Path(versions.__path__[0]) / "0008_payees_existing.sql").read_text(encoding="utf-8")
    transaction = commune.admin.transaction()
    await transaction.start()
    try:
        await commune.admin.execute("SET LOCAL search_path = registry")
        await commune.admin.execute("DELETE FROM payee_appointments")
        await commune.admin.execute(script)
        assert [tuple(row) for row in await commune.admin.fetch(query, sorted(names))] == now
    finally:
        await transaction.rollback()


async def test_days_are_found_by_their_indexes_among_many(commune: Commune) -> None:
    many = """INSERT INTO registry.payee_appointments (appointment_id, beneficiary_id, unit_id, payee_id, purpose, capacity,
            relationship, from_on, expires_on, of_age_on, made_at, made_issuer, made_subject)
        SELECT uuidv7(), uuidv7(), $1, uuidv7(), 'monthly', 'guardian', 'Bà', DATE '2021-10-01',
            CASE WHEN n % 3 = 0 THEN DATE '2022-01-01' + n % 4000 END, CASE WHEN n % 3 = 1 THEN DATE '2022-01-01' + n % 4000 END,
            now(), 'x', 'x'
        FROM generate_series(1, 40000) n"""
    transaction = commune.admin.transaction()
    await transaction.start()
    try:
        await commune.admin.execute("SET LOCAL session_replication_role = replica")  # rows without the people they speak of
        await commune.admin.execute(many, VINH_HUNG)
        await commune.admin.execute("ANALYZE registry.payee_appointments")
        for column, index in (("expires_on", "payee_appointments_expiring"), ("of_age_on", "payee_appointments_wards")):
            condition = f"purpose = 'monthly' AND ended_on IS NULL AND {column} <= DATE '2022-01-04'"
            plan = await commune.admin.fetch(f"EXPLAIN SELECT * FROM registry.payee_appointments WHERE {condition}")
            assert index in "\n".join(row[0] for row in plan)
    finally:
        await transaction.rollback()
