"""Refunds: money that providers hold of a run and nobody is to be paid with any more goes back to the Treasury."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ContractMoney:
    """What lies at a contract's providers and what of it open payments still claim, in đồng.

    `*_until` counts the run being closed and earlier runs; `*_all` counts later runs too.
    """

    contract_id: UUID
    held_until_dong: int
    open_until_dong: int
    held_all_dong: int
    open_all_dong: int

    @property
    def unspent_dong(self) -> int:
        """What may go back: unclaimed up to the run, and not already used by a later run."""
        until = self.held_until_dong - self.open_until_dong
        everything = self.held_all_dong - self.open_all_dong
        return max(0, min(until, everything))


@dataclass(frozen=True, slots=True)
class Refund:
    """What went back of one contract."""

    contract_id: UUID
    amount_dong: int
