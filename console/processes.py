"""The processes of a distributed ChiTra, as data: what `--distributed` starts here and docker-compose.yml starts elsewhere.

Values of the environment are templates. `{database}` is `host:port/name`; `{registry_url}` and `{providers_url}` are base
addresses; the rest are settings as `shared/settings.py` explains them. A test holds the compose file against this table.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from console.health import is_healthy
from shared.kernel.errors import ErrorCode, Kind, Refusal
from shared.settings import SERVICES

ROOT = Path(__file__).resolve().parent.parent
API, WORKER = ROLES = ("api", "worker")
READY = "/health/ready"
START_SECONDS = 300
END_SECONDS = 15
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process: `./chitra ARGUMENTS` in an environment. `health` is the path to ask; None for what does its work and ends."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    health: str | None = None

    def environment_with(self, values: Mapping[str, str]) -> dict[str, str]:
        """The environment with its templates filled in. Raises KeyError for a value that is not given."""
        return {name: template.format_map(values) for name, template in self.environment.items()}


def process_name(service: str, role: str) -> str:
    """Name of a service's process: `provider_gateway-worker`."""
    return f"{service}-{role}"


def _service_environment(service: str) -> dict[str, str]:
    environment = {
        "CHITRA_ENV": "{environment}",
        "CHITRA_DATABASE_URL": f"postgresql://chitra_{service}:{{service_password}}@{{database}}",
        "CHITRA_AMQP_URL": "{amqp_url}",
        "CHITRA_AMQP_NAMESPACE": "{amqp_namespace}",
        "CHITRA_KEYS_DIR": "{keys_dir}",
        "CHITRA_OIDC_ISSUER": "{oidc_issuer}",
        "CHITRA_OIDC_JWKS_URL": "{oidc_jwks_url}",
        "CHITRA_OIDC_AUDIENCE": "{oidc_audience}",
        "CHITRA_SYSTEM_TOKEN_FILE": "{system_token_file}",
        "CHITRA_HOST": "{host}",
        "CHITRA_PORT": "{port}",
    }
    if service == "disbursement":
        environment["CHITRA_REGISTRY_URL"] = "{registry_url}"
        environment["CHITRA_DOCUMENT_TEMPLATES_DIR"] = "{document_templates_dir}"
    if service == "reporting":
        environment["CHITRA_REGISTRY_URL"] = "{registry_url}"
        environment["CHITRA_DISBURSEMENT_URL"] = "{disbursement_url}"
        environment["CHITRA_PROVIDER_GATEWAY_URL"] = "{provider_gateway_url}"
        environment["CHITRA_PUBLIC_FIGURES"] = "{public_figures}"
    if service == "provider_gateway":
        environment["CHITRA_PROVIDERS_URL"] = "{providers_url}"
        environment["CHITRA_PROVIDER_TIMEOUT_SECONDS"] = "{provider_timeout_seconds}"
        environment["CHITRA_PROVIDER_PROCESSING_SECONDS"] = "{provider_processing_seconds}"
        environment["CHITRA_BANK_FOLDER"] = "{bank_folder}"
        environment["CHITRA_SPREADSHEET_PROVIDERS"] = "{spreadsheet_providers}"
        environment["CHITRA_SMS"] = "{sms}"
        environment["CHITRA_SMS_URL"] = "{sms_url}"
        environment["CHITRA_SMS_DIACRITICS"] = "{sms_diacritics}"
    return environment


def _process(service: str, role: str) -> ProcessSpec:
    environment = _service_environment(service)
    if role == API:
        environment["CHITRA_ROOT_PATH"] = "{root_path}"
    return ProcessSpec(process_name(service, role), ("serve", service, "--role", role), environment, READY)


PREPARATIONS: tuple[ProcessSpec, ...] = (
    ProcessSpec("keys", ("keys",), {"CHITRA_KEYS_DIR": "{keys_dir}"}),
    ProcessSpec(
        "migrate",
        ("migrate",),
        {
            "CHITRA_ADMIN_DATABASE_URL": "postgresql://postgres:{admin_password}@{database}",
            "CHITRA_SERVICE_PASSWORD": "{service_password}",
        },
    ),
    ProcessSpec("queues", ("queues",), _service_environment("disbursement") | _service_environment("provider_gateway")),
)
"""What must have ended well, in this order, before a service starts."""

PROCESSES: tuple[ProcessSpec, ...] = tuple(_process(service, role) for service in SERVICES for role in ROLES)
"""Each service as api and as worker."""


PROCESS_FAILED = ErrorCode("process-failed", Kind.NOT_READY, "A process did not start", "Một tiến trình không khởi động được")


@dataclass(slots=True)
class OsProcess:
    """One of the processes, as an operating system's process of this machine."""

    spec: ProcessSpec
    port: int
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; says nothing of whether it answers yet."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHITRA_")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "console", *self.spec.arguments],
                cwd=ROOT,
                env={**inherited, "PYTHONPATH": str(ROOT), **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal ends the demo, which then ends these in order
            )

    def is_up(self) -> bool:
        """Whether it answers. Raises `process-failed` when it has ended instead."""
        assert self.process is not None and self.spec.health is not None
        if self.process.poll() is not None:
            raise self._failure(f"ended with {self.process.returncode}")
        return is_healthy("127.0.0.1", self.port, self.spec.health)

    def wait_until_up(self) -> None:
        """Wait until it answers. Raises `process-failed` when it ends instead, or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while not self.is_up():
            if time.monotonic() > deadline:
                raise self._failure(f"does not answer at {self.url}{self.spec.health}")
            time.sleep(POLL_SECONDS)

    def wait_until_done(self) -> None:
        """For a preparation: wait for its end. Raises `process-failed` when it ended badly."""
        assert self.process is not None
        if self.process.wait() != 0:
            raise self._failure(f"ended with {self.process.returncode}")

    def kill(self) -> None:
        """SIGKILL, as if the power went."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def ask_to_end(self) -> None:
        """SIGTERM: finish what is under way, then end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_for_end(self) -> None:
        """Wait for an end that was asked for; kill what takes too long."""
        if self.process is None:
            return
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def _failure(self, what: str) -> Refusal:
        last_lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
        said = "".join(f"\n    {line}" for line in last_lines)
        return Refusal(PROCESS_FAILED, f"{self.spec.name} {what}; see {self.log}{said}", process=self.spec.name)
