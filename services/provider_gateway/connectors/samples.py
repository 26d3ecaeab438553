"""Samples of webhooks: what each provider posts, as the docs show it, and how a test makes one that is rightly signed.

Only an installation that holds the provider's half of the keys too (demo, test) can sign. One file `samples.py` a connector.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from standardwebhooks import Webhook

JSON, XML = "application/json", "application/xml"


@dataclass(frozen=True, slots=True)
class Sample:
    """One webhook. `name` is unique for its provider; `body` stands as the docs show it, not signed yet."""

    name: str
    summary: str
    body: bytes


@dataclass(frozen=True, slots=True)
class SignedSample:
    """A webhook ready to be posted."""

    headers: Mapping[str, str]
    body: bytes


def content_type(body: bytes) -> str:
    """What a body is, JSON or XML: one provider may post both."""
    return XML if body.lstrip()[:1] == b"<" else JSON


class WebhookSamples(Protocol):
    """What a provider posts."""

    samples: Sequence[Sample]

    def sign(self, body: bytes, delivery_id: str, at: datetime) -> SignedSample:
        """The body as the provider would send it at this time: id, time and all its signatures filled in. Raises OSError
        where the provider's half of the keys is not here, ValueError where the body has not the shape that samples have."""


class StandardSamples:
    """For providers that use Standard Webhooks. `complete` fills in what is signed inside the body, where there is such."""

    def __init__(
        self, samples: Sequence[Sample], load_secret: Callable[[], str], complete: Callable[[bytes], bytes] = lambda body: body
    ) -> None:
        self.samples = samples
        self._load_secret = load_secret
        self._complete = complete

    def sign(self, body: bytes, delivery_id: str, at: datetime) -> SignedSample:
        """Headers `webhook-id`, `webhook-timestamp`, `webhook-signature`."""
        whole = self._complete(body)
        headers = {
            "content-type": content_type(whole),
            "webhook-id": delivery_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(self._load_secret()).sign(delivery_id, at, whole.decode()),
        }
        return SignedSample(headers, whole)
