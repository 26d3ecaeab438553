"""The last business day for which each daily task was done."""

from __future__ import annotations

from datetime import date

from shared.database import Tx


async def begin_task(tx: Tx, task: str) -> date | None:
    """Today, where the task was not done for it yet: noted as done by the commit of this transaction. None otherwise.

    Two copies of the service at once: the second waits for the first, then finds it done.
    """
    today = await tx.today()
    begun = await tx.run(
        """INSERT INTO scheduled_tasks (task, done_on) VALUES (:task, :today)
           ON CONFLICT (task) DO UPDATE SET done_on = excluded.done_on WHERE scheduled_tasks.done_on < excluded.done_on""",
        task=task,
        today=today,
    )
    return today if begun else None
