"""The walls between packages stand, and each of them is one that would be noticed if it fell.

The contracts are in pyproject.toml. For each there is at least one import that it forbids; planted into a copy of the
code, that import must break exactly this contract.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("shared", "services", "console")
CONTRACTS: dict[str, str] = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
}
NAMES = {name: identifier for identifier, name in CONTRACTS.items()}

FORBIDDEN = [
    ("house", "shared/migrate.py", "console.main"),
    ("house", "shared/schema.py", "services.registry.domain.codes"),
    ("house", "services/reporting/api/page.py", "console.front_door"),
    ("services", "services/registry/storage/imports.py", "services.reporting.storage.moves"),
    ("services", "services/reporting/events.py", "services.disbursement.events"),
    ("rooms", "services/registry/storage/imports.py", "services.registry.use_cases"),
    ("rooms", "services/disbursement/use_cases/apply_outcomes.py", "services.disbursement.workers"),
    ("rooms", "services/reporting/api/page.py", "services.reporting.main"),
    ("rooms", "services/provider_gateway/workers/__init__.py", "services.provider_gateway.api"),
    ("rooms", "services/disbursement/odds_and_ends.py", "json"),
    ("pure", "services/registry/domain/codes.py", "pydantic"),
    ("pure", "services/disbursement/domain/law.py", "shared.database"),
    ("pure", "shared/kernel/money.py", "httpx"),
    ("use-cases", "services/disbursement/use_cases/apply_outcomes.py", "httpx"),
    ("use-cases", "services/reporting/use_cases/read_coverage.py", "fastapi"),
    ("rooms", "services/disbursement/storage/document_sums.py", "services.disbursement.documents.sums"),
    ("documents", "services/disbursement/documents/sums.py", "shared.database"),
    ("documents", "services/reporting/documents/monthly.py", "sqlalchemy"),
    ("documents", "shared/papers/sheet.py", "shared.database"),
    ("connectors", "services/provider_gateway/connectors/texts.py", "shared.database"),
    ("connectors", "services/provider_gateway/connectors/transport.py", "sqlalchemy"),
    ("sandbox-alone", "services/provider_gateway/sandbox/clock.py", "shared.kernel.clock"),
    ("sandbox-alone", "services/provider_gateway/sandbox/signatures.py", "services.provider_gateway.connectors.texts"),
    ("sandbox-unseen", "services/provider_gateway/connectors/texts.py", "services.provider_gateway.sandbox.names"),
    ("sandbox-unseen", "services/provider_gateway/workers/__init__.py", "services.provider_gateway.sandbox.names"),
    ("generator", "console/demo/province/names.py", "services.registry.domain.lists.names"),
]
"""Contract, file, and a module whose import there breaks that contract and no other."""

Lint = Callable[[], dict[str, bool]]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code, to be damaged."""
    directory = tmp_path_factory.mktemp("walls")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, directory / package, ignore=_all_but_code)
    shutil.copy(ROOT / "pyproject.toml", directory)
    return directory


def _all_but_code(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name == "__pycache__" or not (name.endswith(".py") or (Path(folder) / name).is_dir())}


def _lint(directory: Path) -> dict[str, bool]:
    """Run import-linter; whether each contract is kept, by its id."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-logo"],
        cwd=directory,
        env={**os.environ, "COLUMNS": "300", "PYTHONPATH": str(directory)},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts: dict[str, bool] = {}
    for line in done.stdout.splitlines():
        name, _, verdict = line.strip().rpartition(" ")
        if verdict in {"KEPT", "BROKEN"}:
            verdicts[NAMES[name]] = verdict == "KEPT"
    assert verdicts.keys() == CONTRACTS.keys(), done.stdout + done.stderr
    assert (done.returncode == 0) == all(verdicts.values())
    return verdicts


def test_all_contracts_are_kept(copy: Path) -> None:
    assert [identifier for identifier, kept in _lint(copy).items() if not kept] == []


def test_every_contract_has_an_import_that_breaks_it() -> None:
    assert {contract for contract, _, _ in FORBIDDEN} == CONTRACTS.keys()


@pytest.mark.parametrize(("contract", "file", "module"), FORBIDDEN)
def test_a_contract_bites(copy: Path, contract: str, file: str, module: str) -> None:
    path = copy / file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\nimport {module}\n", encoding="utf-8")
    try:
        assert [identifier for identifier, kept in _lint(copy).items() if not kept] == [contract]
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")
