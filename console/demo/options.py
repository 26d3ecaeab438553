"""What the demo can be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Options of `./chitra demo`."""

    beneficiaries: int
    months: int
    seed: int
    json_file: str | None
    kill: bool
    stay: bool
    distributed: bool
    home: Path  # where the platform of the demo lives; made anew
    out: Path  # demo-out/: lists, reports, statements
    faults: bool = True
    port: int | None = None
    patience: float = 1.0  # how many times longer than on a quiet machine an answer of a provider is waited for
