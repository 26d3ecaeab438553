"""The SQL that draws up an authority agrees with the pure rules: ways, reasons to hold, digests."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.disbursement.domain.differences import NO_LATE_MONTHS
from services.disbursement.domain.holds import why_held
from services.disbursement.domain.receiving import purpose_of, receipt_of, receives_otherwise
from services.disbursement.domain.routing import Account, Option, route
from services.disbursement.domain.seal import chunk_digest, line_digest
from services.disbursement.storage import draw_differences, draw_dues, draw_payments, moves, payrolls, people, runs, seals
from shared.contracts.registry_events import AccountRecord, BeneficiaryRecord, KindPayeeRecord, OneOffPayeeRecord
from shared.database import Tx
from shared.kernel.ids import new_id
from tests.disbursement.office import Office
from tests.disbursement.records import payee

REAL = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


class Undone(Exception):
    """Ends an example's transaction without a trace."""


async def put_in(tx: Tx, records: list[BeneficiaryRecord]) -> None:
    await people.upsert(tx, [(record, record.beneficiary_id.hex) for record in records], position=1)


accounts = st.none() | st.sampled_from([("viettelpay", "wallet"), ("vietinbank", "account")])
ways = st.tuples(
    accounts,
    st.integers(0, 2),  # commune
    st.sampled_from(["none", "this", "older version", "another"]),  # account that a payment failed on
    st.none() | st.just("duplicate"),
    st.sampled_from(["active", "suspended", "dead"]),
    st.sampled_from(["self", "guardian"]),
    st.sampled_from([("monthly", "K6-N"), ("care_support", "CS-DBN-HGD"), ("care_support", "CS-DBN-HGD+CS-NKT-MT1"),
                     ("care_support", "CS-NKT-MT2"), ("funeral", "MT-THUONG")]),
    st.sets(st.sampled_from(["funeral", "unpaid_months"])),  # purposes for which somebody is named
    st.none() | st.tuples(accounts, st.none() | st.sampled_from(["duplicate", "payee_died"])),  # a carer of care support
)  # fmt: skip
offers = st.lists(
    st.tuples(
        st.sampled_from([{"wallet": "viettelpay", "cash": "viettelpay"}, {"account": "vietinbank", "cash": "vnpost"},
                         {"cashier": "commune_cashier"}, {"wallet": "viettelpay"}]),
        st.lists(st.tuples(st.integers(0, 2), st.integers(6, 11)), min_size=1, max_size=3, unique_by=lambda each: each[0]),
    ),
    max_size=4,
)  # fmt: skip


async def sign(tx: Tx, office: Office, offered: list[Any]) -> dict[int, list[Option]]:
    """Contracts for these offers; the options of each commune in October 2021."""
    options: dict[int, list[Option]] = {0: [], 1: [], 2: []}
    for number, (channels, communes) in enumerate(offered):
        contract_id = new_id()
        await tx.run(
            """INSERT INTO contracts (contract_id, authority_id, number, lead_provider, valid_from)
               VALUES (:id, :authority, :number, 'x', '2021-06-01')""",
            id=contract_id, authority=office.authority, number=f"{9 - number}",
        )  # fmt: skip
        for channel, provider in channels.items():
            await tx.run("INSERT INTO contract_channels VALUES (:id, :c, :p)", id=contract_id, c=channel, p=provider)
        for commune, month in communes:
            since = date(2021, month, 1)
            await tx.run(
                "INSERT INTO contract_communes VALUES (:id, :unit, :since)",
                id=contract_id, unit=office.communes[commune], since=since,
            )  # fmt: skip
            if since <= date(2021, 10, 1):
                options[commune] += [Option(contract_id, f"{9 - number}", since, c, p) for c, p in channels.items()]
    return options


async def rest(
    tx: Tx, office: Office, run_id: UUID, record: BeneficiaryRecord, kind: str, category: str, avoid: tuple[UUID, int] | None
) -> None:
    """An obligation of September that rests, perhaps after a failed payment."""
    await tx.run(
        """INSERT INTO obligations (benefit_month, subject_id, kind, revision, amount_dong, total_dong, run_id, authority_id,
               unit_id, decision_id, category, heads, level_dong, subject, category_group, sex, age_band, resting, payment_seq,
               avoid_account_id, avoid_account_version)
           VALUES ('2021-10-01', :subject, :kind, 0, 1000, 1000, :run_id, :authority, :unit, :subject, :category, 1, 360000, 'x',
               'x', 'male', 'x', 'returned', 1, :account, :version)""",
        subject=record.beneficiary_id, run_id=run_id, authority=office.authority, unit=record.unit_id,
        account=avoid and avoid[0], version=avoid and avoid[1], kind=kind, category=category,
    )  # fmt: skip


