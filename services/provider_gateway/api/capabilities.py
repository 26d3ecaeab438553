"""What each provider can do, for whoever draws up contracts or writes to us from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from services.provider_gateway.connectors.describing import describe
from services.provider_gateway.connectors.protocol import Connector
from shared.auth import Caller, require

_EXAMPLE: JsonDict = {
    "provider": "viettelpay",
    "channels": ["wallet", "cash"],
    "opens_accounts": True,
    "files": False,
    "statements": True,
    "refuses_duplicates": True,
    "longest_processing_seconds": 1800.0,
}


class Capabilities(BaseModel):
    """What a provider can do. `opens_accounts`: also checks accounts that people name. `files`: outcomes come by files.
    `refuses_duplicates` false: what is not found there is never sent again by itself. `longest_processing_seconds`: how long
    "not found" may be said of what was taken."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    provider: str
    channels: list[Literal["wallet", "account", "cash", "cashier"]]
    opens_accounts: bool
    files: bool
    statements: bool
    refuses_duplicates: bool
    longest_processing_seconds: float


class CapabilitiesList(BaseModel):
    """All providers that there is a connector for."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_EXAMPLE]}})

    items: list[Capabilities]


def router(connectors: Mapping[str, Connector]) -> APIRouter:
    """The route of capabilities."""
    routes = APIRouter(prefix="/v1/capabilities", tags=["providers"])

    @routes.get("", summary="What each provider can do")
    async def list_capabilities(caller: Annotated[Caller, Depends(require("gateway:read"))]) -> CapabilitiesList:
        """It follows from the connectors; other services are told by the event `providers_described`."""
        return CapabilitiesList(items=[Capabilities.model_validate(each.model_dump()) for each in describe(connectors)])

    return routes
