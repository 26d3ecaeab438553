"""Files as communes sent them: the paper behind the rows, packed and sealed."""

from __future__ import annotations

import zlib
from uuid import UUID

from shared.crypto import FieldCipher
from shared.database import Tx

LIST_FILE = "list-file"
"""Purpose under which files are sealed."""


def seal_file(cipher: FieldCipher, data: bytes) -> bytes:
    """A file as it is stored."""
    return cipher.seal_bytes(zlib.compress(data, 6), LIST_FILE)


def open_file(cipher: FieldCipher, sealed: bytes) -> bytes:
    """The file again, byte for byte."""
    return zlib.decompress(cipher.open_bytes(sealed, LIST_FILE))


async def insert_file(tx: Tx, import_id: UUID, unit_id: str, sealed: bytes) -> None:
    """Keep an import's file."""
    await tx.run(
        "INSERT INTO import_files (import_id, unit_id, file_sealed) VALUES (:import_id, :unit_id, :sealed)",
        import_id=import_id,
        unit_id=unit_id,
        sealed=sealed,
    )


async def sealed_file(tx: Tx, import_id: UUID) -> bytes | None:
    """An import's file, sealed; None for imports from before files were kept."""
    found: bytes | None = await tx.scalar("SELECT file_sealed FROM import_files WHERE import_id = :id", id=import_id)
    return found
