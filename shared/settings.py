"""Settings, read once from the environment. Everything else gets them handed in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shared.kernel.errors import ErrorCode, Kind, Refusal

BAD_SETTING = ErrorCode("bad-setting", Kind.INVALID, "A setting is missing or wrong", "Cấu hình thiếu hoặc sai")

_PROVIDER_URL = re.compile(r"CHITRA_PROVIDER_([A-Z0-9_]+)_URL")

SERVICES = ("registry", "disbursement", "provider_gateway", "reporting")


@dataclass(frozen=True, slots=True)
class Settings:
    """All that an installation can be told. `database_url` and `amqp_url` are both set (distributed) or both not (embedded)."""

    environment: str  # "production" or "test"; only "test" may have a local issuer beside a database of its own
    home: Path  # where the embedded platform keeps its data and keys
    keys_dir: Path  # field keys, seal key, issuer key, providers' keys
    database_url: str | None
    admin_database_url: str | None  # used by migrate only
    amqp_url: str | None
    amqp_namespace: str  # exchange, and prefix of queues; another one for each installation on a shared broker
    oidc_issuer: str | None
    oidc_jwks_url: str | None
    oidc_audience: str
    system_token_file: Path | None  # holds a token of the OIDC issuer with which services ask each other
    registry_url: str | None  # where disbursement asks for the registry's position, and reporting for its log
    providers_url: str | None  # base address of the providers (the sandbox)
    host: str
    port: int
    root_path: str  # path under which a front door shows this service, e.g. /registry; empty: its own address
    provider_timeout_seconds: float
    provider_processing_seconds: float | None = None  # longest processing time of the providers; None: each connector's own
    document_templates_dir: Path | None = None  # a province's own templates of documents; None: ChiTra's
    sms: str = "off"  # messages to payees: "off", "file" (into sms_folder) or "http" (to sms_url, key in keys_dir/sms.key)
    sms_folder: Path | None = None  # None: sms-outbox in home
    sms_url: str | None = None
    spreadsheet_providers: Path | None = None  # folder of definitions of spreadsheet providers; None: there are none
    bank_folder: Path | None = None  # drop folder over which VietinBank is reached; None: over HTTP
    sms_diacritics: bool = False  # with diacritics a message has 70 characters a part, without 160
    disbursement_url: str | None = None  # where reporting asks for its log and its books
    provider_gateway_url: str | None = None  # where reporting asks for its log
    public_figures: bool = True  # coverage and open data without a token; a province may turn them off
    provider_urls: Mapping[str, str] = field(default_factory=dict)  # provider -> base address of its own, not `providers_url`

    @property
    def distributed(self) -> bool:
        """Whether a database and a broker were given."""
        return self.database_url is not None

    @property
    def local_issuer(self) -> bool:
        """Whether tokens of the local issuer are taken: in the embedded platform, and in tests."""
        return self.oidc_issuer is None


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. Raises `bad-setting` where they contradict each other."""
    home = Path(environ.get("CHITRA_HOME", ".chitra")).absolute()
    settings = Settings(
        environment=environ.get("CHITRA_ENV", "production"),
        home=home,
        keys_dir=Path(environ.get("CHITRA_KEYS_DIR", home / "keys")).absolute(),
        database_url=environ.get("CHITRA_DATABASE_URL") or None,
        admin_database_url=environ.get("CHITRA_ADMIN_DATABASE_URL") or environ.get("CHITRA_DATABASE_URL") or None,
        amqp_url=environ.get("CHITRA_AMQP_URL") or None,
        amqp_namespace=environ.get("CHITRA_AMQP_NAMESPACE") or "chitra",
        oidc_issuer=environ.get("CHITRA_OIDC_ISSUER") or None,
        oidc_jwks_url=environ.get("CHITRA_OIDC_JWKS_URL") or None,
        system_token_file=Path(environ["CHITRA_SYSTEM_TOKEN_FILE"]) if environ.get("CHITRA_SYSTEM_TOKEN_FILE") else None,
        oidc_audience=environ.get("CHITRA_OIDC_AUDIENCE") or "chitra",
        registry_url=environ.get("CHITRA_REGISTRY_URL") or None,
        disbursement_url=environ.get("CHITRA_DISBURSEMENT_URL") or None,
        provider_gateway_url=environ.get("CHITRA_PROVIDER_GATEWAY_URL") or None,
        providers_url=environ.get("CHITRA_PROVIDERS_URL") or None,
        host=environ.get("CHITRA_HOST", "127.0.0.1"),
        port=int(environ.get("CHITRA_PORT", "8080")),
        root_path=environ.get("CHITRA_ROOT_PATH", "").rstrip("/"),
        provider_timeout_seconds=float(environ.get("CHITRA_PROVIDER_TIMEOUT_SECONDS", "30")),
        provider_processing_seconds=_optional_seconds(environ.get("CHITRA_PROVIDER_PROCESSING_SECONDS")),
        document_templates_dir=Path(environ["CHITRA_DOCUMENT_TEMPLATES_DIR"])
        if environ.get("CHITRA_DOCUMENT_TEMPLATES_DIR")
        else None,
        sms=environ.get("CHITRA_SMS") or _default_sms(environ),
        sms_folder=Path(environ["CHITRA_SMS_FOLDER"]).absolute() if environ.get("CHITRA_SMS_FOLDER") else None,
        bank_folder=Path(environ["CHITRA_BANK_FOLDER"]).absolute() if environ.get("CHITRA_BANK_FOLDER") else None,
        sms_url=environ.get("CHITRA_SMS_URL") or None,
        spreadsheet_providers=Path(environ["CHITRA_SPREADSHEET_PROVIDERS"]).absolute()
        if environ.get("CHITRA_SPREADSHEET_PROVIDERS")
        else None,
        sms_diacritics=environ.get("CHITRA_SMS_DIACRITICS", "") == "1",
        public_figures=environ.get("CHITRA_PUBLIC_FIGURES", "") != "0",
        provider_urls=_provider_urls(environ),
    )
    check_settings(settings)
    return settings


