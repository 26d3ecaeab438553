"""What an office posts, as the docs show it. A result list is signed inside the webhook too."""

from __future__ import annotations

import hashlib
import hmac

import orjson

from services.provider_gateway.connectors.cash_lists.wire import Office
from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.samples import Sample, StandardSamples
from services.provider_gateway.connectors.shape import WrongShape, as_object

_LIST = {
    "list_reference": "ABCDEFGHIJKLMNOPQRSTUVWXY2-19753",
    "results": [
        {"reference": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "amount_dong": 360000, "state": "paid", "reason": None},
        {"reference": "ABCDEFGHIJKLMNOPQRSTUVWXYA", "amount_dong": 540000, "state": "uncollected", "reason": "not_collected"},
    ],
}

SAMPLES = (
    Sample(
        "list_accepted",
        "A pay list was taken",
        b"""{"type": "list.accepted", "timestamp": "2021-10-05T02:00:01Z",
 "data": {"list_reference": "ABCDEFGHIJKLMNOPQRSTUVWXY2-19753", "references": ["ABCDEFGHIJKLMNOPQRSTUVWXYZ"]}}""",
    ),
    Sample(
        "orders_results",
        "A signed result list: cash orders were paid, not collected, or withdrawn",
        orjson.dumps(
            {
                "type": "orders.results",
                "timestamp": "2021-10-05T02:00:02Z",
                "data": {"result_list": orjson.dumps(_LIST).decode(), "signature": "filled in by the command below"},
            }
        ),
    ),
)


def office_samples(office: Office, keys: ProviderKeys) -> StandardSamples:
    """Signed with the secrets that both sides hold."""

    def complete(body: bytes) -> bytes:
        try:
            message = as_object(body)
        except WrongShape as error:
            raise ValueError(f"no message of an office's: {error}") from None
        data = message.get("data")
        if not isinstance(data, dict) or not isinstance(data.get("result_list"), str):
            return body
        secret = keys.secret(office.request_secret).encode()
        signature = hmac.new(secret, data["result_list"].encode(), hashlib.sha256).hexdigest()
        return orjson.dumps({**message, "data": {**data, "signature": signature}})

    return StandardSamples(SAMPLES, lambda: keys.secret(office.webhook_secret), complete)
