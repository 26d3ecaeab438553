"""ViettelPay's envelope (simulated, unofficial): SOAP 1.1, strict in what it reads, faults as SOAP wants them.

Of the sandbox alone: no line is shared with the connector, so that a mistake in one is not made good by the other.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from services.provider_gateway.sandbox.errors import RequestRefused

ENVELOPE_NS = "http://schemas.xmlsoap.org/soap/envelope/"
PARTNER_NS = "http://partnerapi.bankplus.viettel.com/"
MEDIA_TYPE = "text/xml; charset=utf-8"


class SoapFault(Exception):
    """A request that is no call at all: answered by an unsigned fault."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def read_call(request: Request, body: bytes) -> tuple[str, str, str]:
    """cmd, data and signature of a call. Raises SoapFault for anything else."""
    if not request.headers.get("content-type", "").lower().startswith("text/xml"):
        raise SoapFault("Client", "Content-Type is not text/xml")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise SoapFault("Client", "Not well-formed XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise SoapFault("Client", "A document type is not allowed")
    if root.tag != f"{{{ENVELOPE_NS}}}Envelope":
        raise SoapFault("VersionMismatch", "Not a SOAP 1.1 envelope")
    operations = root.findall(f"{{{ENVELOPE_NS}}}Body/*")
    if len(operations) != 1 or operations[0].tag != f"{{{PARTNER_NS}}}process":
        raise SoapFault("Client", "The body holds one process")
    if [part.tag for part in operations[0]] != ["cmd", "data", "signature"] or any(len(part) for part in operations[0]):
        raise SoapFault("Client", "process has cmd, data and signature")
    cmd, data, signature = ((part.text or "") for part in operations[0])
    return cmd, data, signature


def answer(content: str) -> Response:
    """A call's answer."""
    return Response(
        f'<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="{ENVELOPE_NS}"><S:Body>'
        f'<ns2:processResponse xmlns:ns2="{PARTNER_NS}"><return>{escape(content)}</return></ns2:processResponse>'
        "</S:Body></S:Envelope>",
        media_type=MEDIA_TYPE,
    )


def fault(code: str, text: str) -> Response:
    """A fault, with the status 500 that SOAP 1.1 gives it."""
    return Response(
        f'<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="{ENVELOPE_NS}"><S:Body><S:Fault>'
        f"<faultcode>S:{code}</faultcode><faultstring>{escape(text)}</faultstring></S:Fault></S:Body></S:Envelope>",
        status_code=500,
        media_type=MEDIA_TYPE,
    )


def page(refused: RequestRefused) -> Response:
    """What a web server before the service says for itself."""
    return html(refused.status, refused.message)


def html(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    """A page of HTML, as a proxy sends it."""
    content = f"<html><head><title>{status}</title></head><body><h1>{status} {escape(text)}</h1></body></html>"
    return Response(content, status_code=status, headers=headers, media_type="text/html")
