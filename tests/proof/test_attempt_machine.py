"""An attempt's life at random against a model; and the test of that test: planted bugs, one at a time, are found."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from services.provider_gateway.workers import enquiries, lanes
from shared.auth import local_verifier
from shared.crypto import load_field_cipher
from shared.database import Database
from shared.embedded_postgres import EmbeddedPostgres
from shared.keys import ISSUER, load_signing_key
from shared.settings import Settings
from tests.proof.attempt_life import Ground
from tests.proof.attempt_machine import AttemptMachine
from tests.proof.planted_bugs import BUGS, Plant

EXAMPLES, STEPS = 25, 20
EXAMPLES_FOR_A_BUG = 120


@pytest.fixture(scope="module")
def machine(postgres: EmbeddedPostgres, database_name: str, settings: Settings) -> Iterator[type[AttemptMachine]]:
    """The machine on a loop of its own: Hypothesis runs its steps from outside of any."""
    verifier = local_verifier(load_signing_key(settings.keys_dir, ISSUER), settings.oidc_audience)
    cipher = load_field_cipher(settings.keys_dir)
    with asyncio.Runner() as the_runner, pytest.MonkeyPatch.context() as patch:
        patch.setattr(lanes, "POLL_SECONDS", 0.01)  # calls that hang are hung on purpose: nobody need wait for them
        patch.setattr(enquiries, "LOOK_AT_THE_DAY_SECONDS", 0.0)  # a day begins between two steps
        database = Database(postgres.url_for("chitra_provider_gateway", database_name), "provider_gateway")
        laid = the_runner.run(Ground.lay(database, postgres.url_for("postgres", database_name), cipher, verifier))

        class Grounded(AttemptMachine):
            ground = laid
            runner = the_runner

        yield Grounded
        the_runner.run(laid.clear())


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck), report_multiple_bugs=False, print_blob=False,
    )  # fmt: skip


def test_whatever_happens_no_payment_is_doubled_lost_or_stuck(machine: type[AttemptMachine]) -> None:
    run_state_machine_as_test(machine, settings=_settings(EXAMPLES))


@pytest.mark.parametrize("bug", BUGS, ids=[bug.__name__ for bug in BUGS])
def test_a_planted_bug_is_found(machine: type[AttemptMachine], bug: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=_settings(EXAMPLES_FOR_A_BUG))
