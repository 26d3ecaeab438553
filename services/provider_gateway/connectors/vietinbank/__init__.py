"""VietinBank (simulated, unofficial): transfers to accounts."""

from __future__ import annotations

from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.connectors.signed_requests import SignedRequests
from services.provider_gateway.connectors.transport import Transport
from services.provider_gateway.connectors.vietinbank.accounts import VietinAccounts
from services.provider_gateway.connectors.vietinbank.days import VietinDays
from services.provider_gateway.connectors.vietinbank.enquiry import VietinEnquiry
from services.provider_gateway.connectors.vietinbank.payments import VietinPayments
from services.provider_gateway.connectors.vietinbank.samples import vietin_samples
from services.provider_gateway.connectors.vietinbank.webhooks import VietinWebhooks
from services.provider_gateway.connectors.vietinbank.wire import CLIENT_KEY


def connect(transport: Transport, keys: ProviderKeys) -> Connector:
    """The connector."""
    requests = SignedRequests(transport, lambda content: keys.rsa_sign(CLIENT_KEY, content))
    return Connector(
        name="vietinbank",
        payments=VietinPayments(requests),
        enquiry=VietinEnquiry(requests),
        webhooks=VietinWebhooks(keys),
        accounts=VietinAccounts(requests),
        days=VietinDays(requests),
        samples=vietin_samples(keys),
        close=transport.close,
    )
