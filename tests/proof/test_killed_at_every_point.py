"""SIGKILL at every commit and every provider call of both services: nothing is doubled, nothing lost, nothing stuck.

Which points there are is found out by running (kill_points.py) and by reading (commit_sites.py), not written down. Each
provider is in another of the four conditions that make a double or a loss likely, so every point of the way of money is died at
in each of them:

    viettelpay       times out after it took the payment   refuses duplicates
    vietinbank       times out after it took the payment   pays a reference as often as it comes
    vnpost           "not found" for a while after taking  refuses duplicates
    commune_cashier  "not found" for a while after taking  pays a reference as often as it comes
"""

from __future__ import annotations

import pytest

from tests.proof.commit_sites import UNREACHED, is_unreached, sites
from tests.proof.conditions import bad_conditions
from tests.proof.conftest import Ground
from tests.proof.kill_points import PROVIDERS
from tests.proof.killing import Killing
from tests.proof.proving import settled_and_judged

WAY_OF_MONEY = (
    "workers.dispatcher.Dispatcher._instruct_next",
    "workers.sender.Sender",
    "workers.enquiries.Enquirer._ask",
    "workers.lister.Lister",
)
"""Where each provider's own passing must be died at."""

PAYING = {
    "viettelpay": "viettelpay: connectors.viettelpay.payments.ViettelPayments.pay",
    "vietinbank": "vietinbank: connectors.vietinbank.payments.VietinPayments.pay",
    "vnpost": "vnpost: connectors.cash_lists.payments.ListPayments.pay.<locals>.send",
    "commune_cashier": "cashier: connectors.cash_lists.payments.ListPayments.pay.<locals>.send",
}


@pytest.mark.timeout(3600)
async def test_killed_at_every_point_nothing_is_doubled_lost_or_stuck(proving_ground: Ground) -> None:
    ground = proving_ground
    await bad_conditions(ground)
    await Killing(ground, must_be_died_at()).to_the_end()
    async with ground.registry_heard():
        ends = await settled_and_judged(ground)
    assert ends.keys() >= {"paid", "rejected", "returned", "unclaimed"}, ends
    fired = await ground.ask("GET", "/faults")
    wanted = ("timeout_after", "not_found_at_first", "webhook_forged", "slow", "dropped_connection")
    assert all(fired[kind] for kind in wanted), fired


def must_be_died_at() -> set[str]:
    """Whatever happens by chance: before and after every commit that is written in the code, and around every paying call."""
    points = {f"{site}/{side}" for site in sites() if not is_unreached(site) for side in ("before_commit", "after_commit")}
    for point in [*points]:
        if point.startswith(WAY_OF_MONEY):
            site, _, side = point.rpartition("/")
            points |= {f"{site}[{provider}]/{side}" for provider in PROVIDERS}
    return points | {f"{call}/{side}" for call in PAYING.values() for side in ("before_call", "after_call", "after_failed_call")}


@pytest.mark.parametrize("place", UNREACHED)
def test_what_is_excused_stands_in_the_code(place: str) -> None:
    assert any(site == place or site.startswith(f"{place}+") for site in sites())
