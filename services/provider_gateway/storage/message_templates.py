"""The messages' texts, as `shared/data/sms_templates.csv` has them."""

from __future__ import annotations

from functools import cache

from services.provider_gateway.domain.messages import Templates
from shared.reference import read_rows


@cache
def load_templates() -> Templates:
    """All texts, by kind and way."""
    return {(row["kind"], row["way"]): row["text"] for row in read_rows("sms_templates.csv")}
