"""Search among a hundred thousand people: found by index, ranked, in pages, and never past the token's units."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from services.registry.domain.search import read_search
from services.registry.storage.search import search_people
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.platform import Platform
from shared.service import Service
from tests.registry.commune_lists import Line
from tests.registry.crowd import insert_crowd
from tests.registry.officers import PHU_LOC, VINH_HUNG, VINH_MY, Officers

PROVINCE = "46@2021-07-01"
PEOPLE = 100_000
NAMED = [
    Line("Nguyễn Thị Thủy", "1941", "Nữ", "191300001", village="Thôn 7", phone="0912345678"),
    Line("Nguyễn Thị Thúy", "14/05/1941", "Nữ", "191300002", village="Thôn 1"),
    Line("Nguyễn Thị Kim Thủy", "1941", "Nữ", "191300003"),
    Line("Đỗ Ngọc Bé", "13/04/2019", "Nữ", "046319440221", "Khoản 1 (dưới 4 tuổi)", payee="Zơ Râm Thị Mẹ",
         payee_identity="046183486989", relationship="Mẹ"),
]  # fmt: skip


@pytest.fixture(scope="module")
async def crowd(service: Service, admin_url: str) -> AsyncIterator[list[str]]:
    """People in all communes of the province; which communes."""
    connection = await asyncpg.connect(admin_url)
    try:
        yield await _bring(connection)
    finally:
        await connection.close()


async def _bring(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch("SELECT unit_id FROM registry.units WHERE level = 'commune' ORDER BY unit_id")
    communes = [row["unit_id"] for row in rows]
    await connection.execute("SELECT setval('registry.beneficiary_numbers', $1)", PEOPLE + 1)
    await insert_crowd(connection, communes, PEOPLE)
    return communes


@pytest.fixture(scope="module")
async def cipher(platform: Platform) -> FieldCipher:
    return platform.field_cipher()


async def _scans(tx: Tx) -> tuple[int, int]:
    """(table scans, index scans) of people in this transaction so far, as the server counts them."""
    row = await tx.row(
        """SELECT seq_scan, idx_scan FROM pg_stat_xact_all_tables WHERE schemaname = 'registry' AND relname = 'beneficiaries'"""
    )
    assert row
    return row["seq_scan"], row["idx_scan"]


@pytest.mark.parametrize("scope", [VINH_HUNG, PHU_LOC, PROVINCE, "*"])
@pytest.mark.parametrize("typed", ["nguyen thi thuy 1941", "thuy ngu 1941", "Thúy 14/5/1941", "HUE-0000123", "thuy thon 1 1950"])
async def test_no_table_scan_among_a_hundred_thousand(
    service: Service, crowd: list[str], cipher: FieldCipher, scope: str, typed: str
) -> None:
    async with service.database.transaction(scope) as tx:
        before = await _scans(tx)
        found = await search_people(tx, read_search(typed), cipher, unit_id=None, after=None, limit=100)
        after = await _scans(tx)
        assert after[0] == before[0], "the whole table was read"
        assert after[1] > before[1]
        allowed = {r["unit_id"] for r in await tx.rows("SELECT unit_id FROM units WHERE path && CAST(:s AS text[])", s=[scope])}
    assert scope == "*" or {row["unit_id"] for row in found} <= allowed
    if scope == PROVINCE and "/" not in typed:
        assert found, "the crowd has such people"


async def test_what_the_function_finds_is_what_reading_everybody_finds(
    service: Service, crowd: list[str], cipher: FieldCipher, admin: asyncpg.Connection
) -> None:
    async with service.database.transaction(PROVINCE) as tx:
        found = await search_people(tx, read_search("thuy nguyen 1941"), cipher, unit_id=None, after=None, limit=1000)
    by_reading = await admin.fetch(
        r"""SELECT code FROM registry.beneficiaries WHERE name_key ~ '\mthuy' AND name_key ~ '\mnguyen'
            AND extract(year FROM birth_date) = 1941"""
    )
    assert len(by_reading) > 1
    assert {row["code"] for row in found} == {row["code"] for row in by_reading}


async def test_pages_hold_everybody_once_in_one_order(officer: Officers, crowd: list[str]) -> None:
    clerk = officer("maker", PROVINCE)
    whole = (await clerk.get("/v1/beneficiaries", search="thuy 1941", limit=1000))["items"]
    codes: list[str] = []
    cursor: str | None = None
    while True:
        page: dict[str, Any] = await clerk.get(
            "/v1/beneficiaries", search="thuy 1941", limit=7, **{"cursor": cursor} if cursor else {}
        )
        codes += [person["code"] for person in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert codes == [person["code"] for person in whole]
    assert len(set(codes)) == len(codes) > 14
    everybody = await clerk.get("/v1/beneficiaries", limit=3)
    assert [person["code"] for person in everybody["items"]] == ["HUE-0000001", "HUE-0000002", "HUE-0000003"]
    rest = await clerk.get("/v1/beneficiaries", limit=3, cursor=everybody["next_cursor"])
    assert rest["items"][0]["code"] == "HUE-0000004"


@pytest.mark.parametrize("cursor", ["HUE-0000001", "1", "x.HUE-0000001", "1.HUE-0000001'", "999999.HUE-0000001"])
async def test_what_is_no_cursor_is_refused(officer: Officers, crowd: list[str], cursor: str) -> None:
    answer = await officer("maker", PROVINCE).ask("GET", "/v1/beneficiaries", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-cursor")


async def test_a_scope_is_held_whatever_is_asked(service: Service, crowd: list[str], cipher: FieldCipher) -> None:
    async def seen(scope: str, unit_id: str | None = None) -> set[str]:
        async with service.database.transaction(scope) as tx:
            rows = await search_people(tx, read_search("thuy"), cipher, unit_id=unit_id, after=None, limit=1000)
            return {row["unit_id"] for row in rows}

    assert await seen(VINH_HUNG) == {VINH_HUNG}
    assert len(await seen(PROVINCE)) > 100
    assert await seen(VINH_HUNG, unit_id=VINH_MY) == set()
    assert await seen(VINH_HUNG, unit_id=PROVINCE) == {VINH_HUNG}, "a unit asked for narrows and never widens"
    assert await seen("", unit_id=PROVINCE) == set()
    with pytest.raises(ValueError, match="row scope"):
        await seen("*' OR '1'='1")
    async with service.database.transaction("") as tx:  # as if the driver had been handed something else
        for forged in ("%", "46", "46@2021-07-01' OR true --", "{46@2021-07-01}"):
            await tx.run("SELECT set_config('chitra.scope', :scope, true)", scope=forged)
            assert await search_people(tx, read_search("thuy"), cipher, unit_id=None, after=None, limit=10) == []


async def test_the_function_takes_words_alone_and_is_the_services_alone(
    service: Service, crowd: list[str], admin: asyncpg.Connection
) -> None:
    for word in ("thuy' | 'lan", "a & b", "x:*", "", "Thủy"):
        with pytest.raises(Exception, match="letters and digits"):
            async with service.database.transaction(VINH_HUNG) as tx:
                await tx.rows(
                    """SELECT * FROM find_people(ARRAY[CAST(:word AS text)], '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                           99999, '', 10)""",
                    word=word,
                )
    rows = await admin.fetch(
        """SELECT r.rolname, p.proname FROM pg_proc p, pg_roles r
           WHERE p.pronamespace = 'registry'::regnamespace AND p.prosecdef AND p.prorettype <> 'trigger'::regtype
             AND r.rolname LIKE 'chitra\\_%' AND has_function_privilege(r.oid, p.oid, 'EXECUTE')"""
    )
    assert ("chitra_registry", "find_people") in {tuple(row) for row in rows}
    assert {row["rolname"] for row in rows} == {"chitra_registry"}
    unpinned = await admin.fetch(
        """SELECT proname FROM pg_proc WHERE pronamespace = 'registry'::regnamespace AND prosecdef
           AND NOT coalesce(proconfig::text, '') LIKE '%search_path=registry, pg_temp%'"""
    )
    assert unpinned == []


