"""Which RabbitMQ the tests use."""

from __future__ import annotations

import os
from dataclasses import dataclass

from console.rabbitmq_node import Node


@dataclass(frozen=True)
class Broker:
    """A broker's address, and its node where it is the tests' own."""

    url: str
    node: Node | None


def broker_from_environment() -> Broker | None:
    """The broker of CHITRA_TEST_AMQP_URL; None where the variable is not set."""
    url = os.environ.get("CHITRA_TEST_AMQP_URL")
    return Broker(url, None) if url else None
