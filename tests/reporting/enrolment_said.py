"""Lives of people with accounts as the registry and the gateway would say them, and the events that say so."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from shared.contracts.base import Event
from shared.contracts.envelope import Envelope
from shared.contracts.gateway_events import AccountAnswer, AccountsAnswered, AccountsUsed, AccountUse
from shared.contracts.registry_events import (
    AccountRecord,
    AccountRequest,
    AccountsRequested,
    BeneficiariesChanged,
    BeneficiaryRecord,
    PayeeRecord,
)
from tests.reporting.enrolment_second_way import Answer, Record, Request, Said, Use
from tests.reporting.province import COMMUNES, PROVINCE, envelope

LEVELS: dict[str, tuple[str, ...]] = {commune: (commune, district, PROVINCE, "*") for commune, district in COMMUNES.items()}
PROVIDERS = (("viettelpay", "wallet"), ("vietinbank", "account"))
START = datetime(2021, 9, 1, 16, 30, tzinfo=UTC)  # half an hour before midnight in Vietnam

PEOPLE = [UUID(int=n) for n in range(1, 5)]
PAYEES = [UUID(int=100 + n) for n in range(3)]
ACCOUNTS = [UUID(int=200 + n) for n in range(6)]


def payee_of(account: UUID) -> UUID:
    """An account is one payee's for ever."""
    return PAYEES[(account.int - 200) % len(PAYEES)]


def way_of(account: UUID) -> tuple[str, str]:
    """And at one provider."""
    return PROVIDERS[(account.int - 200) // len(PAYEES) % 2]


@st.composite
def lives(draw: st.DrawFn) -> list[Said]:
    """Records, requests, answers and uses that fit together loosely: what is said early or against sense is said all the same."""
    said: list[Said] = []
    minutes = st.integers(0, 60 * 24 * 40)
    for person in draw(st.lists(st.sampled_from(PEOPLE), max_size=4, unique=True)):
        for version, minute in enumerate(sorted(draw(st.lists(minutes, min_size=1, max_size=4, unique=True))), start=1):
            payee = draw(st.sampled_from(PAYEES))
            account = draw(st.sampled_from([None, *(a for a in ACCOUNTS if payee_of(a) == payee)]))
            provider, channel = way_of(account) if account else ("", "")
            unit_id, active = draw(st.sampled_from(sorted(COMMUNES))), draw(st.sampled_from([True, True, True, False]))
            said.append(
                Record(person, version, START + timedelta(minutes=minute), unit_id, active, payee, account, provider, channel)
            )
    for account in draw(st.lists(st.sampled_from(ACCOUNTS), max_size=5)):
        at = START + timedelta(minutes=draw(minutes))
        said.append(Request(account, payee_of(account), draw(st.sampled_from(sorted(COMMUNES))), way_of(account)[0], at))
    for account in draw(st.lists(st.sampled_from(ACCOUNTS), max_size=5)):
        outcome = draw(st.sampled_from(["opened", "refused"]))
        reason = draw(st.sampled_from([None, "name_mismatch"])) if outcome == "refused" else None
        said.append(Answer(account, way_of(account)[0], outcome, reason, START + timedelta(minutes=draw(minutes))))
    for account in draw(st.lists(st.sampled_from(ACCOUNTS), max_size=3)):
        said.append(Use(account, way_of(account)[0], date(2021, 10, 1) + timedelta(days=draw(st.integers(0, 9)))))
    return said


def events_of(said: Sequence[Said]) -> list[Envelope]:
    """An event of each saying; neighbours that one event can say travel together."""
    found: list[Envelope] = []
    for one in said:
        found.append(event_of([one]))
    return found


def event_of(said: Sequence[Said]) -> Envelope:
    """One event of sayings of one kind, provider and time."""
    first = said[0]
    body: Event
    at = START
    if isinstance(first, Record):
        at = first.at
        body = BeneficiariesChanged(records=[_record(one) for one in said if isinstance(one, Record)])
        source = "registry"
    elif isinstance(first, Request):
        at = first.at
        body = AccountsRequested(provider=first.provider, requests=[_request(one) for one in said if isinstance(one, Request)])
        source = "registry"
    elif isinstance(first, Answer):
        body = AccountsAnswered(provider=first.provider, answers=[_answer(one) for one in said if isinstance(one, Answer)])
        source = "provider_gateway"
    else:
        uses = [AccountUse(account_id=one.account, first_used_on=one.used_on) for one in said if isinstance(one, Use)]
        body = AccountsUsed(provider=first.provider, uses=uses)
        source = "provider_gateway"
    return envelope(source, body.type, body.model_dump_json()).model_copy(update={"occurred_at": at})


def shuffled(events: Sequence[Envelope], seed: int) -> list[Envelope]:
    """In another order, and some of them again as events of their own."""
    chance = random.Random(seed)
    again = [each.model_copy(update={"position": 10_000_000 + each.position}) for each in events if chance.random() < 0.4]
    return chance.sample([*events, *again], len(events) + len(again))


def _record(one: Record) -> BeneficiaryRecord:
    account = (
        AccountRecord.model_validate(
            {
                "account_id": one.account,
                "version": 1,
                "provider": one.provider,
                "channel": one.channel,
                "holder_name": "A",
                "number_sealed": "x",
            }
        )
        if one.account
        else None
    )
    return BeneficiaryRecord(
        beneficiary_id=one.person,
        version=one.version,
        code="HUE-1",
        full_name="Nguyễn Thị Bí Mật",
        sex="female",
        birth_date=date(1940, 1, 1),
        birth_precision="day",
        unit_id=one.unit_id,
        status="active" if one.active or one.version % 2 else "dead",
        status_from_month=date(2021, 7, 1),
        hold=one.hold,
        decisions=[],
        payee=PayeeRecord(
            payee_id=one.payee,
            version=1,
            full_name="Nguyễn Thị Bí Mật",
            relationship="self",
            identity_sealed=None,
            phone_sealed=None,
        ),
        account=account,
        merged_into=None if one.active or not one.version % 2 else UUID(int=999),  # some leave by death, some as a double
    )


def _request(one: Request) -> AccountRequest:
    return AccountRequest(
        account_id=one.account,
        payee_id=one.payee,
        unit_id=one.unit_id,
        holder_name="Nguyễn Thị Bí Mật",
        identity_sealed=None,
        phone_sealed=None,
    )


def _answer(one: Answer) -> AccountAnswer:
    return AccountAnswer.model_validate(
        {
            "account_id": one.account,
            "outcome": one.outcome,
            "reason": one.reason,
            "number_sealed": None,
            "holder_name": None,
            "at": one.at,
        }
    )
