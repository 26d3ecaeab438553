"""Where a rebuild stands: the read models hold a log up to a position, whatever the bus brings of it again."""

from __future__ import annotations

from shared.database import Tx


async def begin(tx: Tx, source: str) -> None:
    """A log is read from its beginning, without a gap."""
    await tx.run(
        """INSERT INTO rebuilt (source, position, complete) VALUES (:source, 0, false)
           ON CONFLICT (source) DO UPDATE SET position = 0, complete = false""",
        source=source,
    )


async def end(tx: Tx, source: str, position: int) -> None:
    """It was read up to here."""
    await tx.run(
        "UPDATE rebuilt SET position = :position, complete = true WHERE source = :source", source=source, position=position
    )


async def has_read(tx: Tx, source: str, position: int) -> bool:
    """Whether a rebuild has read an event that comes now. Ask with the lock of the read models held."""
    return bool(
        await tx.scalar(
            "SELECT EXISTS (SELECT FROM rebuilt WHERE source = :source AND complete AND position >= :position)",
            source=source,
            position=position,
        )
    )
