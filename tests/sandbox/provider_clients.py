"""What a client of the four providers does, written from docs/providers/; shares no code with sandbox or gateway."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import itertools
import json
import time
from typing import Any
from xml.etree import ElementTree

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tests.sandbox.bank_files import pain001, read_report
from tests.sandbox.sandbox_process import RunningSandbox

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PARTNER = "http://partnerapi.bankplus.viettel.com/"

_numbers = itertools.count(1)


def new_reference() -> str:
    """26 characters, never the same twice."""
    return base64.b32encode(hashlib.sha256(f"payment {next(_numbers)}".encode()).digest()).decode()[:26]


def new_name(kind: str) -> str:
    """A batch reference, never the same twice."""
    return f"{kind}-{next(_numbers)}"


def gzip_base64(rows: list[Any]) -> str:
    return base64.b64encode(gzip.compress(json.dumps(rows).encode())).decode()


def soap_call(cmd: str, data: str, signature: str) -> bytes:
    envelope = ElementTree.Element(f"{{{SOAP}}}Envelope")
    process = ElementTree.SubElement(ElementTree.SubElement(envelope, f"{{{SOAP}}}Body"), f"{{{PARTNER}}}process")
    for name, text in (("cmd", cmd), ("data", data), ("signature", signature)):
        ElementTree.SubElement(process, name).text = text
    body: bytes = ElementTree.tostring(envelope, encoding="utf-8", xml_declaration=True)
    return body


def soap_return(body: bytes) -> str:
    found = ElementTree.fromstring(body).findtext(f"{{{SOAP}}}Body/{{{PARTNER}}}processResponse/return")
    assert found, body
    return found


class Providers:
    """Signed calls to each provider and to /admin."""

    def __init__(self, sandbox: RunningSandbox, http: httpx.Client) -> None:
        self.sandbox, self.http = sandbox, http
        self._rsa = {name: sandbox.private_key(name) for name in ("viettelpay_client", "vietinbank_client")}
        self._viettelpay = sandbox.public_key("viettelpay_provider")

    # --- ViettelPay

    def viettel_post(self, cmd: str, content: dict[str, Any], *, signature: str | None = None) -> httpx.Response:
        data = json.dumps(content, ensure_ascii=False)
        signed = signature or self._rsa_sign("viettelpay_client", data.encode())
        return self.viettel_raw(soap_call(cmd, data, signed))

    def viettel_raw(self, body: bytes, content_type: str = "text/xml; charset=utf-8") -> httpx.Response:
        headers = {"content-type": content_type, "soapaction": '"process"'}
        return self.http.post("/viettelpay/process", content=body, headers=headers)

    def viettel(self, cmd: str, order_id: str, rows: list[Any] | None = None, **fields: Any) -> dict[str, Any]:
        """What ViettelPay answered, its signature verified; its list under `rows`."""
        packed = {} if rows is None else {"data": gzip_base64(rows)}
        return self.viettel_answer(self.viettel_post(cmd, {"orderId": order_id, **fields, **packed}))

    def viettel_answer(self, answer: httpx.Response) -> dict[str, Any]:
        """The answer's envelope with its list under `rows`. Raises InvalidSignature for what ViettelPay didn't sign."""
        assert answer.status_code == 200, answer.text
        message = json.loads(soap_return(answer.content))
        self._viettel_verify(message["data"].encode(), message["signature"])
        envelope: dict[str, Any] = json.loads(message["data"])
        envelope["rows"] = json.loads(gzip.decompress(base64.b64decode(envelope.pop("data"))))
        return envelope

    def viettel_notice(self, message: dict[str, str]) -> dict[str, Any]:
        """A webhook's data. Raises InvalidSignature for what ViettelPay didn't sign."""
        self._viettel_verify(f"{message['cmd']}\n{message['data']}".encode(), message["signature"])
        data: dict[str, Any] = json.loads(message["data"])
        return data

    def _viettel_verify(self, content: bytes, signature: str) -> None:
        self._viettelpay.verify(base64.b64decode(signature), content, padding.PKCS1v15(), hashes.SHA256())

    @staticmethod
    def viettel_order(payments: list[dict[str, Any]], order_id: str | None = None, channel: str = "WALLET") -> dict[str, Any]:
        return {
            "orderId": order_id or new_name("order"),
            "totalTrans": len(payments),
            "totalAmount": sum(payment["amount"] for payment in payments),
            "transContent": "Tro cap xa hoi",
            "channel": channel,
            "data": gzip_base64(payments),
        }

    def viettel_disburse(self, order: dict[str, Any]) -> dict[str, Any]:
        return self.viettel_answer(self.viettel_post("VTP306", order))

    # --- VietinBank and the cash offices

    def signed(self, provider: str, method: str, path: str, content: Any = None, **change: str) -> httpx.Response:
        body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
        return self.signed_bytes(provider, method, path, body, **change)

    def signed_bytes(self, provider: str, method: str, path: str, body: bytes, **change: str) -> httpx.Response:
        timestamp = str(int(time.time()))
        text = f"{method}\n{path}\n{timestamp}\n{hashlib.sha256(body).hexdigest()}".encode()
        if provider == "vietinbank":
            signature = self._rsa_sign("vietinbank_client", text)
        else:
            signature = hmac.new(self.sandbox.secret(f"{provider}_hmac").encode(), text, hashlib.sha256).hexdigest()
        headers = {"X-Timestamp": timestamp, "X-Signature": signature, "Content-Type": "application/json", **change}
        return self.http.request(method, path, content=body, headers=headers)

    def bank_send(self, batch: dict[str, Any], **change: str) -> httpx.Response:
        """A batch as a pain.001 file; the answer is a pain.002."""
        return self.signed_bytes("vietinbank", "POST", "/vietinbank/v1/files", pain001(batch), **change)

    def bank_find(self, batch: dict[str, Any]) -> httpx.Response:
        """The bank's pain.002 of a batch."""
        return self.signed("vietinbank", "GET", f"/vietinbank/v1/files/{batch['batch_reference']}")

    def bank_states(self, batch: dict[str, Any]) -> list[str] | int:
        """The payments' states by enquiry, or the status of the enquiry."""
        answer = self.bank_find(batch)
        return (
            [each["state"] for each in read_report(answer.content)["results"]]
            if answer.status_code == 200
            else answer.status_code
        )

    def result_list(self, office: str, answer: dict[str, Any]) -> dict[str, Any]:
        """The list's content, the office's signature verified."""
        text = answer["result_list"].encode()
        expected = hmac.new(self.sandbox.secret(f"{office}_hmac").encode(), text, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(expected, answer["signature"])
        content: dict[str, Any] = json.loads(text)
        return content

    @staticmethod
    def bank_batch(payments: list[dict[str, Any]], batch_reference: str | None = None) -> dict[str, Any]:
        return {
            "batch_reference": batch_reference or new_name("batch"),
            "debit_account": "118000059999",
            "number_of_payments": len(payments),
            "total_amount_dong": sum(payment["amount_dong"] for payment in payments),
            "payments": payments,
        }

    @staticmethod
    def cash_list(count: int, *, pay_on: str, list_reference: str | None = None) -> dict[str, Any]:
        orders = [
            {
                "reference": new_reference(),
                "payee_name": "Nguyễn Thị Hoa",
                "identity_number": "046171000123",
                "amount_dong": 360_000,
                "note": "HUE-1",
            }
            for _ in range(count)
        ]
        return {
            "list_reference": list_reference or new_name("list"),
            "pay_point": "19753",
            "pay_on": pay_on,
            "number_of_orders": count,
            "total_amount_dong": 360_000 * count,
            "orders": orders,
        }

    # --- admin

    def admin(self, method: str, path: str, content: Any = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.sandbox.secret('admin')}"}
        answer = self.http.request(method, f"/admin{path}", json=content, headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def accounts(self, provider: str, count: int) -> list[dict[str, Any]]:
        """Customers that the provider knows."""
        start = next(_numbers) * 1000
        accounts = [
            {
                "provider": provider,
                "account_number": f"84{900_000_000 + start + n}" if provider == "viettelpay" else f"10{start + n:010d}",
                "holder_name": "Trần Văn Đức",
            }
            for n in range(count)
        ]
        self.admin("POST", "/accounts", {"accounts": accounts})
        return accounts

    def wallet_payments(self, count: int) -> list[dict[str, Any]]:
        return [
            {
                "transId": new_reference(),
                "msisdn": account["account_number"],
                "customerName": "TRAN VAN DUC",
                "amount": 360_000,
                "smsContent": "Tro cap",
                "note": "HUE-2",
            }
            for account in self.accounts("viettelpay", count)
        ]

    def bank_payments(self, count: int) -> list[dict[str, Any]]:
        return [
            {
                "reference": new_reference(),
                "account_number": account["account_number"],
                "account_name": "TRAN VAN DUC",
                "amount_dong": 360_000,
                "text": "Tro cap xa hoi HUE-3",
            }
            for account in self.accounts("vietinbank", count)
        ]

    def settle(self) -> None:
        """Book all that was taken, let late webhooks go, and wait until the queue is empty."""
        self.admin("POST", "/flush")
        deadline = time.monotonic() + 300
        while self.admin("GET", "/webhooks")["queued"]:
            assert time.monotonic() < deadline, "webhooks are stuck"
            time.sleep(0.02)

    def _rsa_sign(self, name: str, content: bytes) -> str:
        return base64.b64encode(self._rsa[name].sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()
