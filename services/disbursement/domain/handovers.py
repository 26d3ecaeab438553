"""Authorities hand over in one dated act: who follows whom, and how money that lies at providers is divided.

What is open goes to the authority of its line's commune; what is done (paid, cancelled) stays in the books of who did it. So
the old authority ends with nothing open, and old and new together say the same as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from services.disbursement.domain.handover_refusals import NO_HEIR
from services.disbursement.domain.ledger import HANDED_OVER, Book, LedgerEntry
from shared.kernel.errors import Refusal
from shared.kernel.units import Unit


@dataclass(frozen=True, slots=True)
class Heir:
    """A commune of the authority that hands over, the authority that answers for it from now on, and the commune it is now.

    A commune that was divided has an heir for each part: a line goes where its person lives.
    """

    from_unit_id: str
    to_authority_id: str
    to_unit_id: str


@dataclass(frozen=True, slots=True)
class Handover:
    """A hand-over, as it is asked for and kept. `happened_on` is the first day of the authorities that follow."""

    handover_id: UUID
    from_authority_id: str
    happened_on: date
    paper: str
    heirs: tuple[Heir, ...]

    @property
    def asked(self) -> bytes:
        """A digest of what was asked: the same again is the same hand-over."""
        lines = sorted(f"{h.from_unit_id}|{h.to_authority_id}|{h.to_unit_id}" for h in self.heirs)
        return sha256("\n".join([self.from_authority_id, self.happened_on.isoformat(), self.paper, *lines]).encode()).digest()

    @property
    def to_authority_ids(self) -> tuple[str, ...]:
        """Those that follow, in the order in which they are named."""
        return tuple(dict.fromkeys(heir.to_authority_id for heir in self.heirs))


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What went over to one authority: obligations in flight and at rest, money at providers, contracts, and receivables with
    what is left of them."""

    authority_id: str
    in_flight: int
    in_flight_dong: int
    resting: int
    resting_dong: int
    money_dong: int
    contracts: int
    receivables: int
    receivables_dong: int


@dataclass(frozen=True, slots=True)
class KeptHandover:
    """A hand-over with who made it and what went over."""

    handover: Handover
    made_subject: str
    made_at: datetime
    parts: tuple[HandedOver, ...]


def check_units(handover: Handover, units: Mapping[str, Unit], today: date) -> None:
    """Refuse with `no-successor-authority` what can't follow: a unit that doesn't end before the day or begins after it, a
    commune that is no commune of the old authority, or of none of the new ones, a day that is not the first of a month."""
    on = handover.happened_on
    if on.day != 1 or on > today:
        raise Refusal(NO_HEIR, f"{on} is not the first day of a month that has begun", on=on)
    old = units[handover.from_authority_id]
    for heir in handover.heirs:
        commune, authority, now = units[heir.from_unit_id], units[heir.to_authority_id], units[heir.to_unit_id]
        if old.unit_id not in commune.path or authority.unit_id not in now.path:
            raise Refusal(NO_HEIR, f"{commune.unit_id} to {now.unit_id} of {authority.unit_id}", unit=commune.unit_id)
        if (commune.level, now.level) != ("commune", "commune") or authority.unit_id == old.unit_id:
            raise Refusal(NO_HEIR, f"{commune.unit_id} to {now.unit_id}: communes go to another authority", unit=commune.unit_id)
        for ends, begins in ((old, authority), (commune, now)):
            if ends.valid_to is None or ends.valid_to >= on or begins.valid_from > on:
                raise Refusal(NO_HEIR, f"{ends.unit_id} does not end before {on}, or {begins.unit_id} begins later")
            if begins.valid_to is not None and begins.valid_to < on:
                raise Refusal(NO_HEIR, f"{begins.unit_id} ended on {begins.valid_to}", unit=begins.unit_id)


def divide(unspent_dong: int, claims_dong: Mapping[str, int], authorities: Sequence[str]) -> dict[str, int]:
    """Money of a contract that no open payment claims: each authority, in the order named, gets as much as its returned and
    unclaimed lines of this contract come to, as long as there is some; the first gets the rest, to give it back.

    Nothing is lost or made: the parts add up to `unspent_dong`.
    """
    left_dong = unspent_dong
    parts = dict.fromkeys(authorities, 0)
    for authority in authorities:
        parts[authority] = max(0, min(left_dong, claims_dong.get(authority, 0)))
        left_dong -= parts[authority]
    parts[authorities[0]] += left_dong
    return {authority: dong for authority, dong in parts.items() if dong}


@dataclass(frozen=True, slots=True)
class Passage:
    """Something of one run that lies in an account of a book and goes from one authority to another. `account` is a place in
    book `obligations`, else a provider's account, `payees` or `receivable`."""

    book: Book
    run_id: UUID
    account: str
    from_authority_id: str
    to_authority_id: str
    amount_dong: int
    obligations: int = 0
    benefit_month: date | None = None
    contract_id: UUID | None = None
    provider: str | None = None
    channel: str | None = None
    about_run_id: UUID | None = None

    @property
    def entries(self) -> list[LedgerEntry]:
        """Two rows: out of the old authority's account, into the new one's."""
        out = (self.from_authority_id, self.account, HANDED_OVER)
        into = (self.to_authority_id, HANDED_OVER, self.account)
        return [
            LedgerEntry(
                book=self.book,
                run_id=self.run_id,
                authority_id=authority_id,
                from_account=source,
                to_account=target,
                amount_dong=self.amount_dong,
                cause="handover",
                obligations=self.obligations,
                benefit_month=self.benefit_month,
                contract_id=self.contract_id,
                provider=self.provider,
                channel=self.channel,
                about_run_id=self.about_run_id,
            )
            for authority_id, source, target in (out, into)
        ]
