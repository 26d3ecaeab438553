"""A provider that is paid through by spreadsheets, played: its officer fills lists with openpyxl and signs them.

It shares no code with the connector, and keeps its own books: which codes it paid, how often.
"""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HEADINGS = ("Mã chi trả", "Số tiền (đồng)", "Kết quả", "Người thực nhận", "Quan hệ", "Giấy tờ đã xuất trình (4 số cuối)")


@cache
def _key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class SheetOffice:
    """One provider with its key and its folder."""

    def __init__(self, name: str, definitions: Path, keys: Path) -> None:
        self.name = name
        self.folder = definitions / name
        self.folder.mkdir(parents=True, exist_ok=True)
        (definitions / f"{name}.toml").write_text(f'title = "Ngân hàng Thử Nghiệm"\nfolder = "{name}"\n', encoding="utf-8")
        self._key = _key(name)
        keys.mkdir(parents=True, exist_ok=True)
        public = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (keys / f"{name}.pem").write_bytes(public)
        self.paid: Counter[str] = Counter()
        self._known_lists: set[str] = set()

    def take_lists(self) -> list[Path]:
        """The lists that lie in `out`, taken away, as a careful office does: one whose code it knows is put aside unpaid."""
        taken = []
        for path in sorted((self.folder / "out").glob("*.xlsx")):
            mine = self.folder / f"taken-{path.name}"
            path.rename(mine)
            if path.name not in self._known_lists:
                self._known_lists.add(path.name)
                taken.append(mine)
        return taken

    @staticmethod
    def rows(path: Path) -> list[dict[str, Any]]:
        """A list's rows by heading."""
        sheet = openpyxl.load_workbook(path).worksheets[0]
        found: list[dict[str, Any]] = []
        headings: list[Any] | None = None
        for row in sheet.iter_rows(values_only=True):
            if headings is not None and row[1]:
                found.append(dict(zip(headings, row, strict=True)))
            elif "Mã chi trả" in row:
                headings = list(row)
        return found

    def pay(self, reference: str) -> None:
        """Hand money out against a code."""
        self.paid[reference] += 1

    def sign(self, content: bytes) -> bytes:
        """The detached signature, base64."""
        return base64.b64encode(self._key.sign(content, padding.PKCS1v15(), hashes.SHA256()))

    def send(self, name: str, content: bytes, signature: bytes | None = None) -> None:
        """Lay a file and its signature into `in`, the signature first."""
        folder = self.folder / "in"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.sig").write_bytes(self.sign(content) if signature is None else signature)
        (folder / f"{name}.part").write_bytes(content)
        (folder / f"{name}.part").rename(folder / name)


def filled(rows: Sequence[Mapping[str, Any]], headings: Sequence[str] = HEADINGS, head: Sequence[str] = ()) -> bytes:
    """A result list as .xlsx."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in head:
        sheet.append([line])
    sheet.append(list(headings))
    for row in rows:
        sheet.append([row.get(heading) for heading in headings])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def result(reference: str, amount_dong: object, word: str, **more: Any) -> dict[str, Any]:
    """One row of a result list."""
    return {"Mã chi trả": reference, "Số tiền (đồng)": amount_dong, "Kết quả": word, **more}
