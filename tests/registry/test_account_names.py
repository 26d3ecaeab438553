"""Names of holders: compared when an account is opened and again each quarter; reviewed, or the money held."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from services.registry.main import DAILY_TASKS
from services.registry.use_cases import ask_names as asking
from services.registry.workers.daily import daily_worker
from shared.contracts.registry_events import NameEnquiriesRequested, NameEnquiry
from shared.crypto import ACCOUNT, FieldCipher
from shared.service import Service
from tests.registry.commune_lists import Line
from tests.registry.officers import PHU_LOC, VINH_HUNG, VINH_MY, Officer, Officers
from tests.registry.provider_answers import Gateway, bodies

COMMUNE = "Xã Vinh Hưng"
OPENED_ON = datetime(2021, 10, 5, 1, tzinfo=UTC)
Clock = Callable[[datetime], Awaitable[None]]
_numbers = iter(range(100_000_000_000, 100_000_001_000))


@pytest.fixture
async def clock(set_business_clock: Clock, admin: asyncpg.Connection) -> Clock:
    """The business clock, at the same day for each test again."""
    await set_business_clock(OPENED_ON)
    await admin.execute("DELETE FROM registry.scheduled_tasks")
    return set_business_clock


class Bank:
    """Opens accounts for people, and hears who is asked about."""

    def __init__(self, officer: Officers, gateway: Gateway, admin: asyncpg.Connection, service: Service) -> None:
        self.hung: Officer = officer("commune_officer", VINH_HUNG)
        self.staff: Officer = officer("provider_staff", PHU_LOC)
        self._gateway, self._admin, self._service = gateway, admin, service

    async def opened(self, name: str, holder: str, identity: str, at: datetime = OPENED_ON) -> tuple[str, str]:
        """Somebody new, whose account the bank opened for a holder: (beneficiary, account)."""
        await self.hung.enter(COMMUNE, [Line(name, "1938", "Nữ", identity)])
        (person,) = await self.hung.find(identity)
        body = {"provider": "vietinbank", "beneficiary_ids": [person["beneficiary_id"]]}
        assert (await self.staff.post("/v1/accounts/requests", body))["requested"] == 1
        (account,) = [
            a for a in (await self.staff.get("/v1/accounts", state="requested"))["items"]
            if a["beneficiary_ids"] == [person["beneficiary_id"]]
        ]  # fmt: skip
        await self._gateway.says("vietinbank", self._gateway.opened(account["account_id"], str(next(_numbers)), holder, at))
        return person["beneficiary_id"], account["account_id"]

    async def person(self, beneficiary_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = await self.hung.get(f"/v1/beneficiaries/{beneficiary_id}")
        return shown

    async def account(self, account_id: str) -> dict[str, Any]:
        (found,) = [a for a in (await self.staff.get("/v1/accounts"))["items"] if a["account_id"] == account_id]
        return dict(found)

    async def reviews(self, account_id: str) -> list[dict[str, Any]]:
        items = (await self.hung.get("/v1/name-reviews"))["items"]
        return [dict(one) for one in items if one["account_id"] == account_id]

    async def asked(self) -> dict[str, NameEnquiry]:
        """The daily task runs; newest enquiry by account."""
        before = len(await bodies(self._admin, "name_enquiries_requested"))
        await daily_worker(self._service.database, DAILY_TASKS).step()
        events = (await bodies(self._admin, "name_enquiries_requested"))[before:]
        found = [NameEnquiriesRequested.model_validate(event) for event in events]
        return {str(each.account_id): each for event in found for each in event.enquiries}


@pytest.fixture
def bank(officer: Officers, gateway: Gateway, admin: asyncpg.Connection, service: Service, clock: Clock) -> Bank:
    return Bank(officer, gateway, admin, service)


async def test_a_banks_capitals_are_the_payees_name(bank: Bank) -> None:
    person, account = await bank.opened("Nguyễn Thị Đào", "NGUYEN THI DAO", "191300101")
    assert (await bank.person(person))["account_provider"] == "vietinbank"
    (evidence,) = (await bank.hung.get(f"/v1/accounts/{account}/names"))["items"]
    assert (evidence["verdict"], evidence["reasons"], evidence["review"]) == ("match", ["diacritics_lost"], None)
    assert evidence["reasons_vi"] == ["Một bên viết không dấu"]
    assert evidence["number"].startswith("•")


async def test_a_near_miss_is_paid_into_once_an_officer_accepts_it(bank: Bank) -> None:
    person, account = await bank.opened("Nguyễn Thị Bích", "NGUYEN BICH", "191300102")
    assert (await bank.person(person))["account"] is None
    (gap,) = (await bank.hung.get("/v1/enrolment/gaps", reason="name_in_review"))["items"]
    assert gap["beneficiary_id"] == person
    (review,) = await bank.reviews(account)
    assert (review["verdict"], review["beneficiary_ids"]) == ("near", [person])
    path = f"/v1/name-reviews/{review['evidence_id']}/accept"
    await bank.hung.post(path, {"note": "Đã xem CCCD"})
    shown = await bank.person(person)
    assert shown["account"]["account_id"] == account
    assert (await bank.account(account))["name_verdict"] == "accepted"
    again = await bank.hung.ask("POST", path, json={"note": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "name-review-settled")


async def test_a_rejected_near_miss_and_another_name_are_never_paid_into(bank: Bank) -> None:
    near, near_account = await bank.opened("Nguyễn Thị Cúc", "NGUYEN CUC", "191300103")
    (review,) = await bank.reviews(near_account)
    await bank.hung.post(f"/v1/name-reviews/{review['evidence_id']}/reject", {"note": "Người khác cùng thôn"})
    other, other_account = await bank.opened("Nguyễn Thị Lan", "TRAN VAN BA", "191300104")
    for person, account in ((near, near_account), (other, other_account)):
        shown = await bank.person(person)
        assert (shown["account"], shown["hold"]) == (None, None), "still paid in cash"
        held = await bank.account(account)
        assert (held["state"], held["reason"]) == ("refused", "holder_differs")
    assert await bank.reviews(other_account) == []


async def test_each_quarter_the_bank_is_asked_again(bank: Bank, gateway: Gateway, clock: Clock, cipher: FieldCipher) -> None:
    person, account = await bank.opened("Nguyễn Thị Mai", "NGUYEN THI MAI", "191300105")
    await clock(OPENED_ON + timedelta(days=89))
    assert account not in await bank.asked()
    await clock(OPENED_ON + timedelta(days=90))
    enquiry = (await bank.asked())[account]
    assert (enquiry.holder_name, enquiry.account_version) == ("Nguyễn Thị Mai", 1)
    assert cipher.open(enquiry.number_sealed, ACCOUNT).isdigit()
    version = (await bank.person(person))["version"]
    await gateway.names("vietinbank", gateway.named(enquiry, "NGUYEN THI MAI", at=OPENED_ON + timedelta(days=90)))
    assert (await bank.person(person))["version"] == version, "nothing changed for the person"
    assert len((await bank.hung.get(f"/v1/accounts/{account}/names"))["items"]) == 2
    await clock(OPENED_ON + timedelta(days=179))
    assert account not in await bank.asked()
    await clock(OPENED_ON + timedelta(days=180))
    assert account in await bank.asked()
    await clock(OPENED_ON + timedelta(days=187))
    assert account in await bank.asked(), "no answer for a week: asked again"


async def test_another_holder_holds_the_money_until_an_officer_settles_it(bank: Bank, gateway: Gateway, clock: Clock) -> None:
    person, account = await bank.opened("Nguyễn Thị Nụ", "NGUYEN THI NU", "191300106")
    await clock(OPENED_ON + timedelta(days=90))
    enquiry = (await bank.asked())[account]
    await gateway.names("vietinbank", gateway.named(enquiry, "TRAN VAN BA", at=OPENED_ON + timedelta(days=90)))
    held = await bank.person(person)
    assert (held["hold"], held["account"]["account_id"]) == ("holder_changed", account)
    (proposal,) = (await bank.hung.get("/v1/proposals", beneficiary_id=person, state="open"))["items"]
    assert (proposal["kind"], proposal["about"]) == ("account_holder_differs", account)
    await gateway.names("vietinbank", gateway.named(enquiry, "TRAN VAN BA", at=OPENED_ON + timedelta(days=90)))
    (review,) = await bank.reviews(account)
    # A list that comes meanwhile doesn't send the money elsewhere.
    await bank.hung.enter(COMMUNE, [Line("Nguyễn Thị Nụ", "1938", "Nữ", "191300106", village="Thôn 2")], "1/2022")
    assert (await bank.person(person))["account"]["account_id"] == account
    await bank.hung.post(f"/v1/name-reviews/{review['evidence_id']}/accept", {"note": "Con trai đứng tên, có giấy ủy quyền"})
    freed = await bank.person(person)
    assert (freed["hold"], freed["account"]["account_id"]) == (None, account)
    assert (await bank.hung.get("/v1/proposals", beneficiary_id=person, state="open"))["items"] == []
    await clock(OPENED_ON + timedelta(days=180))
    enquiry = (await bank.asked())[account]
    await gateway.names("vietinbank", gateway.named(enquiry, "TRAN VAN BA", at=OPENED_ON + timedelta(days=180)))
    assert (await bank.person(person))["hold"] is None, "the holder whom an officer accepted"
    assert (await bank.account(account))["name_verdict"] == "accepted"


async def test_a_near_miss_in_use_is_reviewed_while_the_money_goes_on(bank: Bank, gateway: Gateway, clock: Clock) -> None:
    person, account = await bank.opened("Nguyễn Thị Thu Sương", "NGUYEN THI THU SUONG", "191300107")
    await clock(OPENED_ON + timedelta(days=90))
    enquiry = (await bank.asked())[account]
    await gateway.names("vietinbank", gateway.named(enquiry, "NGUYEN SUONG", at=OPENED_ON + timedelta(days=90)))
    assert (await bank.person(person))["hold"] is None
    (review,) = await bank.reviews(account)
    await bank.hung.post(f"/v1/name-reviews/{review['evidence_id']}/reject", {"note": "Người khác"})
    shown = await bank.person(person)
    assert (shown["hold"], shown["account"]["account_id"]) == ("holder_differs", account)
    assert (await bank.account(account))["state"] == "active"


async def test_a_locked_account_a_silent_provider_and_a_wallet(bank: Bank, gateway: Gateway, clock: Clock) -> None:
    locked, locked_account = await bank.opened("Nguyễn Thị Khóa", "NGUYEN THI KHOA", "191300108")
    silent, silent_account = await bank.opened("Nguyễn Thị Lặng", "NGUYEN THI LANG", "191300109")
    wallet, wallet_account = await bank.opened("Nguyễn Thị Ví", "NGUYEN THI VI", "191300110")
    await clock(OPENED_ON + timedelta(days=90))
    asked, at = await bank.asked(), OPENED_ON + timedelta(days=90)
    await gateway.names(
        "vietinbank",
        gateway.named(asked[locked_account], None, "locked", at),
        gateway.named(asked[silent_account], None, "unavailable", at),
        gateway.named(asked[wallet_account], None, "other_name", at),
    )
    assert [(await bank.person(one))["hold"] for one in (locked, silent, wallet)] == [None, None, "holder_changed"]
    (proposal,) = (await bank.hung.get("/v1/proposals", beneficiary_id=locked, state="open"))["items"]
    assert proposal["kind"] == "account_unusable"
    newest = (await bank.hung.get(f"/v1/accounts/{locked_account}/names"))["items"][-1]
    assert (newest["verdict"], newest["reasons_vi"]) == ("no_account", ["Tài khoản bị khóa"])
    assert len((await bank.hung.get(f"/v1/accounts/{silent_account}/names"))["items"]) == 1


async def test_a_renamed_payee_is_asked_about_at_once_and_an_old_answer_says_nothing(
    bank: Bank, gateway: Gateway, clock: Clock, admin: asyncpg.Connection
) -> None:
    person, account = await bank.opened("Nguyễn Thị Tên", "NGUYEN THI TEN", "191300111")
    await bank.hung.enter(COMMUNE, [Line("Nguyễn Thị Tên Mới", "1938", "Nữ", "191300111")], "11/2021")
    await clock(OPENED_ON + timedelta(days=1))
    enquiry = (await bank.asked())[account]
    assert enquiry.holder_name == "Nguyễn Thị Tên Mới"
    await admin.execute("UPDATE registry.accounts SET version = version + 1 WHERE account_id = $1", enquiry.account_id)
    await gateway.names("vietinbank", gateway.named(enquiry, "TRAN VAN BA", at=OPENED_ON + timedelta(days=1)))
    assert (await bank.person(person))["hold"] is None


async def test_no_day_asks_for_more_than_it_may(bank: Bank, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [(await bank.opened(f"Nguyễn Thị Đông {n}", f"NGUYEN THI DONG {n}", f"19130020{n}"))[1] for n in range(3)]
    monkeypatch.setattr(asking, "MOST_A_DAY", 2)
    monkeypatch.setattr(asking, "MAX_RECORDS", 1)
    seen: set[str] = set()
    day = OPENED_ON + timedelta(days=400)
    for n in range(10):
        await clock(day + timedelta(days=n))
        asked = await bank.asked()
        assert len(asked) <= 2
        seen |= set(asked)
    assert seen >= set(made), "all of them in the end, the longest due first"


async def test_what_is_refused_changes_nothing(bank: Bank, officer: Officers, counts: Any) -> None:
    person, account = await bank.opened("Nguyễn Thị Hỏi", "NGUYEN HOI", "191300112")
    (review,) = await bank.reviews(account)
    path = f"/v1/name-reviews/{review['evidence_id']}"
    before = await counts()
    neighbour = officer("commune_officer", VINH_MY)
    for who, where, status, code in (
        (neighbour, f"{path}/accept", 404, "unknown-name-review"),
        (bank.hung, f"/v1/name-reviews/{person}/reject", 404, "unknown-name-review"),
        (bank.staff, f"{path}/accept", 403, "not-allowed"),
    ):
        answer = await who.ask("POST", where, json={"note": "x"})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await neighbour.get("/v1/name-reviews"))["items"] == []
    answer = await neighbour.ask("GET", f"/v1/accounts/{account}/names")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-account")
    assert await counts() == before


async def test_a_review_that_was_overtaken_is_stale(bank: Bank, gateway: Gateway, clock: Clock) -> None:
    _, account = await bank.opened("Nguyễn Thị Trễ", "NGUYEN THI TRE", "191300113")
    reviews = []
    for holder, days in (("NGUYEN TRE", 90), ("TRAN VAN BA", 180)):
        await clock(OPENED_ON + timedelta(days=days))
        enquiry = (await bank.asked())[account]
        await gateway.names("vietinbank", gateway.named(enquiry, holder, at=OPENED_ON + timedelta(days=days)))
        reviews.append(enquiry.enquiry_id)
    answer = await bank.hung.ask("POST", f"/v1/name-reviews/{reviews[0]}/accept", json={"note": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "name-review-stale")
    assert date(2022, 4, 3) == (OPENED_ON + timedelta(days=180)).date()
