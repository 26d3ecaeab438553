"""Reading XML that came from outside: streamed, bounded, no entities, no network, and no value gets into an error."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from lxml import etree

from services.provider_gateway.connectors.protocol import UnreadableWebhook

FAMILY = "urn:iso:std:iso:20022:tech:xsd:"
_HEAD_BYTES = 4096


def message_of(body: bytes) -> str:
    """Which message a body is: `camt.053.001.08`. Raises UnreadableWebhook."""
    if b"\0" in body[:_HEAD_BYTES]:
        raise UnreadableWebhook("encoding")  # UTF-16 would hide a DTD from the look below
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise UnreadableWebhook("dtd")
    try:
        for _, element in _events(body, ("start",)):
            # Not `etree.QName`: it refuses names that the parser lets through, such as one with a prefix of nothing.
            namespace, _, name = str(element.tag).removeprefix("{").rpartition("}")
            if not namespace.startswith(FAMILY) or name != "Document":
                break
            return namespace[len(FAMILY) :][:40]
    except etree.XMLSyntaxError:
        raise UnreadableWebhook("xml") from None
    raise UnreadableWebhook("root")


def walk(body: bytes, message: str, names: Collection[str]) -> Iterator[tuple[str, etree._Element]]:
    """The elements of these names as each is read to its end, in the file's order, then forgotten: memory stays flat.

    An element inside another of the names comes first, and is no longer in the outer one. Raises UnreadableWebhook, also in
    the middle: what came before it was well-formed so far.
    """
    tags = {f"{{{FAMILY}{message}}}{name}": name for name in names}
    done: etree._Element | None = None
    try:
        for _, element in _events(body, ("end",), tuple(tags)):
            if done is not None and (parent := done.getparent()) is not None:
                parent.remove(done)
            yield tags[str(element.tag)], element
            element.clear()
            done = element
    except etree.XMLSyntaxError:
        raise UnreadableWebhook("xml") from None


def text_at(element: etree._Element, message: str, path: str) -> str | None:
    """The text at a path below an element, without spaces around it; None where there is none."""
    found = element.findtext(_path(message, path))
    return found.strip() or None if found else None


def at(element: etree._Element, message: str, path: str) -> etree._Element | None:
    """The first element at a path."""
    return element.find(_path(message, path))


class Texts:
    """Several texts of an element, read at once: one expression, compiled once, where looking each one up takes five times
    as long.

    Paths are as XPath has them, with each name in the message's namespace: `Refs/EndToEndId`, `Amt/@Ccy`, `../Sts/Cd`, and
    `name(RtrInf)` for whether there is one. The first element at a path counts; spaces around are taken off; empty where there
    is none.
    """

    def __init__(self, message: str, *paths: str) -> None:
        read = [f"normalize-space({_NAME.sub('m:', path)})" for path in paths]
        # No text holds a line feed once its spaces are normalized.
        self._read = etree.XPath(f"concat({_JOINT.join(read)}, '')", namespaces={"m": f"{FAMILY}{message}"}, smart_strings=False)

    def of(self, element: etree._Element) -> list[str]:
        """The texts, in the order of the paths."""
        return str(self._read(element)).split("\n")


_NAME = re.compile(r"(?<![@A-Za-z])(?=[A-Za-z]+(?![A-Za-z(]))")
_JOINT = ",'\n',"


def dong_of(element: etree._Element | None) -> int | None:
    """An amount in whole đồng; None for another currency, a part of a đồng, or no number."""
    return dong(element.get("Ccy"), element.text) if element is not None else None


def dong(currency: str | None, text: str | None) -> int | None:
    """The same of a currency and a number."""
    return whole_dong(text) if currency == "VND" else None


def whole_dong(text: str | None) -> int | None:
    """A decimal as whole đồng: "360000" and "360000.00" are 360000."""
    whole, _, part = (text or "").strip().partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 18) or part.strip("0"):
        return None
    return int(whole)


@lru_cache(maxsize=512)
def _path(message: str, path: str) -> str:
    return "/".join(f"{{{FAMILY}{message}}}{name}" for name in path.split("/"))


def _events(body: bytes, events: tuple[str, ...], tags: tuple[str, ...] | None = None) -> Iterator[tuple[str, etree._Element]]:
    yield from etree.iterparse(
        io.BytesIO(body),
        events=events,
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
