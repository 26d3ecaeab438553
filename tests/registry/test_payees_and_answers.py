"""Payees: one for each person who receives. Providers' answers: what they make of an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.accounts import Answered, HeldAccount, Settled, canonical_number, settle
from services.registry.domain.payees import Payee, PayeeBook, Wanted

AT = datetime(2021, 10, 5, tzinfo=UTC)
GRANDMOTHER, CHILD, SIBLING = UUID(int=1), UUID(int=2), UUID(int=3)


def _wanted(
    beneficiary: UUID, name: str, number: str | None, *, own: bool = False, phone: str | None = None, phone_is_new: bool = True
) -> Wanted:
    index, phone_index = number.encode() if number else None, phone.encode() if phone else None
    kind = "cmnd" if number else None
    return Wanted(beneficiary, own, name, kind, number, index, phone, phone_index, phone_is_new)


def _book(*held: Payee) -> PayeeBook:
    return PayeeBook(held, uuid4)


def test_a_beneficiary_who_receives_for_a_child_is_one_payee_whichever_row_comes_first() -> None:
    for_child = _wanted(CHILD, "Nguyễn Thị Hòa", "191")
    for_self = _wanted(GRANDMOTHER, "Nguyễn Thị Hòa", "191", own=True, phone="0912")
    for order in ((for_child, for_self), (for_self, for_child)):
        book = _book()
        chosen = {payee.payee_id for wanted in order if (payee := book.choose(wanted, None))}
        (payee,) = book.made
        assert chosen == {payee.payee_id}
        assert (payee.self_of, payee.phone_index, payee.version) == (GRANDMOTHER, b"0912", 1)


def test_siblings_share_their_payee_and_the_first_phone() -> None:
    book = _book()
    first = book.choose(_wanted(CHILD, "Lê Thị Xuân", "191", phone="0912"), None)
    second = book.choose(_wanted(SIBLING, "Lê Thị Xuân", "191", phone="0999"), None)
    assert first is not None
    assert first == second
    assert first.phone_index == b"0912"


def test_a_number_under_another_name_is_an_officers_question() -> None:
    book = _book()
    book.choose(_wanted(CHILD, "Lê Thị Xuân", "191"), None)
    assert book.choose(_wanted(SIBLING, "Trần Văn Hạ", "191"), None) is None
    assert len(book.made) == 1


def test_a_payee_without_a_number_is_nobody_elses() -> None:
    book = _book()
    first, second = (book.choose(_wanted(child, "Lê Thị Xuân", None), None) for child in (CHILD, SIBLING))
    assert first is not None
    assert second is not None
    assert first.payee_id != second.payee_id


def _held() -> Payee:
    made = _book().choose(_wanted(CHILD, "Lê Thị Xuân", "191", phone="0912"), None)
    assert made is not None
    return made


def test_a_corrected_name_is_a_new_version_and_the_same_again_is_none() -> None:
    held = _held()
    book = _book(held)
    same = book.choose(_wanted(CHILD, "Lê Thị Xuân", "191", phone="0912", phone_is_new=False), held.payee_id)
    assert same == held
    assert book.changed == []
    changed = book.choose(_wanted(CHILD, "Lê Thị Xuân Mai", "191"), held.payee_id)
    assert book.changed == [changed]
    assert changed == replace(held, full_name="Lê Thị Xuân Mai", version=2)


def test_a_payee_found_by_name_alone_gets_its_number() -> None:
    held = replace(_held(), identity_kind=None, identity_sealed=None, identity_index=None)
    book = _book(held)
    found = book.choose(_wanted(CHILD, "Lê Thị Xuân", "191"), held.payee_id)
    assert found is not None
    assert (found.payee_id, found.identity_index, found.version) == (held.payee_id, b"191", 2)


def test_another_payee_is_another() -> None:
    held = _held()
    book = _book(held)
    other = book.choose(_wanted(CHILD, "Lê Văn Nội", "192"), held.payee_id)
    assert book.made == [other]
    assert book.changed == []


HELD = HeldAccount(UUID(int=7), UUID(int=8), "viettelpay", "requested", 1, b"n", None)
ACTIVE = replace(HELD, state="active", answered_at=AT)
OPENED = Answered("opened", None, b"n", AT)
LATER = AT + timedelta(hours=1)


@pytest.mark.parametrize(
    ("held", "said", "elsewhere", "settled"),
    [
        (HELD, OPENED, False, Settled("active", None)),
        (HELD, replace(OPENED, number_index=b"m"), False, Settled("active", None)),
        (HELD, replace(OPENED, name_verdict="near"), False, Settled("active", None)),
        (HELD, replace(OPENED, name_verdict="different"), False, Settled("refused", "holder_differs")),
        (replace(HELD, number_index=None), OPENED, False, Settled("active", None)),
        (HELD, OPENED, True, Settled("refused", "number_in_use")),
        (HELD, Answered("refused", "name_mismatch", None, AT), False, Settled("refused", "name_mismatch")),
        (HELD, replace(OPENED, number_index=None), False, Settled("refused", None)),
        (ACTIVE, OPENED, False, None),
        (ACTIVE, replace(OPENED, at=LATER), False, None),
        (ACTIVE, replace(OPENED, at=LATER, number_index=b"m"), False, Settled("active", None, other_number=True)),
        (ACTIVE, replace(OPENED, at=LATER, number_index=b"m"), True, Settled("active", None, other_number=True)),
        (ACTIVE, Answered("refused", "late", None, LATER), False, None),
        (replace(HELD, state="refused", answered_at=AT), replace(OPENED, at=LATER), False, None),
        (replace(HELD, state="declared"), OPENED, False, None),
    ],
)
def test_answers(held: HeldAccount, said: Answered, elsewhere: bool, settled: Settled | None) -> None:
    assert settle(held, said, elsewhere) == settled


ANSWERS = st.builds(
    Answered,
    outcome=st.sampled_from(["opened", "refused"]),
    reason=st.sampled_from([None, "late"]),
    number_index=st.sampled_from([None, b"n", b"m", b"k"]),
    at=st.integers(0, 5).map(lambda hours: AT + timedelta(hours=hours)),
    name_verdict=st.sampled_from(["match", "near", "different", "not_told"]),
)


@given(st.lists(st.tuples(ANSWERS, st.booleans()), max_size=12), st.sampled_from([None, b"n"]))
def test_whatever_a_provider_says_the_number_of_an_account_in_use_stays(
    said: list[tuple[Answered, bool]], asked_for: bytes | None
) -> None:
    held = replace(HELD, number_index=asked_for)
    in_use: bytes | None = None
    for answer, elsewhere in said:
        settled = settle(held, answer, elsewhere)
        if settled is None:
            continue
        if settled.other_number:
            assert (held.state, settled.state) == ("active", "active")
            held = replace(held, answered_at=answer.at)
            continue
        assert held.state == "requested", "an account is settled once"
        assert not (settled.state == "active" and (elsewhere or answer.name_verdict == "different"))
        in_use = answer.number_index if settled.state == "active" else None
        held = replace(held, state=settled.state, answered_at=answer.at, number_index=in_use or held.number_index)
    if in_use is not None:
        assert (held.state, held.number_index) == ("active", in_use)


@pytest.mark.parametrize("written", ["0912345678", "+84912345678", "84912345678", "091 234 5678", "0912.345.678"])
def test_a_wallet_is_a_phone_in_one_form(written: str) -> None:
    assert canonical_number("viettelpay", written) == "84912345678"
    assert canonical_number("vietinbank", "1081 4012 8869") == "108140128869"
