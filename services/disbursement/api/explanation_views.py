"""Wire models of an explanation: lines of an amount, to whom, steps in time, and why not, each a sentence in Vietnamese and
English."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.disbursement.domain.explanation import AmountLine, Receiver, Role, to_whom
from services.disbursement.domain.payment_story import StoryStep
from services.disbursement.domain.standing import Standing


class AmountLineView(BaseModel):
    """One part of an amount: `law`, `campaign`, `topup`, `earlier-revisions` (taken off) of an obligation; `own-month`,
    `arrears`, `difference` of a payment. The lines add up to the amount."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "arrears",
                    "amount_dong": 540_000,
                    "vi": "Truy lĩnh trợ cấp hằng tháng tháng 09/2021: 540.000 đồng.",
                    "en": "Arrears of the monthly allowance for 09/2021: 540,000 dong.",
                }
            ]
        }
    )

    code: str
    amount_dong: int = Field(description="Below nought where it is taken off.")
    vi: str
    en: str

    @classmethod
    def of(cls, line: AmountLine) -> AmountLineView:
        """As the rule says it."""
        return cls(code=line.code, amount_dong=line.amount_dong, vi=line.vi, en=line.en)


class StoryStepView(BaseModel):
    """A step of a payment: `drawn-up` or `drawn-up-again`, `prepared`, `approved`, `funded`, `released`, `instructed`,
    `accepted`, and how it ended: `paid`, `rejected`, `returned`, `unclaimed`, `removed`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "approved",
                    "at": "2021-09-22T03:00:00Z",
                    "by": "minh",
                    "vi": "Cán bộ minh đã phê duyệt.",
                    "en": "Approved by minh.",
                }
            ]
        }
    )

    code: str
    at: datetime | None
    by: str | None
    vi: str
    en: str

    @classmethod
    def of(cls, step: StoryStep) -> StoryStepView:
        """As the rule says it."""
        return cls(code=step.code, at=step.at, by=step.by, vi=step.vi, en=step.en)


class StandingView(BaseModel):
    """Why money was not paid, or not yet."""

    code: str
    vi: str
    en: str

    @classmethod
    def of(cls, standing: Standing) -> StandingView:
        """As the rule says it."""
        return cls(code=standing.code, vi=standing.vi, en=standing.en)


class ReceiverView(BaseModel):
    """Who receives an obligation as the registry says it now; its payments say who was paid."""

    role: Role
    name: str
    relationship: str
    vi: str
    en: str

    @classmethod
    def of(cls, receiver: Receiver) -> ReceiverView:
        """As the rule says it."""
        vi, en = to_whom(receiver)
        return cls(role=receiver.role, name=receiver.name, relationship=receiver.relationship, vi=vi, en=en)
