"""ViettelPay (simulated, unofficial): wallets, and cash at Viettel's points."""

from __future__ import annotations

from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.connectors.transport import Transport
from services.provider_gateway.connectors.viettelpay.accounts import ViettelAccounts, wallet_form
from services.provider_gateway.connectors.viettelpay.days import ViettelDays
from services.provider_gateway.connectors.viettelpay.enquiry import ViettelEnquiry
from services.provider_gateway.connectors.viettelpay.payments import ViettelPayments
from services.provider_gateway.connectors.viettelpay.samples import ViettelSamples
from services.provider_gateway.connectors.viettelpay.webhooks import ViettelWebhooks
from services.provider_gateway.connectors.viettelpay.wire import ViettelWire


def connect(transport: Transport, keys: ProviderKeys) -> Connector:
    """The connector."""
    wire = ViettelWire(transport, keys)
    return Connector(
        name="viettelpay",
        payments=ViettelPayments(wire),
        enquiry=ViettelEnquiry(wire),
        webhooks=ViettelWebhooks(wire),
        channels=("wallet", "cash"),
        accounts=ViettelAccounts(wire),
        days=ViettelDays(wire),
        number_form=wallet_form,
        samples=ViettelSamples(keys),
        close=transport.close,
    )
