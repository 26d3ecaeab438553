"""Commune lists read and standardised on one core: rows a second, and the most memory that took.

The lists are the demo's, in all their formats and encodings; a process of its own reads them, so that its memory is the
reading's alone. The floor is the same files' cells taken out by calamine, with nothing understood.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from typing import Any

import orjson

LISTS_OF_A_PROVINCE = 141


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the benchmark."""
    parser.add_argument("--beneficiaries", type=int, default=20_000, help="people in the 141 lists (default 20,000)")
    parser.add_argument("--files", type=int, default=LISTS_OF_A_PROVINCE, help="lists to read; beyond 141 they are read again")
    parser.add_argument("--seed", type=int, default=1)


async def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Make the lists, then read them."""
    with tempfile.TemporaryDirectory() as folder:
        people, seed = str(arguments.beneficiaries), str(arguments.seed)
        await _python("console.demo.province", "--beneficiaries", people, "--seed", seed, "--out", folder)
        figures: dict[str, Any] = orjson.loads(await _python("console.bench.import_reading", folder, str(arguments.files)))
    return figures


async def _python(module: str, *arguments: str) -> bytes:
    """What a module prints when it runs as a process of its own. RuntimeError when it fails."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, *arguments, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{module} ended with {process.returncode}")
    return out
