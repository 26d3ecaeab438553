"""What a provider's word on an account's holder comes to: nothing, an officer's look, or a hold."""

from __future__ import annotations

import pytest

from services.registry.domain.holds import HOLD_REASONS
from services.registry.domain.name_evidence import HOLDS_OF_ACCOUNTS, Evidence, judge_again, judge_first
from services.registry.domain.proposals import PROPOSAL_KINDS

PAYEE = "Nguyễn Thị Hòa"
GOOD = Evidence(PAYEE, "NGUYEN THI HOA", "match", None)
NEAR_WAITING = Evidence(PAYEE, "NGUYEN HOA", "near", "waiting")
NEAR_ACCEPTED = Evidence(PAYEE, "NGUYEN HOA", "near", "accepted")
OTHER_ACCEPTED = Evidence(PAYEE, "TRAN VAN BA", "different", "accepted")
RENAMED = Evidence("Nguyễn Thị Hoa Lý", "NGUYEN THI HOA LY", "match", None)


@pytest.mark.parametrize(
    ("outcome", "holder", "before", "expected"),
    [
        ("named", "NGUYEN THI HOA", None, ("match", None, None)),
        ("named", "NGUYEN THI HOA", NEAR_WAITING, ("match", None, None)),
        ("named", "NGUYEN HOA", GOOD, ("near", "waiting", None)),
        ("named", "NGUYEN HOA", NEAR_WAITING, None),
        ("named", "Nguyễn Hòa", NEAR_ACCEPTED, ("match", None, None)),
        ("named", "NGUYEN T HOA", NEAR_ACCEPTED, ("near", "waiting", None)),
        ("named", "TRAN VAN BA", GOOD, ("different", "waiting", "holder_changed")),
        ("named", "TRAN VAN BA", NEAR_ACCEPTED, ("different", "waiting", "holder_changed")),
        ("named", "TRAN VAN BA", OTHER_ACCEPTED, ("match", None, None)),
        ("named", "TRAN VAN BA", None, ("different", "waiting", "holder_differs")),
        ("named", "TRAN VAN BA", NEAR_WAITING, ("different", "waiting", "holder_differs")),
        ("named", "TRAN VAN BA", RENAMED, ("different", "waiting", "holder_differs")),
        ("named", None, GOOD, ("not_told", None, None)),
        ("other_name", None, GOOD, ("different", "waiting", "holder_changed")),
        ("other_name", None, RENAMED, ("different", "waiting", "holder_differs")),
        ("not_found", None, GOOD, ("no_account", None, None)),
        ("locked", None, None, ("no_account", None, None)),
        ("unavailable", None, GOOD, None),
    ],
)
def test_of_an_account_in_use(
    outcome: str, holder: str | None, before: Evidence | None, expected: tuple[str, str | None, str | None] | None
) -> None:
    found = judge_again(PAYEE, outcome, holder, before)
    assert (None if found is None else (found.verdict, found.review, found.hold)) == expected
    if found is not None:
        assert (found.proposal is not None) == (found.verdict in ("different", "no_account"))


@pytest.mark.parametrize(
    ("holder", "verdict", "review"),
    [
        ("NGUYEN THI HOA", "match", None),
        ("NGUYEN HOA", "near", "waiting"),
        ("LE VAN BA", "different", None),
        (None, "not_told", None),
    ],
)
def test_of_an_account_that_nobody_is_paid_into_yet(holder: str | None, verdict: str, review: str | None) -> None:
    found = judge_first(PAYEE, holder)
    assert (found.verdict, found.review, found.hold) == (verdict, review, None)


def test_officers_read_why_but_place_none_of_these_by_hand() -> None:
    for code in HOLDS_OF_ACCOUNTS:
        assert HOLD_REASONS[code].message_vi
        assert not HOLD_REASONS[code].by_officer
    assert {"account_holder_differs", "account_number_changed", "account_unusable"} <= set(PROPOSAL_KINDS)