async def test_best_first_and_by_whatever_an_officer_has(officer: Officers, crowd: list[str]) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    assert (await hung.enter("Xã Vinh Hưng", NAMED))["created"] == 4

    async def first(typed: str) -> str:
        return str((await hung.find(typed))[0]["full_name"])

    assert await first("Nguyễn Thị Thúy 1941") == "Nguyễn Thị Thúy"
    assert await first("Nguyễn Thị Thủy 1941") == "Nguyễn Thị Thủy"
    assert await first("nguyễn thị thuỷ 1941") == "Nguyễn Thị Thủy", "the other tone style is the same name"
    assert await first("thuy kim nguyen") == "Nguyễn Thị Kim Thủy"
    names = [p["full_name"] for p in await hung.find("nguyen thi thuy 1941")]
    assert names.index("Nguyễn Thị Kim Thủy") > names.index("Nguyễn Thị Thúy"), "whoever has that very name comes first"
    born = await hung.find("thuy 14/5/1941")
    assert born[0]["full_name"] == "Nguyễn Thị Thúy"
    assert {"Nguyễn Thị Thủy", "Nguyễn Thị Kim Thủy"} <= {p["full_name"] for p in born}, "a year alone may be that day"
    assert "Nguyễn Thị Thủy" in {p["full_name"] for p in await hung.find("thuy thon 7 1941")}
    assert [p["full_name"] for p in await hung.find("zo ram thi me")] == ["Đỗ Ngọc Bé"], "found by her mother's name"
    assert [p["full_name"] for p in await hung.find("046183486989")] == ["Đỗ Ngọc Bé"], "and number"
    for number in ("191300001", "0912 345 678", "+84912345678"):
        assert [p["full_name"] for p in await hung.find(number)] == ["Nguyễn Thị Thủy"], number
    assert await officer("commune_officer", VINH_MY).find("191300001") == []


async def test_what_changes_is_found_by_what_it_is_now(officer: Officers, crowd: list[str]) -> None:
    my = officer("commune_officer", VINH_MY)
    await my.enter("Xã Vinh Mỹ", [Line("Quách Thị Trước", "1933", "Nữ", "191300010", village="Thôn 3")])
    await my.enter("Xã Vinh Mỹ", [Line("Quách Thị Sau", "1933", "Nữ", "191300010", village="Tổ 8")], "11/2021")
    assert await my.find("quach truoc") == []
    assert [p["full_name"] for p in await my.find("quach sau to 8 1933")] == ["Quách Thị Sau"]
