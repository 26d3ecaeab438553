"""What must hold whatever is done: no number in clear, row scope in the database itself, the audit chain, one at a time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from shared import audit
from shared.crypto import ACCOUNT, FieldCipher
from shared.platform import Platform
from shared.service import Service
from tests.registry.commune_lists import Line, workbook
from tests.registry.officers import HUE, PHU_LOC, VINH_HUNG, VINH_MY, Officers

COMMUNE = "Xã Vinh Hưng"
LINES = [
    Line("Nguyễn Thị Kín", "1938", "Nữ", "046138445566", phone="0912345001", channel="ViettelPay", account="0912345001"),
    Line("Đỗ Ngọc Kín", "13/04/2019", "Nữ", "046319445567", "Khoản 1 (dưới 4 tuổi)", phone="0371345003",
         payee="Lê Thị Mẹ", payee_identity="046183445568", relationship="Mẹ"),
    Line("Trần Văn Kín", "1936", "Nam", "191445569", channel="VietinBank", account="108140445570"),
    Line("Trần Văn Sai", "1936", "Nam", "19144557", phone="0912"),
    Line("Trần Văn Giới", "1936", "Nam", "046136445571", phone="84912345004"),
]  # fmt: skip
NUMBERS = ("138445566", "912345001", "319445567", "371345003", "183445568", "191445569", "108140445570", "19144557",
           "136445571", "912345004", "139445572")  # fmt: skip


async def _everything(admin: asyncpg.Connection) -> dict[str, str]:
    """Each table of the registry, all of its rows as one text."""
    tables = await admin.fetch(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'registry'::regnamespace AND c.relkind IN ('r', 'p')"
    )
    return {
        t[0]: await admin.fetchval(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM registry.\"{t[0]}\" t")
        for t in tables
    }


async def test_no_number_stands_anywhere_in_clear(officer: Officers, admin: asyncpg.Connection) -> None:
    hung, staff = officer("commune_officer", VINH_HUNG), officer("provider_staff", PHU_LOC)
    done = await hung.enter(COMMUNE, LINES)
    assert done["left"] == 2
    for row in (await hung.get(f"/v1/imports/{done['import_id']}/rows", answered="false"))["items"]:
        if row["status"] != "accepted":
            number = "191445573" if row["status"] == "rejected" else "046036445571"
            record = {"national_id": number, "phone": None}
            answer = {"row_id": row["row_id"], "action": "correct", "record": record}
            await hung.post(f"/v1/imports/{done['import_id']}/answers", {"answers": [answer]})
    await hung.post(f"/v1/imports/{done['import_id']}/confirm")
    people = await staff.find("kin")
    ids = [person["beneficiary_id"] for person in people]
    await staff.post("/v1/accounts/requests", {"provider": "viettelpay", "beneficiary_ids": ids})
    await hung.enter(COMMUNE, [replace(LINES[0], identity="046138445572"), replace(LINES[2], account="108140445574")], "11/2021")
    for number in NUMBERS:
        await staff.find(number)
    text = await _everything(admin)
    assert "Nguyễn Thị Kín" in text["payees"], "the rows are looked at"
    assert "Lê Thị Mẹ" in text["outbox"]
    assert all(text[table] for table in ("import_rows", "beneficiary_versions", "accounts", "outbox", "audit_log"))
    for table, rows in text.items():
        for number in (*NUMBERS, "036445571", "191445573", "138445572", "108140445574"):
            assert number not in rows, f"{number} stands in {table}"


@pytest.mark.parametrize("role", ["maker", "provider_staff"])
async def test_numbers_are_masked_for_those_who_only_read(officer: Officers, role: str) -> None:
    reader = officer(role, PHU_LOC)
    (imported,) = [one for one in (await reader.get("/v1/imports"))["items"] if one["month"] == "2021-10-01"]
    seen = ""
    for path in (f"/v1/imports/{imported['import_id']}/rows", "/v1/beneficiaries", "/v1/accounts", "/v1/imports"):
        seen += (await reader.ask("GET", path)).text
    for person in await reader.find(""):
        for path in ("", "/history"):
            seen += (await reader.ask("GET", f"/v1/beneficiaries/{person['beneficiary_id']}{path}")).text
    assert "Nguyễn Thị Kín" in seen
    assert "•566" in seen
    for number in NUMBERS:
        assert number not in seen
    writer = officer("commune_officer", VINH_HUNG)
    shown = (await writer.ask("GET", f"/v1/imports/{imported['import_id']}/rows")).text
    assert "046138445566" in shown, "an officer who answers rows sees them whole"


async def test_the_database_itself_hides_other_units_rows(service: Service, officer: Officers) -> None:
    tables = (
        "imports",
        "import_rows",
        "import_files",
        "beneficiaries",
        "beneficiary_versions",
        "identity_documents",
        "decisions",
        "payees",
        "accounts",
    )
    seen: dict[str, list[int]] = {}
    for scope in (VINH_HUNG, PHU_LOC, VINH_MY, HUE, "", "*"):
        async with service.database.transaction(scope) as tx:
            seen[scope] = [await tx.scalar(f"SELECT count(*) FROM {table}") for table in tables]
    assert all(seen["*"])
    assert seen[VINH_HUNG] == seen[PHU_LOC] == seen["*"]
    assert seen[VINH_MY] == seen[HUE] == seen[""] == [0] * len(tables)
    async with service.database.transaction(VINH_MY) as tx:
        assert await tx.run("UPDATE beneficiaries SET full_name = 'X'") == 0
        assert await tx.run("DELETE FROM accounts") == 0


async def test_nobody_writes_rows_of_another_unit(service: Service, officer: Officers) -> None:
    with pytest.raises(Exception, match="row-level security"):
        async with service.database.transaction(VINH_MY) as tx:
            await tx.run(
                """INSERT INTO payees (payee_id, version, unit_id, full_name, name_key)
                   VALUES (uuidv7(), 1, :unit, 'X', 'x')""",
                unit=VINH_HUNG,
            )


async def test_history_and_audit_can_only_grow(service: Service) -> None:
    for statement in (
        "UPDATE beneficiary_versions SET reason = 'listed'",
        "DELETE FROM beneficiary_versions",
        "UPDATE audit_log SET subject = 'nobody'",
        "DELETE FROM audit_log",
    ):
        with pytest.raises(Exception, match=r"permission denied|append-only"):
            async with service.database.transaction() as tx:
                await tx.run(statement)


async def test_what_was_done_and_read_is_in_the_audit(service: Service, officer: Officers, admin: asyncpg.Connection) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    person = (await hung.find("kin"))[0]
    await hung.get(f"/v1/beneficiaries/{person['beneficiary_id']}")
    actions = {row["action"] for row in await admin.fetch("SELECT DISTINCT action FROM registry.audit_log")}
    assert {
        "import.read",
        "import.answer",
        "import.confirm",
        "import.rows.read",
        "accounts.request",
        "beneficiary.read",
    } <= actions
    last = (await admin.fetch("SELECT subject, object FROM registry.audit_log ORDER BY seq DESC LIMIT 1"))[0]
    assert tuple(last) == ("commune_officer@example", f"beneficiary/{person['beneficiary_id']}")
    async with service.database.transaction() as tx:
        assert await audit.first_break(tx) is None


async def test_confirming_at_the_same_time_makes_nobody_twice(officer: Officers, admin: asyncpg.Connection) -> None:
    my = officer("commune_officer", VINH_MY)
    lines = [Line(f"Lê Văn {name}", "1935", "Nam", f"1917000{at:02d}") for at, name in enumerate(("Một", "Hai", "Ba", "Tư"))]
    view = await my.read(workbook("Xã Vinh Mỹ", lines))
    corrected = await my.read(workbook("Xã Vinh Mỹ", [replace(line, village="Thôn 2") for line in lines]))
    paths = [f"/v1/imports/{one['import_id']}/confirm" for one in (view, corrected)] * 3
    answers = await asyncio.gather(*(my.ask("POST", path) for path in paths))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert sum(answer.json()["created"] for answer in answers) == 4
    assert await admin.fetchval("SELECT count(*) FROM registry.beneficiaries WHERE unit_id = $1", VINH_MY) == 4


async def test_two_communes_bring_the_same_number_at_the_same_time(officer: Officers, admin: asyncpg.Connection) -> None:
    """One of them has the person, the other goes to an officer (or is told to try again, and then goes to an officer)."""
    line = Line("Võ Thị Đua", "1934", "Nữ", "191700099")
    pairs = []
    for unit, commune in ((VINH_HUNG, "Xã Vinh Hưng"), (VINH_MY, "Xã Vinh Mỹ")):
        view = await officer("commune_officer", unit).read(workbook(commune, [line], "1/2022"))
        pairs.append((officer("commune_officer", unit), f"/v1/imports/{view['import_id']}/confirm"))
    answers: list[Any] = await asyncio.gather(*(who.ask("POST", path) for who, path in pairs))
    for (who, path), answer in zip(pairs, answers, strict=True):
        if answer.status_code == 409:
            assert answer.json()["code"] == "try-again"
            assert (await who.post(path))["left"] == 1
    assert await admin.fetchval("SELECT count(*) FROM registry.beneficiaries WHERE full_name = 'Võ Thị Đua'") == 1


async def test_the_function_that_looks_across_is_the_services_alone(admin: asyncpg.Connection, platform: Platform) -> None:
    others = await admin.fetch(
        """SELECT r.rolname FROM pg_roles r WHERE r.rolname LIKE 'chitra\\_%'
           AND has_function_privilege(r.rolname, 'registry.number_holders(bytea[])', 'EXECUTE')"""
    )
    assert [row["rolname"] for row in others] == ["chitra_registry"]
    cipher: FieldCipher = platform.field_cipher()
    stranger = cipher.index("191700099", ACCOUNT)  # the same digits under another purpose
    assert await admin.fetch("SELECT * FROM registry.number_holders(ARRAY[$1::bytea])", stranger) == []
