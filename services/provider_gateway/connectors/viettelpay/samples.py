"""What ViettelPay posts, as the docs show it: `data` is text that holds JSON, and the signature stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.samples import JSON, Sample, SignedSample
from services.provider_gateway.connectors.shape import WrongShape, as_object, text

PROVIDER_PRIVATE_KEY = "viettelpay_provider_private"


def _body(cmd: str, data: dict[str, Any]) -> bytes:
    whole = {"notifyId": "n-1", "notifyTime": "2021-10-05T02:00:02+00:00", **data}
    return orjson.dumps({"cmd": cmd, "data": orjson.dumps(whole).decode(), "signature": "filled in by the command below"})


SAMPLES = (
    Sample(
        "batch_accepted",
        "A batch was taken",
        _body("VTP306_ACCEPTED", {"orderId": "ABCDEFGHIJKLMNOPQRSTUVWXY2", "transIds": ["ABCDEFGHIJKLMNOPQRSTUVWXYZ"]}),
    ),
    Sample(
        "transactions_results",
        "Transactions ended",
        _body(
            "VTP306_RESULT",
            {
                "orderId": "ABCDEFGHIJKLMNOPQRSTUVWXY2",
                "results": [
                    {"transId": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "state": "DISB_SUCCESS", "errorCode": "00", "amount": 360000},
                    {"transId": "ABCDEFGHIJKLMNOPQRSTUVWXYA", "state": "DISB_FAILED", "errorCode": "13", "amount": 540000},
                ],
            },
        ),
    ),
    Sample(
        "openings_results",
        "Wallets were opened or refused",
        _body(
            "VTP310_RESULT",
            {
                "results": [
                    {
                        "openId": "0190e7a4-0000-7000-8000-000000000002",
                        "state": "REFUSED",
                        "reason": "identity_document_expired",
                        "msisdn": None,
                        "customerName": None,
                        "nameFound": None,
                    }
                ]
            },
        ),
    ),
)


class ViettelSamples:
    """Signed with ViettelPay's private key, which only demo and test have."""

    samples: Sequence[Sample] = SAMPLES

    def __init__(self, keys: ProviderKeys) -> None:
        self._keys = keys

    def sign(self, body: bytes, delivery_id: str, at: datetime) -> SignedSample:
        """`notifyId`, `notifyTime` and `signature` filled in."""
        try:
            message = as_object(body)
            cmd, data = text(message, "cmd"), as_object(text(message, "data"))
        except WrongShape as error:
            raise ValueError(f"no message of ViettelPay's: {error}") from None
        signed = orjson.dumps({**data, "notifyId": delivery_id, "notifyTime": at.isoformat()}).decode()
        signature = self._keys.rsa_sign(PROVIDER_PRIVATE_KEY, f"{cmd}\n{signed}".encode())
        return SignedSample({"content-type": JSON}, orjson.dumps({"cmd": cmd, "data": signed, "signature": signature}))
