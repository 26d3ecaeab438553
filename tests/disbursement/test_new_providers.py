"""A provider that the gateway has a new connector for may stand in a contract, with nothing else changed."""

from __future__ import annotations

from shared.contracts.gateway_events import ProviderDescription, ProvidersDescribed
from tests.disbursement.gateway_voice import say
from tests.disbursement.office import Office
from tests.disbursement.test_runs_and_contracts import contract_body


def _described(*providers: tuple[str, tuple[str, ...]]) -> ProvidersDescribed:
    return ProvidersDescribed(
        providers=[
            ProviderDescription.model_validate(
                {
                    "provider": name, "channels": channels, "opens_accounts": False, "files": True, "statements": False,
                    "refuses_duplicates": False, "longest_processing_seconds": 86_400,
                }
            )
            for name, channels in providers
        ]
    )  # fmt: skip


async def test_a_described_provider_may_pay_and_lead(office: Office) -> None:
    path = "/v1/contracts"
    own = {"number": "01/2021/QTD", "lead_provider": "credit_fund", "channels": [{"channel": "cash", "provider": "credit_fund"}]}
    body = contract_body(office, **own)
    await office.refused("unknown-provider", "POST", path, "province", body)
    await say(office, _described(("credit_fund", ("cash",)), ("vnpost", ("cash",))))
    made = await office.ok("POST", path, "province", body)
    assert (made["lead_provider"], made["channels"][0]["provider"]) == ("credit_fund", "credit_fund")

    wallet = {**body, "number": "02/2021/QTD", "channels": [{"channel": "wallet", "provider": "credit_fund"}]}
    await office.refused("unknown-provider", "POST", path, "province", wallet)
    post = {**body, "number": "03/2021/QTD", "lead_provider": "vnpost"}
    await office.refused("unknown-provider", "POST", path, "province", post)

    await say(office, _described(("vnpost", ("cash",))))
    again = await office.ok("POST", path, "province", body)
    assert again["contract_id"] == made["contract_id"], "a contract stands, also once its connector is taken away"
