"""Where merges, moves, payees and deaths meet: nothing is forgotten, and nothing ends in a constraint of the database."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.service import Service
from tests.registry.commune_lists import Line
from tests.registry.lives import Somebody, enter, new_number
from tests.registry.officers import VINH_HUNG, VINH_MY, Officer, Officers

COMMUNE, PROVINCE = "Xã Vinh Hưng", "46@2021-07-01"
OUT = {"to_unit_id": VINH_MY, "paper_number": "152/QĐ", "signed_on": "2021-11-12", "note": "Theo con"}
IN = {"paper_number": "77/QĐ", "signed_on": "2021-11-14", "village": "Thôn Diêm Trường"}

pytestmark = pytest.mark.usefixtures("mid_november")


async def _two(old: Officer, service: Service) -> tuple[Somebody, Somebody]:
    numbers = new_number(), new_number()
    people = [await enter(old, service, COMMUNE, Line(f"Võ Thị {n[-3:]}", "1940", identity=n)) for n in numbers]
    return people[0], people[1]


async def _pair(admin: asyncpg.Connection, one: Somebody, other: Somebody) -> str:
    return str(
        await admin.fetchval(
            """INSERT INTO registry.duplicate_candidates (candidate_id, first_id, second_id, first_unit_id, second_unit_id,
                   first_code, second_code, score, reasons, facts, found_at)
               SELECT uuidv7(), a.beneficiary_id, b.beneficiary_id, a.unit_id, b.unit_id, a.code, b.code, 60, '{same_name}',
                   '\\x00', now()
               FROM registry.beneficiaries a JOIN registry.beneficiaries b ON a.beneficiary_id < b.beneficiary_id
               WHERE a.beneficiary_id = ANY ($1) AND b.beneficiary_id = ANY ($1) RETURNING candidate_id""",
            [UUID(one.beneficiary_id), UUID(other.beneficiary_id)],
        )
    )


async def _merge(above: Officer, pair: str, stays: Somebody) -> Any:
    seen = await above.get(f"/v1/duplicates/{pair}")
    body = {
        "survivor_id": stays.beneficiary_id,
        "first_version": seen["first"]["version"],
        "second_version": seen["second"]["version"],
        "note": "Một người",
    }
    return await above.ask("POST", f"/v1/duplicates/{pair}/merge", json=body)


async def test_nothing_is_decided_about_somebody_merged(
    old: Officer, officer: Officers, service: Service, admin: asyncpg.Connection
) -> None:
    stays, goes = await _two(old, service)
    above, pair = officer("province", PROVINCE), await _pair(admin, stays, goes)
    granted = await goes.act("grant", "2021-11-10", category="CS-DBN-HGD")
    assert (await _merge(above, pair, stays)).status_code == 200
    for kind, fields in (
        ("grant", {"category": "CS-DBN-HGD"}),
        ("stop", {}),
        ("suspend", {}),
        ("death", {"happened_on": "2021-11-13"}),
        ("enter_institution", {"happened_on": "2021-11-13"}),
    ):
        assert await goes.refused(kind, "2021-11-13", **fields) == "person-merged"
    assert (await goes.annul(granted["act_id"])).json()["code"] == "person-merged"
    assert (await old.ask("POST", f"{goes.path}/transfers", json=OUT)).json()["code"] == "person-merged"
    await above.post(f"/v1/duplicates/{pair}/undo", {"note": "xem lại"})
    assert (await goes.annul(granted["act_id"])).status_code == 200, "undone, the act is the newest again"
    await goes.act("death", "2021-11-13", happened_on="2021-11-13")
    assert (await _merge(above, pair, goes)).json()["code"] == "survivor-ended"


async def test_somebody_on_the_way_is_not_merged_and_a_mover_is_merged_and_undone(
    old: Officer, new: Officer, officer: Officers, service: Service, admin: asyncpg.Connection
) -> None:
    stays, goes = await _two(old, service)
    above, pair = officer("province", PROVINCE), await _pair(admin, stays, goes)
    transfer = await old.post(f"{goes.path}/transfers", OUT)
    assert (await _merge(above, pair, stays)).json()["code"] == "transfer-open"
    await new.post(f"/v1/transfers/{transfer['transfer_id']}/receive", IN)
    assert (await _merge(above, pair, stays)).status_code == 200
    await above.post(f"/v1/duplicates/{pair}/undo", {"note": "xem lại"})
    there = Somebody(new, service, goes.beneficiary_id)
    await there.act("death", "2021-11-15", happened_on="2021-11-14")
    row = await admin.fetchrow(
        "SELECT status, ended_by FROM registry.beneficiaries WHERE beneficiary_id = $1", UUID(goes.beneficiary_id)
    )
    assert row is not None and tuple(row) == ("dead", None)


async def test_two_with_openings_of_one_month_are_not_merged(
    old: Officer, officer: Officers, service: Service, admin: asyncpg.Connection
) -> None:
    stays, goes = await _two(old, service)
    above, pair = officer("province", PROVINCE), await _pair(admin, stays, goes)
    list_id = await admin.fetchval(
        """INSERT INTO registry.opening_lists (list_id, unit_id, file_name, file_sha256, size_bytes, format, findings_sealed,
               read_at, read_issuer, read_subject)
           VALUES (uuidv7(), $1, 'du.csv', '\\x01', 1, 'csv', '', now(), 'test', 'an') RETURNING list_id""",
        VINH_HUNG,
    )
    for at_row, person in enumerate((stays, goes), start=1):
        await admin.execute(
            """WITH made AS (INSERT INTO registry.opening_rows (entry_id, list_id, unit_id, row_no, sheet, row, status,
                   finding_codes, content_sealed, kind, provider, month, amount_dong, beneficiary_id)
                   VALUES (uuidv7(), $1, $2, $3, 'S', $3, 'accepted', '{}', '', 'unpaid', 'vnpost', '2021-09-01', 360000, $4)
                   RETURNING *)
               INSERT INTO registry.opening_entries (entry_id, list_id, unit_id, beneficiary_id, kind, month, amount_dong,
                   provider, agreed_on)
               SELECT entry_id, list_id, unit_id, beneficiary_id, kind, month, amount_dong, provider, '2021-10-01' FROM made""",
            list_id, VINH_HUNG, at_row, UUID(person.beneficiary_id),
        )  # fmt: skip
    refused = await _merge(above, pair, stays)
    assert (refused.status_code, refused.json()["code"]) == (409, "duplicate-has-openings")
    await admin.execute(
        "UPDATE registry.opening_entries SET countered_at = now() WHERE beneficiary_id = $1", UUID(goes.beneficiary_id)
    )
    assert (await _merge(above, pair, stays)).status_code == 200


async def _mother_and_child(old: Officer, service: Service) -> tuple[Somebody, Somebody, Somebody]:
    """An old woman who receives for herself and for two children."""
    own = new_number()
    mother = await enter(old, service, COMMUNE, Line(f"Lê Thị Bà {own[-3:]}", "1940", identity=own))
    children = []
    for year in (2010, 2011):
        number = new_number(year)
        line = Line(f"Trần Bé {number[-3:]}", f"5/5/{year}", "Nữ", number, "K6-N-TE",
                    payee=f"Lê Thị Bà {own[-3:]}", payee_identity=own, relationship="Bà nội")  # fmt: skip
        children.append(await enter(old, service, COMMUNE, line))
    return mother, children[0], children[1]


async def test_a_death_holds_the_lines_of_others_and_its_annulment_lifts_them(old: Officer, service: Service) -> None:
    mother, child, _other = await _mother_and_child(old, service)
    death = await mother.act("death", "2021-11-15", happened_on="2021-11-14")
    assert (await mother.seen())["hold"] is None, "the dead are not held, they are not owed"
    assert (await child.seen())["hold"] == "payee_died"
    (payee,) = (await old.get(f"{child.path}/payees"))["items"]
    assert (payee["ended_on"], payee["ended_why"]) == ("2021-11-14", "payee_died")
    proposed = (await old.get("/v1/proposals", beneficiary_id=child.beneficiary_id, state="open"))["items"]
    assert [one["kind"] for one in proposed] == ["payee_needed"]
    assert (await mother.annul(death["act_id"])).status_code == 200
    assert (await child.seen())["hold"] is None
    (payee,) = (await old.get(f"{child.path}/payees"))["items"]
    assert payee["ended_on"] is None
    assert (await old.get("/v1/proposals", beneficiary_id=child.beneficiary_id, state="open"))["items"] == []


async def test_what_hangs_on_a_payee_moves_to_its_copy(
    old: Officer, new: Officer, service: Service, admin: asyncpg.Connection
) -> None:
    _mother, child, _other = await _mother_and_child(old, service)
    payee = (await child.seen())["payee"]["payee_id"]
    account = await admin.fetchval(
        """WITH made AS (INSERT INTO registry.accounts (account_id, payee_id, unit_id, provider, channel, state, version,
               number_sealed, number_index, holder_name)
               VALUES (uuidv7(), $1, $2, 'viettelpay', 'wallet', 'active', 1, 'x', '\\x0777', 'LE THI BA') RETURNING account_id)
           UPDATE registry.beneficiaries b SET account_id = made.account_id FROM made WHERE b.beneficiary_id = $3
           RETURNING made.account_id""",
        UUID(payee), VINH_HUNG, UUID(child.beneficiary_id),
    )  # fmt: skip
    assert account
    await old.post(f"/v1/payees/{payee}/death", {"died_on": "2021-11-10", "paper_number": "8/TLKT"})
    transfer = await old.post(f"{child.path}/transfers", OUT)
    await new.post(f"/v1/transfers/{transfer['transfer_id']}/receive", IN)
    seen = await new.get(child.path)
    assert seen["payee"]["payee_id"] != payee
    assert (seen["account"], seen["hold"]) == (None, "payee_died"), "the account stays with the payee's row in the old commune"
    (listed,) = (await new.get(f"{child.path}/payees"))["items"]
    assert listed["ended_why"] == "payee_died"
    (hold,) = (await new.get("/v1/holds", beneficiary_id=child.beneficiary_id, standing=True))["items"]
    assert hold["about"] == seen["payee"]["payee_id"]
    copied = await admin.fetchval("SELECT death_paper FROM registry.payees WHERE payee_id = $1", UUID(seen["payee"]["payee_id"]))
    assert copied == "8/TLKT"


async def test_who_is_registered_has_an_appointment(old: Officer, service: Service) -> None:
    number = new_number(2012)
    said = {
        "unit_id": VINH_HUNG,
        "full_name": f"Đỗ Bé {number[-3:]}",
        "sex": "female",
        "birth_date": "2012-03-04",
        "identity_numbers": [number],
        "payee": {"full_name": "Lê Thị Dì", "relationship": "Mẹ", "identity_number": new_number(1985)},
        "grant": {"kind": "grant", "paper_number": "128/QĐ", "signed_on": "2021-11-08", "category": "K6-N-TE"},
    }
    done = await old.post("/v1/beneficiaries", said)
    (payee,) = (await old.get(f"/v1/beneficiaries/{done['beneficiary_id']}/payees"))["items"]
    assert (payee["capacity"], payee["relationship"], payee["from_on"]) == ("parent", "Mẹ", "2021-11-15")
