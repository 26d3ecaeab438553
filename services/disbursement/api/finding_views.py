"""Wire models of findings."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.payroll_views import PayrollView
from services.disbursement.use_cases.look_for_findings import Found

_FINDING: JsonDict = {
    "finding_id": "payee-shared:0190a1b2-0000-7000-8000-000000000001",
    "code": "payee-shared",
    "severity": "block",
    "measured": "6",
    "threshold": "5",
    "lines": [3, 9, 10, 14, 15, 22],
    "vi": "Một người nhận thay cho 6 đối tượng (mức kiểm soát: 5): HUE-0000123, ...",
    "en": "One payee receives for 6 beneficiaries (gate: 5): HUE-0000123, ...",
    "accepted_by": None,
    "accepted_reason": None,
}


class FindingView(BaseModel):
    """Something doubtful of a payroll. What blocks and isn't accepted stands in the approval's way."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FINDING]})

    finding_id: str
    code: str
    severity: Literal["warn", "block"]
    measured: Decimal = Field(description="Times, people, years, đồng or per cent, as the gate has it.")
    threshold: Decimal
    lines: list[int] = Field(description="The first ten line numbers; empty where it is of the payroll as a whole.")
    vi: str
    en: str
    accepted_by: str | None
    accepted_reason: str | None

    @classmethod
    def of(cls, found: Found) -> FindingView:
        """As it goes over the wire."""
        finding, accepted = found.finding, found.acceptance
        assert finding.severity != "off", "a gate that is off finds nothing"
        return cls(
            finding_id=finding.finding_id,
            code=finding.code,
            severity=finding.severity,
            measured=finding.measured,
            threshold=finding.threshold,
            lines=list(finding.lines),
            vi=finding.vi,
            en=finding.en,
            accepted_by=accepted.accepted_by if accepted else None,
            accepted_reason=accepted.reason if accepted else None,
        )


class FindingList(BaseModel):
    """All findings of a payroll as it stands now, at most 500 of one gate."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_FINDING]}]})

    items: list[FindingView]


class PreparedView(PayrollView):
    """A payroll just prepared, and what the gates find in it."""

    findings: list[FindingView]
