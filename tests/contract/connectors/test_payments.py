"""Every connector and channel: pays, and of whatever goes wrong says what it knows and nothing more."""

from __future__ import annotations

import dataclasses

import pytest

from services.provider_gateway.connectors.protocol import Batch, Connector, NotTaken, Unsure
from tests.contract.connectors.ground import NAMES, WAYS, Ground, at, fate, outcomes, registered

ways = pytest.mark.parametrize(("name", "channel"), WAYS, ids=lambda value: str(value))


def test_every_registered_connector_says_what_it_is() -> None:
    for name, connector in registered().items():
        assert connector.name == name
        assert connector.channels, f"{name} carries payments of no channel"
        assert set(connector.channels) <= {"wallet", "account", "cash", "cashier"}
        assert connector.payments.longest_processing_seconds >= 60
        assert isinstance(connector.payments.refuses_duplicates, bool)
    assert {name for name, _ in WAYS} == set(NAMES)


@ways
async def test_it_pays_and_says_so_with_the_amount(ground: Ground, name: str, channel: str) -> None:
    batch = await ground.batch(name, channel, 3)
    assert outcomes(await fate(ground.connectors[name], batch)) <= {"accepted", "pending", "unknown"}
    said = await ground.settled(name, batch)
    assert {s.outcome for s in said.values()} <= {"paid", "unclaimed"} and "paid" in {s.outcome for s in said.values()}
    paid = {reference for reference, each in said.items() if each.outcome == "paid"}
    assert all(said[order.reference].amount_dong == order.amount_dong for order in batch.orders if order.reference in paid)
    await ground.assert_paid_once(batch, paid)


@ways
async def test_the_same_batch_twice_is_paid_once_where_duplicates_are_refused(ground: Ground, name: str, channel: str) -> None:
    connector = ground.connectors[name]
    if not connector.payments.refuses_duplicates:
        assert not connector.payments.refuses_duplicates  # then nothing is ever sent again by itself: see the gateway's tests
        return
    batch = await ground.batch(name, channel)
    await fate(connector, batch)
    again = await fate(connector, batch)
    for each in again.values():
        if not isinstance(each, str):
            assert each.outcome in ("accepted", "pending") or (each.outcome, each.reason) == ("rejected", "duplicate")
    said = await ground.settled(name, batch)
    await ground.assert_paid_once(batch, [r for r, each in said.items() if each.outcome == "paid"])


@ways
@pytest.mark.parametrize(
    ("fault", "taken"),
    [
        ("timeout_before", False), ("timeout_after", True), ("server_error", False), ("server_error_after", True),
        ("dropped_connection", None), ("not_found_at_first", True),
    ],
)  # fmt: skip
async def test_what_nobody_knows_is_unknown_until_asked(
    ground: Ground, name: str, channel: str, fault: str, taken: bool | None
) -> None:
    batch = await ground.batch(name, channel)
    await ground.strike(fault)
    assert outcomes(await fate(ground.connectors[name], batch)) == {"unknown"}
    await _is_found_or_not(ground, name, batch, taken)


async def _is_known(connector: Connector, batch: Batch) -> bool:
    """Whether the provider says that it has the batch; a way by files may have nobody to ask."""
    try:
        return not (await connector.enquiry.enquire(batch)).not_found
    except Unsure:
        assert connector.files, "only a way by files may have nobody to ask"
        return False


async def _is_found_or_not(ground: Ground, name: str, batch: Batch, taken: bool | None) -> None:
    """What was taken is found and paid, however late; what was not, is "not found", and may be sent again."""
    connector = ground.connectors[name]
    whole = {order.reference for order in batch.orders}
    books = await ground.moved(batch)
    if taken is None:
        taken = any(books.values()) or await _is_known(connector, batch)
    if taken:
        said = await ground.settled(name, batch)
    else:
        try:
            found = await connector.enquiry.enquire(batch)
            assert found.not_found == whole and not found.said
        except Unsure:
            assert connector.files, "only a way by files may have nobody to ask"
        if not connector.payments.refuses_duplicates:
            return
        assert outcomes(await fate(connector, batch)) <= {"accepted", "pending"}
        said = await ground.settled(name, batch)
    await ground.assert_paid_once(batch, [r for r, each in said.items() if each.outcome == "paid"])


