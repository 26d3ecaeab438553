"""SOAP 1.1 around ViettelPay's one operation, `process(cmd, data, signature)`, and lists packed as base64 of gzip.

What comes from outside is read within bounds: no document types, no entities, no comments inside texts, nothing fetched.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any
from xml.sax.saxutils import escape

import orjson
from lxml import etree

from services.provider_gateway.connectors.shape import WrongShape

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PARTNER = "http://partnerapi.bankplus.viettel.com/"
HEADERS = {"content-type": "text/xml; charset=utf-8", "soapaction": '"process"'}

MAX_UNPACKED_BYTES = 8_000_000
"""A list of 1000 transactions has less than a tenth of it: more is a bomb."""

_REQUEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns:par="{PARTNER}"><soapenv:Header/><soapenv:Body>'
    "<par:process><cmd>%s</cmd><data>%s</data><signature>%s</signature></par:process>"
    "</soapenv:Body></soapenv:Envelope>"
)


def request(cmd: str, data: str, signature: str) -> bytes:
    """An envelope that asks."""
    return (_REQUEST % (escape(cmd), escape(data), escape(signature))).encode()


def answered(body: bytes) -> str:
    """The text of `return`. Raises WrongShape for a fault, a page of HTML, and whatever else is not that answer."""
    if b"\0" in body:  # UTF-16 or worse, in which the next line would find nothing
        raise WrongShape("encoding")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise WrongShape("doctype")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise WrongShape("xml") from None
    if root.tag != f"{{{SOAP}}}Envelope":
        raise WrongShape("envelope")
    if root.getroottree().docinfo.encoding not in (None, "UTF-8", "utf-8"):
        raise WrongShape("encoding")
    if root.find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault") is not None:
        raise WrongShape("fault")
    found = root.findall(f"{{{SOAP}}}Body/{{{PARTNER}}}processResponse/return")
    if len(found) != 1 or len(found[0]) or not found[0].text:
        raise WrongShape("return")
    return str(found[0].text)


def pack(rows: list[Any]) -> str:
    """A list as the text that stands in an envelope's `data`."""
    return base64.b64encode(_gzip(orjson.dumps(rows))).decode()


def _gzip(content: bytes) -> bytes:
    """Gzip, quick rather than small, and without a time in it: the same list makes the same bytes."""
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(content) + packer.flush()


def unpack(packed: str) -> list[dict[str, Any]]:
    """The list of objects in an answer's `data`. Raises WrongShape where it is cut short, too large or anything else."""
    try:
        unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        content = unzip.decompress(base64.b64decode(packed, validate=True), MAX_UNPACKED_BYTES)
        rows = orjson.loads(content) if unzip.eof and not unzip.unused_data else None
    except (binascii.Error, zlib.error, ValueError):
        raise WrongShape("data") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise WrongShape("data")
    return rows