def _optional_seconds(text: str | None) -> float | None:
    return float(text) if text else None


def _provider_urls(environ: Mapping[str, str]) -> dict[str, str]:
    """`CHITRA_PROVIDER_<NAME>_URL`, for whatever providers there are: they are the gateway's to know."""
    named = ((_PROVIDER_URL.fullmatch(name), value) for name, value in environ.items() if value)
    return {match[1].lower(): value for match, value in named if match}


def _default_sms(environ: Mapping[str, str]) -> str:
    """Off until a province turns messages on; the embedded demo writes them into files."""
    return "file" if environ.get("CHITRA_ENV") == "test" and not environ.get("CHITRA_DATABASE_URL") else "off"


def check_settings(settings: Settings) -> None:
    """Refuse settings that would run half embedded, or with tokens that anyone with the machine can make."""
    if (settings.database_url is None) != (settings.amqp_url is None):
        raise Refusal(BAD_SETTING, "CHITRA_DATABASE_URL and CHITRA_AMQP_URL go together: set both or neither")
    if settings.distributed and settings.local_issuer and settings.environment != "test":
        raise Refusal(
            BAD_SETTING,
            "CHITRA_OIDC_ISSUER is missing: the local token issuer refuses to start beside CHITRA_DATABASE_URL "
            "unless CHITRA_ENV=test",
        )
    if settings.oidc_issuer and not settings.oidc_jwks_url:
        raise Refusal(BAD_SETTING, "CHITRA_OIDC_JWKS_URL is missing beside CHITRA_OIDC_ISSUER")
    if settings.oidc_issuer and settings.system_token_file is None:
        raise Refusal(BAD_SETTING, "CHITRA_SYSTEM_TOKEN_FILE is missing beside CHITRA_OIDC_ISSUER")
    if settings.sms not in ("off", "file", "http"):
        raise Refusal(BAD_SETTING, "CHITRA_SMS is off, file or http")
    if settings.sms == "http" and not settings.sms_url:
        raise Refusal(BAD_SETTING, "CHITRA_SMS_URL is missing beside CHITRA_SMS=http")
    if settings.root_path and not settings.root_path.startswith("/"):
        raise Refusal(BAD_SETTING, "CHITRA_ROOT_PATH is a path such as /registry")
