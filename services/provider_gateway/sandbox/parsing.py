"""Reading requests: size, shape and totals. A message names the field that is wrong, never the value."""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections import Counter
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from starlette.requests import Request

from services.provider_gateway.sandbox.errors import RequestRefused
from services.provider_gateway.sandbox.records import IncomingPayment

MAX_BODY_BYTES = 4_000_000
MAX_UNPACKED_BYTES = 8_000_000
MAX_PAYMENTS = 1000

Reference = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{26}$")]
BatchReference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=140)]
Msisdn = Annotated[str, StringConstraints(pattern=r"^84[0-9]{9}$")]
IdentityNumber = Annotated[str, StringConstraints(pattern=r"^([0-9]{9}|[0-9]{12})$")]
AccountNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{6,19}$")]
Amount = Annotated[int, Field(gt=0, le=10**12)]
After = Annotated[int, Field(ge=0, le=2**62)]  # the key of the last entry seen

T = TypeVar("T")


class Message(BaseModel):
    """Closed to unknown fields and without conversions: "360000" is not an amount."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


async def read_body(request: Request, most_bytes: int = MAX_BODY_BYTES) -> bytes:
    """The raw body. Raises 413 as soon as it grows past what is allowed."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most_bytes:
            raise RequestRefused(413, "too_large", f"A request is at most {most_bytes} bytes")
    return bytes(body)


def parse(adapter: TypeAdapter[T], raw: bytes | str) -> T:
    """JSON of the shape of `adapter`. Raises `malformed_json` (400) or `invalid_request` (422)."""
    try:
        return adapter.validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise RequestRefused(400, "malformed_json", "The body is not JSON") from None
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise RequestRefused(422, "invalid_request", f"{place}: {first['msg']}") from None


def unpack(packed: str) -> bytes:
    """Bytes from base64 of gzip. Raises `malformed_list` (400); a small bomb doesn't become a big one."""
    try:
        unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        content = unzip.decompress(base64.b64decode(packed, validate=True), MAX_UNPACKED_BYTES)
    except (binascii.Error, zlib.error, ValueError):
        raise RequestRefused(400, "malformed_list", "The list is not base64 of gzip") from None
    if not unzip.eof:
        raise RequestRefused(400, "malformed_list", "The list is cut short or too large")
    return content


def check_totals(payments: list[IncomingPayment], count: int, amount_dong: int) -> None:
    """Raises `totals_mismatch` or `reference_repeated` (422), either of which refuses the whole batch."""
    if len(payments) != count or sum(payment.amount_dong for payment in payments) != amount_dong:
        raise RequestRefused(422, "totals_mismatch", "Number or total of the payments differs from what the envelope says")
    references = Counter(payment.reference for payment in payments)
    if len(references) != len(payments):
        raise RequestRefused(422, "reference_repeated", "A reference stands twice in the batch")


def content_digest(payments: list[IncomingPayment]) -> str:
    """Tells a batch sent again from another one under the same reference."""
    return hashlib.sha256(repr([tuple(payment) for payment in payments]).encode()).hexdigest()
