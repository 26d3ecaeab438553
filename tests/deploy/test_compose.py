"""docker-compose.yml starts what `--distributed` starts: the same commands, environments and health checks.

No container engine is asked: the file is read, its variables are filled in, and the result is held against
`console.processes`, from which the processes of this machine are started.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.front_door import PATHS, start_page
from console.processes import API, PREPARATIONS, PROCESSES, ProcessSpec, process_name
from console.sandbox_process import SandboxProcess
from shared.settings import SERVICES, read_settings

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {
    "CHITRA_ADMIN_PASSWORD": "admin1",
    "CHITRA_SERVICE_PASSWORD": "service2",
    "CHITRA_BROKER_PASSWORD": "broker3",
    "CHITRA_OIDC_ISSUER": "https://id.example/",
    "CHITRA_OIDC_JWKS_URL": "https://id.example/keys",
    "CHITRA_SYSTEM_TOKEN_FILE": "/run/secrets/token",
}
VALUES = {
    "environment": "production",
    "database": "postgres:5432/chitra",
    "admin_password": "admin1",
    "service_password": "service2",
    "amqp_url": "amqp://chitra:broker3@rabbitmq:5672/",
    "amqp_namespace": "chitra",
    "keys_dir": "/var/lib/chitra/keys",
    "oidc_issuer": "https://id.example/",
    "oidc_jwks_url": "https://id.example/keys",
    "oidc_audience": "chitra",
    "system_token_file": "/run/secrets/token",
    "host": "0.0.0.0",
    "port": "8080",
    "registry_url": "http://registry-api:8080",
    "disbursement_url": "http://disbursement-api:8080",
    "provider_gateway_url": "http://provider_gateway-api:8080",
    "providers_url": "http://sandbox:8080",
    "provider_timeout_seconds": "30",
    "provider_processing_seconds": "",
    "document_templates_dir": "",
    "sms": "off",
    "bank_folder": "",
    "spreadsheet_providers": "",
    "sms_url": "",
    "sms_diacritics": "",
    "public_figures": "",
}
"""What the templates of console/processes.py stand for in the compose file's network."""

BESIDES = {"postgres", "rabbitmq", "sandbox", "front_door"}
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<sign>[-?])(?P<rest>[^}]*))?\}")


def _fill_in(node: Any, given: dict[str, str]) -> Any:
    """Compose's own interpolation, of the forms that the file uses: ${A}, ${A:-default}, ${A:?message}."""

    def value(match: re.Match[str]) -> str:
        name, sign, rest = match["name"], match["sign"], match["rest"]
        if given.get(name):
            return given[name]
        if sign == "-":
            return str(rest)
        raise KeyError(f"{name}: {rest}")

    if isinstance(node, dict):
        return {key: _fill_in(child, given) for key, child in node.items()}
    if isinstance(node, list):
        return [_fill_in(child, given) for child in node]
    return VARIABLE.sub(value, node) if isinstance(node, str) else node


def _compose(given: dict[str, str]) -> dict[str, Any]:
    whole = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    services: dict[str, Any] = _fill_in(whole["services"], given)
    return services


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return _compose(GIVEN)


def _root_path(spec: ProcessSpec) -> str:
    return next((f"/{PATHS[s]}" for s in SERVICES if spec.name == process_name(s, API)), "")


def test_every_process_is_there_and_none_besides(compose: dict[str, Any]) -> None:
    assert set(compose) == {spec.name for spec in (*PREPARATIONS, *PROCESSES)} | BESIDES


@pytest.mark.parametrize("spec", [*PREPARATIONS, *PROCESSES], ids=lambda spec: spec.name)
def test_a_process_has_the_same_command_environment_and_health_check(compose: dict[str, Any], spec: ProcessSpec) -> None:
    container = compose[spec.name]
    assert container["command"] == list(spec.arguments)
    assert container["environment"] == spec.environment_with({**VALUES, "root_path": _root_path(spec)})
    if spec.health is None:
        assert "healthcheck" not in container
        assert container["restart"] == "no"
    else:
        assert container["healthcheck"]["test"] == ["CMD", "python", "-m", "console", "healthy", spec.health]
        assert container["restart"] == "unless-stopped"


@pytest.mark.parametrize("spec", PROCESSES, ids=lambda spec: spec.name)
def test_the_environment_is_one_that_the_settings_take(compose: dict[str, Any], spec: ProcessSpec) -> None:
    environment = compose[spec.name]["environment"]
    settings = read_settings(environment)
    assert settings.distributed
    assert settings.port == 8080
    for name in environment:
        assert f'"{name}"' in (ROOT / "shared/settings.py").read_text(encoding="utf-8"), f"nothing reads {name}"


