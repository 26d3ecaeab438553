"""Wire models of what receivables come to."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class DebtSums(BaseModel):
    """Sums in đồng."""

    established_dong: int
    repaid_dong: int
    written_off_dong: int
    withdrawn_dong: int
    given_back_dong: int
    taken_over_dong: int = Field(description="From authorities that handed over, less what went to those that follow.")


_SUMS: dict[str, Any] = {
    "established_dong": 720_000,
    "repaid_dong": 200_000,
    "written_off_dong": 0,
    "withdrawn_dong": 0,
    "given_back_dong": 0,
    "taken_over_dong": 0,
}


class ReceivableTotalsView(BaseModel):
    """What receivables come to, by their rows and by the ledger, which must say the same."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rows": _SUMS, "ledger": _SUMS, "left_dong": 520_000, "books_balance": True}]}
    )

    rows: DebtSums
    ledger: DebtSums
    left_dong: int
    books_balance: bool
