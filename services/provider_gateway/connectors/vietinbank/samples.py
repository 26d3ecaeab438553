"""What VietinBank posts, as the docs show it."""

from __future__ import annotations

from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.samples import Sample, StandardSamples
from services.provider_gateway.connectors.vietinbank.wire import WEBHOOK_SECRET

SAMPLES = (
    Sample(
        "batch_accepted",
        "A batch was taken",
        b"""{"type": "batch.accepted", "timestamp": "2021-10-05T02:00:01Z",
 "data": {"batch_reference": "ABCDEFGHIJKLMNOPQRSTUVWXY2", "references": ["ABCDEFGHIJKLMNOPQRSTUVWXYZ"]}}""",
    ),
    Sample(
        "payments_results",
        "Payments were credited, refused or returned",
        b"""{"type": "payments.results", "timestamp": "2021-10-05T02:00:02Z",
 "data": {"batch_reference": "ABCDEFGHIJKLMNOPQRSTUVWXY2", "results": [
  {"reference": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "amount_dong": 360000, "state": "credited", "reason": null,
   "booked_on": "2021-10-05"},
  {"reference": "ABCDEFGHIJKLMNOPQRSTUVWXYA", "amount_dong": 540000, "state": "refused", "reason": "name_mismatch",
   "booked_on": null}]}}""",
    ),
    Sample(
        "account_openings_answers",
        "Accounts were opened or refused",
        """{"type": "account_openings.answers", "timestamp": "2021-10-05T02:00:03Z",
 "data": {"answers": [{"request_id": "0190e7a4-0000-7000-8000-000000000002", "state": "opened", "reason": null,
  "account_number": "100000000007", "holder_name": "Nguyễn Thị Hoa", "name_found": null,
  "answered_on": "2021-10-05"}]}}""".encode(),
    ),
)


def vietin_samples(keys: ProviderKeys) -> StandardSamples:
    """Signed with the secret that both sides hold."""
    return StandardSamples(SAMPLES, lambda: keys.secret(WEBHOOK_SECRET))