def test_preparations_come_in_order_and_before_the_services(compose: dict[str, Any]) -> None:
    done = {"condition": "service_completed_successfully"}
    healthy = {"condition": "service_healthy"}
    assert [spec.name for spec in PREPARATIONS] == ["keys", "migrate", "queues"]
    assert compose["migrate"]["depends_on"] == {"postgres": healthy}
    assert compose["queues"]["depends_on"] == {"keys": done, "migrate": done, "rabbitmq": healthy, "sandbox": healthy}
    for spec in PROCESSES:
        assert compose[spec.name]["depends_on"] == {"queues": done}


def test_the_sandbox_gets_the_same_options(compose: dict[str, Any]) -> None:
    here = SandboxProcess(1, Path("data"), Path("keys"), "http://127.0.0.1:2/v1/webhooks", 1, 0.0).command[3:]
    there = compose["sandbox"]["command"]
    assert there[0] == "sandbox"
    options = dict(zip(there[1::2], there[2::2], strict=True))
    assert set(options) == {*here[::2], "--host"}
    assert options["--webhooks"] == "http://provider_gateway-api:8080/v1/webhooks"
    assert options["--keys"] == f"{VALUES['keys_dir']}/providers"
    assert compose["sandbox"]["healthcheck"]["test"] == ["CMD", "python", "-m", "console", "healthy", "--port", "8080", "/health"]


def test_everything_that_stays_up_has_a_health_check(compose: dict[str, Any]) -> None:
    once = {spec.name for spec in PREPARATIONS}
    assert {name for name, container in compose.items() if "healthcheck" not in container} == once


@pytest.mark.parametrize("secret", ["CHITRA_ADMIN_PASSWORD", "CHITRA_SERVICE_PASSWORD", "CHITRA_BROKER_PASSWORD"])
def test_a_secret_that_is_not_given_stops_the_start(secret: str) -> None:
    with pytest.raises(KeyError, match=secret):
        _compose({**GIVEN, secret: ""})


def test_the_example_holds_no_secret_and_names_every_variable() -> None:
    text = (ROOT / "deploy/example.env").read_text(encoding="utf-8")
    named = dict(re.findall(r"^#?(CHITRA_\w+)=(.*)$", text, re.MULTILINE))
    assert all(value == "" for name, value in named.items() if "PASSWORD" in name)
    used = set(VARIABLE.findall((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert {name for name, _, _ in used} - {"CHITRA_VERSION"} == set(named)


def test_images_have_versions_and_data_has_names(compose: dict[str, Any]) -> None:
    volumes = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["volumes"])
    for name, container in compose.items():
        tag = container["image"].partition(":")[2]
        assert tag and "latest" not in tag, name
        for volume in container.get("volumes", []):
            assert volume.split(":")[0] in volumes or volume.startswith("./deploy/"), volume
    assert compose["postgres"]["image"].startswith("postgres:18")
    assert compose["rabbitmq"]["image"].startswith("rabbitmq:4")


def test_only_the_front_door_is_open_and_only_to_this_machine(compose: dict[str, Any]) -> None:
    assert {name for name, container in compose.items() if "ports" in container} == {"front_door"}
    assert compose["front_door"]["ports"] == ["127.0.0.1:8080:8080"]


def test_the_front_door_routes_as_the_embedded_one() -> None:
    text = (ROOT / "deploy/Caddyfile").read_text(encoding="utf-8")
    routes = re.findall(r"handle_path /(\w+)/\* \{\s*reverse_proxy (\S+)\s*\}", text)
    assert routes == [(path, f"{process_name(service, API)}:8080") for service, path in PATHS.items()]
    assert (ROOT / "deploy/start.html").read_text(encoding="utf-8") == start_page(PATHS) + "\n"


def test_the_image_installs_the_lock_with_hashes_and_does_not_run_as_root() -> None:
    lines = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8").splitlines()
    installs = [line for line in lines if "pip install" in line]
    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert installs[0].endswith("-r /tmp/requirements.lock")
    assert "COPY requirements.lock /tmp/requirements.lock" in lines
    assert [line for line in lines if line.startswith("USER ")] == ["USER chitra"]
    assert lines[-1] == 'ENTRYPOINT ["python", "-m", "console"]'
    copied = {line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line}
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    assert copied == allowed
