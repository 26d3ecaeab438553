"""Offices that hand out cash against lists (simulated, unofficial): what the post and the communes' cashiers have in common.

A list is for one pay point, so a batch over several communes is several lists, each named after batch and pay point.
"""

from __future__ import annotations

from services.provider_gateway.connectors.cash_lists.days import OfficeDays
from services.provider_gateway.connectors.cash_lists.enquiry import ListEnquiry
from services.provider_gateway.connectors.cash_lists.payments import ListPayments
from services.provider_gateway.connectors.cash_lists.samples import office_samples
from services.provider_gateway.connectors.cash_lists.webhooks import ListWebhooks
from services.provider_gateway.connectors.cash_lists.wire import Office, OfficeWire
from services.provider_gateway.connectors.cash_lists.withdrawals import ListWithdrawals
from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.connectors.transport import Transport


def connect_office(office: Office, transport: Transport, keys: ProviderKeys) -> Connector:
    """The connector of an office."""
    wire = OfficeWire(office, transport, keys)
    return Connector(
        name=office.name,
        payments=ListPayments(wire),
        enquiry=ListEnquiry(wire),
        webhooks=ListWebhooks(wire, keys),
        channels=(office.channel,),
        days=OfficeDays(wire),
        withdrawals=ListWithdrawals(wire),
        samples=office_samples(office, keys),
        close=transport.close,
    )
