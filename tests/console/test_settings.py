"""Settings that contradict each other are refused before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.main import main
from shared.kernel.errors import Refusal
from shared.settings import BAD_SETTING, read_settings

DATABASE = {"CHITRA_DATABASE_URL": "postgresql://chitra_registry:secret@127.0.0.1/chitra"}
BROKER = {"CHITRA_AMQP_URL": "amqp://chitra:secret@127.0.0.1/"}
ISSUER = {
    "CHITRA_OIDC_ISSUER": "https://id.example/",
    "CHITRA_OIDC_JWKS_URL": "https://id.example/keys",
    "CHITRA_SYSTEM_TOKEN_FILE": "/run/secrets/token",
}

CONTRADICTIONS = {
    "database without broker": (DATABASE, "CHITRA_AMQP_URL"),
    "broker without database": (BROKER, "CHITRA_DATABASE_URL"),
    "local issuer beside a database": ({**DATABASE, **BROKER}, "CHITRA_OIDC_ISSUER"),
    "local issuer in production, said aloud": ({**DATABASE, **BROKER, "CHITRA_ENV": "production"}, "CHITRA_OIDC_ISSUER"),
    "issuer without a token of our own": (
        {**DATABASE, **BROKER, **{name: value for name, value in ISSUER.items() if "TOKEN" not in name}},
        "CHITRA_SYSTEM_TOKEN_FILE",
    ),
    "issuer without its keys": ({**DATABASE, **BROKER, "CHITRA_OIDC_ISSUER": "https://id.example/"}, "CHITRA_OIDC_JWKS_URL"),
    "messages over HTTP to nowhere": ({"CHITRA_SMS": "http"}, "CHITRA_SMS_URL"),
    "messages by a way that is none": ({"CHITRA_SMS": "pigeon"}, "CHITRA_SMS"),
    "a root path that is none": ({"CHITRA_ROOT_PATH": "registry"}, "CHITRA_ROOT_PATH"),
}


@pytest.mark.parametrize(("environment", "named"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_a_contradiction_is_refused_and_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_settings(environment)
    assert refused.value.code is BAD_SETTING
    assert named in refused.value.detail
    assert "secret" not in refused.value.detail


@pytest.mark.parametrize("environment", [{**DATABASE, **BROKER, **ISSUER}, {**DATABASE, **BROKER, "CHITRA_ENV": "test"}])
def test_distributed_needs_an_issuer_or_a_test(environment: dict[str, str]) -> None:
    settings = read_settings(environment)
    assert settings.distributed
    assert settings.local_issuer == ("CHITRA_OIDC_ISSUER" not in environment)


def test_nothing_said_is_the_embedded_platform() -> None:
    settings = read_settings({})
    assert not settings.distributed
    assert settings.local_issuer
    assert settings.keys_dir == settings.home / "keys"


def test_an_empty_variable_is_none() -> None:
    empty = dict.fromkeys(
        [*DATABASE, *BROKER, *ISSUER, "CHITRA_AMQP_NAMESPACE", "CHITRA_OIDC_AUDIENCE", "CHITRA_PROVIDERS_URL"], ""
    )
    assert read_settings(empty) == read_settings({})


def test_the_command_line_says_it_in_two_languages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("CHITRA_HOME", str(tmp_path))
    monkeypatch.setenv("CHITRA_DATABASE_URL", DATABASE["CHITRA_DATABASE_URL"])
    monkeypatch.delenv("CHITRA_AMQP_URL", raising=False)
    assert main(["serve", "registry"]) == 2
    said = capsys.readouterr().err
    assert BAD_SETTING.title_en in said
    assert BAD_SETTING.title_vi in said
    assert "secret" not in said
