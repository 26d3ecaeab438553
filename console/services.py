"""The four services, by name."""

from __future__ import annotations

import importlib

from shared.platform import Platform
from shared.service import Service
from shared.settings import SERVICES


def load_services() -> None:
    """Read the code of all four in: it takes longer than building them, and can be done while the database starts."""
    for name in SERVICES:
        importlib.import_module(f"services.{name}.main")


def build_service(name: str, platform: Platform) -> Service:
    """Build one service on a platform."""
    service: Service = importlib.import_module(f"services.{name}.main").build(platform)
    return service


def build_services(platform: Platform) -> dict[str, Service]:
    """Build all four."""
    return {name: build_service(name, platform) for name in SERVICES}
