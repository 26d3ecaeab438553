"""Who receives: one payee for each person who does, whether for oneself or for several others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from services.registry.domain.people import name_key


@dataclass(frozen=True, slots=True)
class Payee:
    """A payee. Numbers are sealed; indexes tell whether two are the same."""

    payee_id: UUID
    version: int
    self_of: UUID | None
    full_name: str
    identity_kind: str | None
    identity_sealed: str | None
    identity_index: bytes | None
    phone_sealed: str | None
    phone_index: bytes | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a list row names to receive for `beneficiary_id`; `phone_is_new` where it differs from what the list said before."""

    beneficiary_id: UUID
    is_self: bool
    full_name: str
    identity_kind: str | None
    identity_sealed: str | None
    identity_index: bytes | None
    phone_sealed: str | None
    phone_index: bytes | None
    phone_is_new: bool


class PayeeBook:
    """A commune's payees while one of its lists is confirmed: finds, makes and changes them, and knows which it touched."""

    def __init__(self, held: Iterable[Payee], new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        self._by_id: dict[UUID, Payee] = {}
        self._by_number: dict[bytes, UUID] = {}
        self._by_self: dict[UUID, UUID] = {}
        self._made: set[UUID] = set()
        self._changed: set[UUID] = set()
        for payee in held:
            self._keep(payee)

    @property
    def made(self) -> list[Payee]:
        """Payees that did not exist before."""
        return [self._by_id[payee_id] for payee_id in self._by_id if payee_id in self._made]

    @property
    def changed(self) -> list[Payee]:
        """Payees that did, and are another version now."""
        return [self._by_id[payee_id] for payee_id in self._by_id if payee_id in self._changed]

    def finds(self, wanted: Wanted, current: UUID | None) -> UUID | None:
        """The payee that `choose` would take, None where it would make one; nothing changes."""
        found = self._find(wanted, current)
        return found.payee_id if found else None

    def choose(self, wanted: Wanted, current: UUID | None) -> Payee | None:
        """The payee that a row names; None where its number stands for somebody of another name.

        `current` is the beneficiary's payee until now.
        """
        found = self._find(wanted, current)
        if found is None:
            return self._make(wanted)
        own = found.payee_id == current or (wanted.is_self and found.self_of in (None, wanted.beneficiary_id))
        if not own and name_key(found.full_name) != name_key(wanted.full_name):
            return None
        return self._bring_up_to_date(found, wanted, own)

    def _find(self, wanted: Wanted, current: UUID | None) -> Payee | None:
        if wanted.identity_index and wanted.identity_index in self._by_number:
            return self._by_id[self._by_number[wanted.identity_index]]
        if wanted.is_self:
            own = self._by_self.get(wanted.beneficiary_id)
            return self._by_id[own] if own else None
        held = self._by_id.get(current) if current else None
        if held is None or held.self_of is not None or name_key(held.full_name) != name_key(wanted.full_name):
            return None
        return held if held.identity_index is None or wanted.identity_index is None else None

    def _bring_up_to_date(self, payee: Payee, wanted: Wanted, own: bool) -> Payee:
        fresh = payee
        if own:
            fresh = replace(fresh, full_name=wanted.full_name)
        if wanted.is_self and fresh.self_of is None and wanted.beneficiary_id not in self._by_self:
            fresh = replace(fresh, self_of=wanted.beneficiary_id)
        if wanted.identity_index and wanted.identity_index != fresh.identity_index:
            fresh = replace(
                fresh,
                identity_kind=wanted.identity_kind,
                identity_sealed=wanted.identity_sealed,
                identity_index=wanted.identity_index,
            )
        phone_differs = wanted.phone_index is not None and wanted.phone_index != fresh.phone_index
        if phone_differs and (fresh.phone_index is None or (own and wanted.phone_is_new)):
            fresh = replace(fresh, phone_sealed=wanted.phone_sealed, phone_index=wanted.phone_index)
        if fresh == payee:
            return payee
        if payee.payee_id not in self._made and payee.payee_id not in self._changed:
            fresh = replace(fresh, version=payee.version + 1)
            self._changed.add(payee.payee_id)
        return self._keep(fresh)

    def _make(self, wanted: Wanted) -> Payee:
        payee = Payee(
            payee_id=self._new_id(),
            version=1,
            self_of=wanted.beneficiary_id if wanted.is_self else None,
            full_name=wanted.full_name,
            identity_kind=wanted.identity_kind,
            identity_sealed=wanted.identity_sealed,
            identity_index=wanted.identity_index,
            phone_sealed=wanted.phone_sealed,
            phone_index=wanted.phone_index,
        )
        self._made.add(payee.payee_id)
        return self._keep(payee)

    def _keep(self, payee: Payee) -> Payee:
        self._by_id[payee.payee_id] = payee
        if payee.identity_index:
            self._by_number[payee.identity_index] = payee.payee_id
        if payee.self_of:
            self._by_self[payee.self_of] = payee.payee_id
        return payee