@REAL
@given(chosen=st.lists(ways, min_size=1, max_size=25), offered=offers)
async def test_ways_and_reasons_to_hold(office: Office, chosen: list[Any], offered: list[Any]) -> None:
    run_id = UUID(await office.run())
    expected: dict[UUID, Any] = {}
    try:
        async with office.database.transaction() as tx:
            await tx.run("DELETE FROM contract_communes")
            options = await sign(tx, office, offered)
            run = await runs.find(tx, run_id)
            for way, commune, failed, hold, status, relationship, (kind, category), named, carer in chosen:
                account = _account(way)
                carers = [_carer(*carer)] if carer else []
                person = office.person(
                    commune=commune, account=account, hold=hold, status=status, status_from_month=date(2021, 12, 1), decisions=[],
                    payee=payee(new_id(), relationship=relationship), kind_payees=carers,
                    one_off_payees=[OneOffPayeeRecord(purpose=each, payee=payee(new_id(), full_name=each)) for each in named],
                )  # fmt: skip
                receipt = receipt_of(kind, category, {each.kind for each in carers})
                receiver = carers[0] if receipt == "care_support" else person
                avoid = _avoided(failed, receiver.account)
                await put_in(tx, [person])
                await rest(tx, office, run_id, person, kind, category, avoid)
                into = receiver.account
                mine = None if into is None else Account(into.account_id, 2, into.provider, into.channel)
                otherwise = receives_otherwise(receipt, status, named)
                found = route(None if otherwise else mine, {avoid} if avoid else set(), options[commune])
                carer_hold = carers[0].hold if carers else None
                held = why_held(hold, status, relationship, found is not None, receipt, named, carer_hold=carer_hold)
                purpose = purpose_of(receipt, status)
                once = next((one.payee for one in person.one_off_payees if one.purpose == purpose), None)
                expected[person.beneficiary_id] = found, held, receiver.payee if once is None else once
            await moves.gather(tx, [])
            await draw_dues.collect(tx, office.authority, [], {})
            await draw_differences.collect(tx, office.authority, [], [], NO_LATE_MONTHS)
            await draw_payments.write(tx, run, office.authority, 0, 1)
            rows = await tx.rows("SELECT * FROM draw_people")
            raise Undone
    except Undone:
        pass
    assert {row["subject_id"] for row in rows} == expected.keys()
    for row in rows:
        found, held, receives = expected[row["subject_id"]]
        assert row["why_held"] == held
        if held is None:
            assert (row["payee_id"], row["payee_version"], row["payee_name"]) == (
                receives.payee_id, receives.version, receives.full_name,
            )  # fmt: skip
        in_sql = row["contract_id"], row["provider"], row["channel"], row["account_id"], row["account_version"]
        if found is None:
            assert in_sql == (None,) * 5
        else:
            into = found.account
            assert in_sql == (
                found.contract_id, found.provider, found.channel, into and into.account_id, into and into.version,
            )  # fmt: skip


def _account(way: tuple[str, Any] | None) -> AccountRecord | None:
    if way is None:
        return None
    return AccountRecord(account_id=new_id(), version=2, provider=way[0], channel=way[1], holder_name="X", number_sealed="k1.x")


def _carer(way: tuple[str, Any] | None, hold: str | None) -> KindPayeeRecord:
    carer = payee(new_id(), 4, "Lê Thị Chăm", "cô")
    return KindPayeeRecord(kind="care_support", payee=carer, account=_account(way), hold=hold)


def _avoided(failed: str, account: AccountRecord | None) -> tuple[UUID, int] | None:
    if failed == "none":
        return None
    if account is None or failed == "another":
        return new_id(), 2
    return account.account_id, account.version if failed == "this" else account.version - 1


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


@REAL
@given(called=st.lists(names, min_size=1, max_size=12))
async def test_digests(office: Office, called: list[str]) -> None:
    """Names may hold separators, backslashes, marks: the digest of SQL and of the rule stay the same."""
    records = [office.person(["K6-DBN", "CS-DBN-HGD"], payee=payee(new_id(), full_name=name)) for name in called]
    await office.say(*records)
    drawn = await office.draw(await office.run("2022-01", "2022-01-01", "2022-02-01"))
    (payroll,) = drawn["payrolls"]
    payroll_id = UUID(payroll["payroll_id"])
    async with office.database.transaction() as tx:
        lines = await seals.chunk_lines(tx, payroll_id, date(2022, 1, 1), 0)
        stored = await tx.rows("SELECT line_digest FROM payments WHERE payroll_id = :id ORDER BY line_no", id=payroll_id)
        held_payroll = await payrolls.find(tx, payroll_id)
        (whole,) = await seals.chunk_sums(tx, held_payroll, from_plaintext=True)
        assert [whole] == await seals.chunk_sums(tx, held_payroll, from_plaintext=False)
        digest = await tx.scalar("SELECT digest FROM chunks WHERE payroll_id = :id", id=payroll_id)
    assert [held.line.payee_name for held in lines] == [record.payee.full_name for record in records]
    assert all(len(held.line.parts) == 4 and held.live for held in lines)
    assert [row["line_digest"] for row in stored] == [line_digest(held.line) for held in lines]
    assert whole.agrees
    assert digest == whole.digest == chunk_digest(held.line for held in lines)
    assert (whole.payments, whole.amount_dong) == (len(called), sum(held.line.amount_dong for held in lines))
