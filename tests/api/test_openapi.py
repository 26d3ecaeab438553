"""Every service's OpenAPI document, held against what the service really answers (schemathesis), and its docs page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.front_door import PATHS

SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES = "3"
PATIENCE_SECONDS = 120  # a busy machine writes a document of a hundred routes for a while


@pytest.mark.parametrize("path", PATHS.values())
def test_answers_are_as_the_document_says(up: Any, path: str, tmp_path: Path) -> None:
    bearer = f"Authorization: Bearer {up.token_for_everything()}"
    command = [
        str(SCHEMATHESIS), "run", f"{up.url}/{path}/openapi.json", "--header", bearer,
        "--checks", CHECKS, "--max-examples", EXAMPLES, "--phases", "examples,coverage,fuzzing", "--seed", "7",
        "--workers", "1", "--no-color",
    ]  # fmt: skip
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=850, check=False)
    assert result.returncode == 0, result.stdout[-6000:]


@pytest.mark.parametrize("path", PATHS.values())
def test_every_route_asks_for_a_token(up: Any, path: str) -> None:
    document = httpx.get(f"{up.url}/{path}/openapi.json", timeout=PATIENCE_SECONDS).json()
    asked = 0
    with httpx.Client(timeout=PATIENCE_SECONDS) as client:
        for route, operations in document["paths"].items():
            for method, operation in operations.items():
                if "security" not in operation:
                    # A provider's signature is its proof; what is public says so.
                    assert "webhooks" in route or route.startswith("/v1/public/"), f"{method} {route} is open"
                    continue
                where = route.replace("{month}", "2021-10-01")
                answer = client.request(method, f"{up.url}/{path}{where}")
                assert answer.status_code == 401, f"{method} {route}"
                assert answer.json()["code"] == "no-token"
                assert answer.headers["content-type"] == "application/problem+json"
                asked += 1
    assert asked >= 3


@pytest.mark.parametrize("path", PATHS.values())
def test_every_operation_says_what_it_is_for(up: Any, path: str) -> None:
    document = httpx.get(f"{up.url}/{path}/openapi.json", timeout=PATIENCE_SECONDS).json()
    for route, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), f"{method} {route}"
            assert operation.get("description"), f"{method} {route}"


@pytest.mark.parametrize("path", PATHS.values())
def test_docs_need_nothing_from_elsewhere(up: Any, path: str) -> None:
    page = httpx.get(f"{up.url}/{path}/docs").text
    assert "https://" not in page
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css"):
        address = f"/{path}/docs-assets/{asset}"
        assert address in page
        assert len(httpx.get(f"{up.url}{address}").content) > 50_000


def test_the_start_page_links_every_service(up: Any) -> None:
    page = httpx.get(f"{up.url}/").text
    for path in PATHS.values():
        assert f'href="/{path}/docs"' in page
        assert httpx.get(f"{up.url}/{path}/health/ready").json()["status"] == "ready"
    assert 'href="/reporting/"' in page
