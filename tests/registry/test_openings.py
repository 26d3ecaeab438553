"""Opening balances: agreed by a second party, sealed, and corrected by counter entries alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import asyncpg
import pytest

from shared.contracts.registry_events import OpeningBalancesAgreed, OpeningEntryCountered
from tests.registry.officers import PHU_LOC, VINH_HUNG, VINH_MY, Officer, Officers
from tests.registry.opening_asks import (
    COMMUNE,
    POST,
    codes_of,
    events,
    fingerprint,
    read,
    refused,
    rows_of,
    send,
)
from tests.registry.opening_lists import opening_list

pytestmark = pytest.mark.usefixtures("autumn")


async def test_from_the_list_to_the_books(
    officer: Officers, codes: dict[str, str], admin: asyncpg.Connection, tokens: Callable[..., str]
) -> None:
    """Everything an officer does, and at each step what is refused."""
    lan, chief = officer("maker", PHU_LOC), officer("province", PHU_LOC)
    post = officer("provider_staff", PHU_LOC)
    lines = [
        (1, "", "Nguyễn Thị Hòa", "22/08/1938", "", "11/2020", 270_000, "chưa nhận", POST, ""),
        (2, "", "Trần Văn Lâm", "1930", "", "11/2020", 270_000, "chưa chi", COMMUNE, ""),
        (3, "", "Lê Thị Mận", "", "", "11/2020", 270_000, "chưa nhận", POST, ""),
        (4, "", "Lê Thị Mạn", "1899", "", "11/2020", 270_000, "chưa nhận", POST, ""),
    ]  # fmt: skip
    view = await read(lan, opening_list(lines))
    path = f"/v1/openings/{view['list_id']}"
    before = await fingerprint(admin)
    assert (await read(lan, opening_list(lines), "again.xlsx"))["list_id"] == view["list_id"]
    assert await fingerprint(admin) == before

    def agree(who: Officer, provider: str = "vnpost", minutes: str | None = None, day: str = "2021-09-27", **totals: int) -> Any:
        body: dict[str, Any] = {"provider": provider, "totals_dong": totals}
        if minutes:
            body |= {"minutes_number": minutes, "minutes_on": day}
        return lambda: who.ask("POST", f"{path}/agreements", json=body)

    def confirm(who: Officer) -> Any:
        return lambda: who.ask("POST", f"{path}/confirm")

    def answered(**answer: Any) -> Any:
        return lambda: lan.ask("POST", f"{path}/answers", json={"answers": [answer]})

    third, fourth = (await rows_of(lan, view))[2:]
    await refused(admin, "openings-unanswered", agree(post, unclaimed=270_000))
    await refused(admin, "openings-unanswered", confirm(lan))
    await refused(admin, "opening-answer-incomplete", answered(entry_id=third["entry_id"], action="correct"))
    far = (await officer("province", PHU_LOC).find("191234570"))[0]["beneficiary_id"]
    man = (await lan.find("191234568"))[0]["beneficiary_id"]
    correct = {"entry_id": third["entry_id"], "action": "correct", "beneficiary_id": man}
    await refused(admin, "person-not-of-commune", answered(**{**correct, "beneficiary_id": far}))
    await refused(admin, "opening-month-ahead", answered(**correct, month="2021-10"))
    await refused(admin, "wrong-month", answered(**correct, month="2021-13"))
    await refused(admin, "unknown-opening", answered(**{**correct, "entry_id": man}))
    await lan.post(f"{path}/answers", {"answers": [correct, {"entry_id": fourth["entry_id"], "action": "drop"}]})

    await refused(admin, "openings-not-agreed", confirm(lan))
    await refused(admin, "maker-agrees", agree(lan, minutes="12/BB", unclaimed=540_000))
    await refused(admin, "minutes-missing", agree(chief, unclaimed=540_000))
    await refused(admin, "minutes-ahead", agree(chief, minutes="12/BB", day="2021-09-29", unclaimed=540_000))
    await refused(admin, "openings-nothing-there", agree(post, "vietinbank", unclaimed=540_000))
    await refused(admin, "not-allowed", agree(officer("checker", PHU_LOC), unclaimed=540_000))
    problem = await refused(admin, "openings-totals-differ", agree(post, unclaimed=500_000, unpaid=1))
    assert problem["differences"] == [
        {"kind": "unpaid", "listed_dong": 0, "stated_dong": 1, "difference_dong": 1},
        {"kind": "unclaimed", "listed_dong": 540_000, "stated_dong": 500_000, "difference_dong": -40_000},
    ]
    done = (await agree(post, unclaimed=540_000)()).json()
    assert (done["waiting_for"], done["agreements"][0]["agreed_subject"]) == (["commune_cashier"], "provider_staff@example")
    undone = await lan.post(f"{path}/answers", {"answers": [{**correct, "amount_dong": 180_000}]})
    assert (undone["agreements"], undone["waiting_for"]) == ([], ["commune_cashier", "vnpost"])
    assert (await agree(post, unclaimed=450_000)()).status_code == 200
    await refused(admin, "openings-not-agreed", confirm(lan))
    assert (await agree(chief, "commune_cashier", "12/BB", unpaid=270_000)()).status_code == 200
    system = officer("system", PHU_LOC)
    await refused(admin, "not-allowed", confirm(system))
    await refused(admin, "openings-not-confirmed", lambda: chief.ask(
        "POST", f"{path}/rows/{third['entry_id']}/counter",
        json={"reason": "sai", "minutes_number": "15/BB", "minutes_on": "2021-09-28"},
    ))  # fmt: skip

    sealed = (await confirm(lan)()).json()
    assert (sealed["state"], len(sealed["sealed_sha256"])) == ("confirmed", 64)
    before = await fingerprint(admin)
    assert (await confirm(lan)()).json() == sealed
    assert await fingerprint(admin) == before
    (body,) = await events(admin, "opening_balances_agreed")
    event = OpeningBalancesAgreed.model_validate(body)
    assert event.unit_id == VINH_HUNG
    assert [(e.kind, e.benefit_month.isoformat(), e.amount_dong, e.provider, e.minutes_number) for e in event.entries] == [
        ("unclaimed", "2020-11-01", 270_000, "vnpost", None),
        ("unpaid", "2020-11-01", 270_000, "commune_cashier", "12/BB"),
        ("unclaimed", "2020-11-01", 180_000, "vnpost", None),
    ]
    assert {e.agreed_on.isoformat() for e in event.entries} == {"2021-09-28"}
    assert not {"national_id", "full_name"} & set(body["entries"][0])

    await refused(admin, "openings-confirmed", answered(**correct))
    await refused(admin, "openings-confirmed", agree(post, unclaimed=450_000))
    for change in (
        "UPDATE registry.opening_rows SET amount_dong = 1 WHERE list_id = $1",
        "DELETE FROM registry.opening_rows WHERE list_id = $1",
        "DELETE FROM registry.opening_agreements WHERE list_id = $1",
        "UPDATE registry.opening_lists SET state = 'read' WHERE list_id = $1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await admin.execute(change, view["list_id"])
    async with admin.transaction():
        await admin.execute("SET LOCAL ROLE chitra_registry")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await admin.execute("UPDATE registry.opening_entries SET amount_dong = 1")

    totals = await post.get("/v1/openings/totals", unit_id=PHU_LOC)
    assert [(t["unit_id"], t["provider"], t["kind"], t["entries"], t["amount_dong"]) for t in totals["totals"]] == [
        (VINH_HUNG, "commune_cashier", "unpaid", 1, 270_000),
        (VINH_HUNG, "vnpost", "unclaimed", 2, 450_000),
    ]
    twice = await read(lan, opening_list(lines[:1], title="Đính chính số dư tháng 9/2021"))
    (again,) = await rows_of(lan, twice)
    assert codes_of(again) == {"entered_before"}
    keep = {"answers": [{"entry_id": again["entry_id"], "action": "correct", "amount_dong": 100_000}]}
    await lan.post(f"/v1/openings/{twice['list_id']}/answers", keep)
    second = f"/v1/openings/{twice['list_id']}"
    stated = {"provider": "vnpost", "totals_dong": {"unclaimed": 100_000}}
    problem = await refused(admin, "openings-entered-twice", lambda: post.ask("POST", f"{second}/agreements", json=stated))
    assert problem["rows"] == [5]

    counter = {"reason": "Bưu điện đã chi", "minutes_number": "15/BB", "minutes_on": "2021-09-28"}
    wrong = f"{path}/rows/{event.entries[0].entry_id}/counter"
    await refused(admin, "confirmer-counters", lambda: lan.ask("POST", wrong, json=counter))
    ahead = {**counter, "minutes_on": "2021-10-28"}
    await refused(admin, "minutes-ahead", lambda: chief.ask("POST", wrong, json=ahead))
    dropped = f"{path}/rows/{fourth['entry_id']}/counter"
    await refused(admin, "unknown-opening", lambda: chief.ask("POST", dropped, json=counter))
    await chief.post(wrong, counter)
    await refused(admin, "opening-countered", lambda: chief.ask("POST", wrong, json=counter))
    (taken,) = await events(admin, "opening_entry_countered")
    assert OpeningEntryCountered.model_validate(taken).entry_id == event.entries[0].entry_id
    assert (await post.get("/v1/openings/totals"))["amount_dong"] == 450_000
    assert (await post.ask("POST", f"{second}/agreements", json=stated)).status_code == 200
    assert (await lan.post(f"{second}/confirm"))["state"] == "confirmed"
    assert (await post.get("/v1/openings/totals"))["amount_dong"] == 550_000
    states = [item["state"] for item in (await lan.get("/v1/openings", unit_id=PHU_LOC, state="confirmed"))["items"]]
    assert states == ["confirmed", "confirmed"]


async def test_a_receivable_may_be_of_somebody_the_registry_never_knew(
    officer: Officers, codes: dict[str, str], admin: asyncpg.Connection
) -> None:
    """Dead or moved away before go-live; what is owed must be owed to somebody of the commune."""
    lan, chief = officer("maker", PHU_LOC), officer("province", PHU_LOC)
    lines = [
        (1, "", "Phan Văn Ất", "1931", "", "5/2019", 270_000, "phải thu hồi", COMMUNE, "chết 4/2019"),
        (2, "", "Hồ Văn Xa", "1935", "191234570", "5/2019", 270_000, "phải thu hồi", COMMUNE, "chuyển đi"),
        (3, "", "Tôn Nữ Ai", "1931", "", "5/2019", 270_000, "chưa chi trả", COMMUNE, ""),
    ]
    view = await read(lan, opening_list(lines))
    dead, moved, nobody = await rows_of(lan, view)
    path = f"/v1/openings/{view['list_id']}"
    far = (await chief.find("191234570"))[0]["beneficiary_id"]
    unknown = {"answers": [{"entry_id": nobody["entry_id"], "action": "correct"}]}
    problem = await refused(admin, "opening-answer-incomplete", partial(lan.ask, "POST", f"{path}/answers", json=unknown))
    assert problem["missing"] == ["beneficiary_id"]
    answers = [
        {"entry_id": dead["entry_id"], "action": "correct"},
        {"entry_id": moved["entry_id"], "action": "correct", "beneficiary_id": far},
        {"entry_id": nobody["entry_id"], "action": "drop"},
    ]
    await lan.post(f"{path}/answers", {"answers": answers})
    stated = {"provider": "commune_cashier", "totals_dong": {"receivable": 540_000}}
    await chief.post(f"{path}/agreements", {**stated, "minutes_number": "3/BB", "minutes_on": "2021-09-27"})
    await lan.post(f"{path}/confirm")
    said = OpeningBalancesAgreed.model_validate((await events(admin, "opening_balances_agreed"))[-1])
    assert [(str(entry.beneficiary_id), entry.person_name) for entry in said.entries] == [("None", "Phan Văn Ất"), (far, None)]


async def test_the_database_wants_a_second_party(admin: asyncpg.Connection, officer: Officers, codes: dict[str, str]) -> None:
    line = (1, codes["191234568"], "", "", "", "03/2019", 270_000, "chưa nhận", POST, "")
    view = await read(officer("maker", PHU_LOC), opening_list([line]))
    with pytest.raises(asyncpg.CheckViolationError, match="second_party"):
        await admin.execute(
            """INSERT INTO registry.opening_agreements
               SELECT list_id, unit_id, 'vnpost', 0, 270000, 0, NULL, NULL, read_issuer, read_subject, now(), read_issuer,
                   read_subject FROM registry.opening_lists WHERE list_id = $1""",
            view["list_id"],
        )


async def test_openings_of_others_are_not_there(officer: Officers, admin: asyncpg.Connection, codes: dict[str, str]) -> None:
    line = (1, codes["191234568"], "", "", "", "02/2019", 270_000, "chưa nhận", POST, "")
    view = await read(officer("maker", PHU_LOC), opening_list([line]))
    my, path = officer("commune_officer", VINH_MY), f"/v1/openings/{view['list_id']}"
    assert (await my.get("/v1/openings"))["items"] == []
    assert (await my.get("/v1/openings/totals"))["totals"] == []
    counter = {"reason": "sai", "minutes_number": "15/BB", "minutes_on": "2021-09-28"}
    answers = {"answers": [{"entry_id": view["list_id"], "action": "drop"}]}
    for method, where, body in (
        ("GET", path, None),
        ("GET", f"{path}/rows", None),
        ("POST", f"{path}/answers", answers),
        (
            "POST",
            f"{path}/agreements",
            {"provider": "vnpost", "totals_dong": {}, "minutes_number": "1", "minutes_on": "2021-09-01"},
        ),
        ("POST", f"{path}/confirm", None),
        ("POST", f"{path}/rows/{view['list_id']}/counter", counter),
    ):
        await refused(admin, "unknown-openings", partial(my.ask, method, where, json=body))
    await refused(admin, "not-allowed", lambda: send(officer("provider_staff", PHU_LOC), opening_list([line])))
    await refused(admin, "bad-cursor", lambda: my.ask("GET", "/v1/openings?cursor=none"))
    await refused(admin, "no-token", lambda: send(officer(), opening_list([line])))