@ways
async def test_throttled_is_not_taken_and_says_how_long_to_wait(ground: Ground, name: str, channel: str) -> None:
    connector, batch = ground.connectors[name], await ground.batch(name, channel)
    await ground.strike("throttled")
    try:
        sent = await connector.payments.pay(batch)
        assert sent.not_taken == {order.reference for order in batch.orders} and not sent.said
        pause = sent.pause_seconds
    except NotTaken as error:
        pause = error.pause_seconds
    assert pause >= 1
    await ground.assert_paid_once(batch, ())


@ways
async def test_a_batch_answered_in_halves_is_settled_payment_by_payment(ground: Ground, name: str, channel: str) -> None:
    batch = await ground.batch(name, channel, 4)
    await ground.strike("half_batch_refused")
    fates = await fate(ground.connectors[name], batch)
    said = await ground.settled(name, batch)
    refused = {reference for reference, each in said.items() if each.outcome == "rejected"}
    assert len(refused) == 2 and {said[r].reason for r in refused} == {"limit"}
    told = {r for r, each in fates.items() if not isinstance(each, str) and each.outcome == "rejected"}
    assert told <= refused
    await ground.assert_paid_once(batch, [r for r, each in said.items() if each.outcome == "paid"])


@ways
async def test_what_the_provider_refuses_has_its_reason(ground: Ground, name: str, channel: str) -> None:
    whole = await ground.batch(name, channel, 2)
    good, big = whole.orders
    orders, reasons = [good, dataclasses.replace(big, amount_dong=900_000_000)], {big.reference: {"limit"}}
    if channel in ("wallet", "account"):
        strange, locked, other = (ground.order(channel) for _ in range(3))
        await ground.introduce(name, channel, [locked], locked=True)
        await ground.introduce(name, channel, [other])
        orders += [strange, locked, dataclasses.replace(other, payee_name="Trần Văn Khác")]
        reasons |= {strange.reference: {"invalid_account"}, locked.reference: {"locked"}, other.reference: {"name_mismatch"}}
        orders.append(dataclasses.replace(ground.order(channel), account_number="khong co"))
        reasons[orders[-1].reference] = {"invalid_account"}
    batch = dataclasses.replace(whole, orders=orders)
    fates = await fate(ground.connectors[name], batch)
    at_once = {r: each for r, each in fates.items() if not isinstance(each, str) and each.outcome == "rejected"}
    sent = dataclasses.replace(batch, orders=[order for order in orders if order.reference not in at_once])
    said = {**(await ground.settled(name, sent)), **at_once}
    assert {r: said[r].outcome for r in reasons} == dict.fromkeys(reasons, "rejected")
    assert all(said[reference].reason in reasons[reference] for reference in reasons)
    await ground.assert_paid_once(batch, [good.reference] if said[good.reference].outcome == "paid" else [])


@pytest.mark.parametrize("name", NAMES)
async def test_money_that_came_back_or_was_not_collected_is_told(ground: Ground, name: str) -> None:
    channel = registered()[name].channels[0]
    fault, outcome = ("returned", "returned") if channel in ("wallet", "account") else ("uncollected", "unclaimed")
    batch = await ground.batch(name, channel, 1)
    await ground.strike(fault)
    await fate(ground.connectors[name], batch)
    await ground.fault_is_over()
    await ground.days_pass(1)
    await ground.days_pass(9)
    said = await ground.learn(name, batch, lambda known: outcome in {each.outcome for each in known.values()})
    (only,) = said.values()
    assert (only.outcome, only.amount_dong) == (outcome, batch.orders[0].amount_dong)


@ways
async def test_of_a_batch_never_sent_nothing_is_found(ground: Ground, name: str, channel: str) -> None:
    batch = await ground.batch(name, channel)
    try:
        found = await ground.connectors[name].enquiry.enquire(batch)
    except Unsure:
        assert ground.connectors[name].files, "only a way by files may have nobody to ask"
        return
    assert found.not_found == {order.reference for order in batch.orders} and not found.said


@ways
async def test_nobody_there_takes_nothing(ground: Ground, name: str, channel: str) -> None:
    batch = await ground.batch(name, channel)
    for connector in (at("http://127.0.0.1:9", ground.keys, name), at(None, ground.keys, name)):
        assert outcomes(await fate(connector, batch)) == {"not_taken"}
        with pytest.raises((NotTaken, Unsure)):
            await connector.enquiry.enquire(batch)
        await connector.close()
