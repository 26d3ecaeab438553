"""VietinBank (simulated, unofficial): transfers to accounts, by ISO 20022 files over HTTP or a drop folder."""

from __future__ import annotations

from pathlib import Path

from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.connectors.signed_requests import SignedRequests
from services.provider_gateway.connectors.transport import Transport
from services.provider_gateway.connectors.vietinbank.accounts import VietinAccounts
from services.provider_gateway.connectors.vietinbank.days import VietinDays
from services.provider_gateway.connectors.vietinbank.enquiry import VietinEnquiry
from services.provider_gateway.connectors.vietinbank.files import VietinFiles
from services.provider_gateway.connectors.vietinbank.folder_way import FolderWay
from services.provider_gateway.connectors.vietinbank.http_way import HttpWay
from services.provider_gateway.connectors.vietinbank.iso.pain001 import Debtor
from services.provider_gateway.connectors.vietinbank.payments import VietinPayments
from services.provider_gateway.connectors.vietinbank.samples import vietin_samples
from services.provider_gateway.connectors.vietinbank.ways import BankWay
from services.provider_gateway.connectors.vietinbank.webhooks import VietinWebhooks
from services.provider_gateway.connectors.vietinbank.wire import CLIENT_KEY, PROFILE, SIMULATED_DEBTOR, read_debtor


def connect(transport: Transport, keys: ProviderKeys, folder: Path | None = None) -> Connector:
    """The connector. With a folder payments go over it; the days are then told by the statements that come."""
    requests = SignedRequests(transport, lambda content: keys.rsa_sign(CLIENT_KEY, content))
    way: BankWay = HttpWay(requests) if folder is None else FolderWay(folder)

    def debtor() -> Debtor:
        profile = keys.document(PROFILE)
        return SIMULATED_DEBTOR if profile is None else read_debtor(profile)

    return Connector(
        name="vietinbank",
        payments=VietinPayments(way, debtor),
        enquiry=VietinEnquiry(way),
        webhooks=VietinWebhooks(keys),
        channels=("account",),
        accounts=VietinAccounts(requests),
        days=VietinDays(requests) if folder is None else None,
        files=VietinFiles(way, debtor),
        samples=vietin_samples(keys),
        close=transport.close,
    )
