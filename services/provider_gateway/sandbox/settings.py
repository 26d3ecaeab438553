"""What the sandbox can be told when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """`data` and `keys` are folders, made when absent. `webhooks_url` is where outcomes are posted, without the provider.

    `fault_rate` multiplies the default rates of all faults: 0 switches them off, 1 is the default.
    """

    data: Path
    keys: Path
    webhooks_url: str
    seed: int = 1
    fault_rate: float = 1.0
    hang_seconds: float = 3.0  # how long a "time-out" fault keeps the caller waiting
    not_found_seconds: float = 3.0  # how long after taking a payment an enquiry may still say "not found"
    processing_seconds: float = 0.05  # between taking a batch and booking it
    collection_days: int = 5  # a cash order not collected this many days after its pay day lapses
    starts_on: date = date(2021, 10, 1)  # business date of empty books
    adopt_accounts: bool = False  # a payment to an account never seen opens it under the payee's name
