"""Each webhook of the gateway's docs is sent with curl, as the docs say it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
DOOR = "/v1/webhooks/"
UP = "http://127.0.0.1:8080/gateway"
CURL = shutil.which("curl")


@pytest.fixture(scope="module")
def doors(up: Any) -> dict[str, Any]:
    """Provider -> its operation in the document as it is served."""
    paths = httpx.get(f"{up.url}/gateway/openapi.json", timeout=120).json()["paths"]
    return {
        path.removeprefix(DOOR): operations["post"]
        for path, operations in paths.items()
        if path.startswith(DOOR) and "/" not in path.removeprefix(DOOR) and "post" in operations
    }


def _send(configuration: str, url: str) -> tuple[str, dict[str, Any]]:
    assert CURL, "curl is needed: apt-get install curl"
    command = [CURL, "--silent", "--show-error", "--config", "-", "--write-out", "\n%{http_code}", url]
    result = subprocess.run(command, input=configuration.encode(), capture_output=True, timeout=300, check=True)
    body, _, status = result.stdout.decode().rpartition("\n")
    return status, json.loads(body)


def _examples(operation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Of each kind of body that a provider posts; there are some of each."""
    found = []
    for content in operation["requestBody"]["content"].values():
        assert content["examples"]
        found += list(content["examples"].items())
    return found


def test_every_provider_shows_its_webhooks(doors: dict[str, Any]) -> None:
    assert doors.keys() >= {"viettelpay", "vietinbank", "vnpost", "commune_cashier"}
    for provider, operation in doors.items():
        for name, example in _examples(operation):
            assert example["summary"]
            assert example["x-curl"] in operation["description"], f"{provider} {name}: the docs page does not show the command"


def test_every_example_of_the_document_is_taken_from_curl(up: Any, doors: dict[str, Any], tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CHITRA_HOME": str(up.home)}
    sent = 0
    for provider, operation in doors.items():
        for name, example in _examples(operation):
            value = example["value"]
            file = tmp_path / f"{provider}-{name}"
            file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
            sign = [sys.executable, "-m", "console", "webhook", "sign", "--provider", provider, str(file)]
            signed = subprocess.run(sign, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=True)
            assert _send(signed.stdout, f"{up.url}/gateway{DOOR}{provider}") == ("202", {"received": True, "repeated": False}), (
                provider,
                name,
            )
            sent += 1
    assert sent >= 8


def test_a_command_of_the_docs_works_as_it_is_written(up: Any, doors: dict[str, Any]) -> None:
    (content,) = doors["viettelpay"]["requestBody"]["content"].values()
    written: str = next(iter(content["examples"].values()))["x-curl"]
    assert f" {UP}/v1/webhooks/viettelpay" in written
    here = written.replace(UP, f"{up.url}/gateway").replace("./chitra", f"{sys.executable} -m console")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CHITRA_HOME": str(up.home)}
    result = subprocess.run(
        ["/bin/sh", "-c", here], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=True
    )
    assert json.loads(result.stdout) == {"received": True, "repeated": False}, result.stdout


def test_where_real_money_moves_nothing_is_signed(tmp_path: Path) -> None:
    environment = {
        "PYTHONPATH": str(ROOT),
        "CHITRA_HOME": str(tmp_path),
        "CHITRA_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x",
        "CHITRA_AMQP_URL": "amqp://127.0.0.1:1/",
        "CHITRA_OIDC_ISSUER": "https://issuer.example",
        "CHITRA_OIDC_JWKS_URL": "https://issuer.example/jwks",
        "CHITRA_SYSTEM_TOKEN_FILE": str(tmp_path / "token"),
    }
    sign = [sys.executable, "-m", "console", "webhook", "sign", "--provider", "vnpost", "--example", "list_accepted"]
    result = subprocess.run(sign, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert "no-test-keys" in result.stderr
