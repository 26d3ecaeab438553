"""What a provider's saying makes of a request for an account. Pure.

A request is named by the account and, from the second asking on, by its number: a refused account may be asked for again with
other papers, and what is said of the first asking is then no answer to the second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from services.provider_gateway.domain.attempt import Verdict

State = Literal["waiting", "asked", "opened", "refused"]
Outcome = Literal["received", "opened", "refused"]


@dataclass(frozen=True, slots=True)
class AccountHeld:
    """A request as held. `number_index`: blind index of the number that was opened."""

    account_id: UUID
    state: State
    asking: int
    unit_id: str
    holder_name: str
    number_index: bytes | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has no answer yet."""
        return self.state in ("waiting", "asked")


def request_name(account_id: UUID, asking: int) -> str:
    """What the provider knows the request by: at most 40 characters."""
    return str(account_id) if asking == 1 else f"{account_id}-{asking}"


def read_request_name(name: str) -> tuple[UUID, int] | None:
    """Account and asking; None for a name that we never gave."""
    account, asking = name[:36], name[36:]
    try:
        account_id = UUID(account)
        number = int(asking.removeprefix("-")) if asking else 1
    except ValueError:
        return None
    return (account_id, number) if request_name(account_id, number) == name else None


def judge_account(held: AccountHeld, asking: int, outcome: Outcome, number_index: bytes | None) -> tuple[Verdict, AccountHeld]:
    """What is said of one asking, seen from what is held: the verdict, and the request as it then is.

    "Opened" without a number opens nothing: it goes on being asked for. Contradictions: opened with two numbers, refused what
    was opened, opened what was refused, or opened for an asking that was given up.
    """
    meant: Outcome = "received" if outcome == "opened" and number_index is None else outcome
    if asking != held.asking:
        given_up_and_opened = asking < held.asking and meant == "opened" and number_index != held.number_index
        return (Verdict.CONTRADICTION if given_up_and_opened else Verdict.STALE), held
    if held.is_open:
        state: State = "asked" if meant == "received" else meant
        return Verdict.APPLIED, replace(held, state=state, number_index=number_index if state == "opened" else None)
    if meant == "received" or (meant == "refused" and held.state == "refused"):
        return Verdict.STALE, held
    if held.state == "opened" and meant == "opened" and held.number_index in (None, number_index):
        return Verdict.STALE, held
    return Verdict.CONTRADICTION, held
