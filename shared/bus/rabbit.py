"""The bus over RabbitMQ: one topic exchange, a durable quorum queue for each consumer, publisher confirms, dead letters."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import aio_pika
from aio_pika.abc import (
    AbstractChannel,
    AbstractExchange,
    AbstractIncomingMessage,
    AbstractQueue,
    AbstractRobustConnection,
)
from aio_pika.exceptions import DeliveryError

from shared.bus.protocol import DeadLetter, Subscription, Unroutable, deliver
from shared.contracts.envelope import Message

EXCHANGE = "chitra"
DELIVERY_LIMIT = 10_000
"""Only a message that ends its consumer's process again and again comes near this; a worker killed now and then does not."""
LOOK_LIMIT = 1_000_000
"""Looking at a dead letter counts as a delivery too; RabbitMQ 4 would throw it away at the twentieth."""


class RabbitBus:
    """Keeps what it confirmed through restarts of broker and consumers."""

    forgets = False

    def __init__(self, connection: AbstractRobustConnection, namespace: str = EXCHANGE) -> None:
        self._connection = connection
        self._namespace = namespace  # name of the exchange; where it isn't the usual one, also in front of queues' names
        self._publishing: tuple[AbstractChannel, AbstractExchange] | None = None
        self._lock = asyncio.Lock()
        self._consuming: list[tuple[AbstractQueue, str]] = []
        self._under_way: set[asyncio.Task[None]] = set()

    @classmethod
    async def connect(cls, url: str, namespace: str = EXCHANGE, tries: int = 60) -> RabbitBus:
        """Connect, waiting up to a minute for a broker that is still starting. Two namespaces on a broker share nothing."""
        for left in range(tries, 0, -1):
            try:
                return cls(await aio_pika.connect_robust(url, timeout=10, reconnect_interval=1), namespace)
            except (OSError, aio_pika.exceptions.AMQPError):
                if left == 1:
                    raise
                await asyncio.sleep(1)
        raise AssertionError("unreachable: the last try returns or raises")

    async def publish(self, envelopes: Sequence[Message]) -> None:
        try:
            async with self._lock:
                exchange = await self._publishing_exchange()
            results = await asyncio.gather(*(self._publish_one(exchange, e) for e in envelopes), return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException):
                    raise result
        except DeliveryError as error:
            raise Unroutable(str(error.frame)) from error
        except RuntimeError as error:  # what aio-pika says of a connection that is away
            await self._drop_publishing()
            raise ConnectionError(str(error)) from error
        except Exception:
            await self._drop_publishing()
            raise

    async def _drop_publishing(self) -> None:
        """A channel that failed is not used again, nor opened again with the connection."""
        failed, self._publishing = self._publishing, None
        if failed is not None:
            await _let_go(failed[0])

    async def _publish_one(self, exchange: AbstractExchange, envelope: Message) -> None:
        message = aio_pika.Message(
            envelope.encode(),
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=f"{envelope.source}/{envelope.position}",
            type=envelope.type,
        )
        await exchange.publish(message, envelope.routing_key, mandatory=True, timeout=30)

    async def _publishing_exchange(self) -> AbstractExchange:
        if self._publishing is None or self._publishing[0].is_closed:
            await self._drop_publishing()
            channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
            try:
                self._publishing = (channel, await self._declare_exchange(channel))
            except BaseException:
                await _let_go(channel)
                raise
        return self._publishing[1]

    async def declare(self, subscription: Subscription) -> None:
        async with self._connection.channel() as channel:
            await self._declare_queue(channel, subscription)

    async def subscribe(self, subscription: Subscription) -> None:
        channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        await channel.set_qos(prefetch_count=subscription.prefetch)
        queue = await self._declare_queue(channel, subscription)

        async def on_message(message: AbstractIncomingMessage) -> None:
            task = asyncio.create_task(self._handle(channel, subscription, message))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

        self._consuming.append((queue, await queue.consume(on_message)))

    async def _handle(self, channel: AbstractChannel, subscription: Subscription, message: AbstractIncomingMessage) -> None:
        reason = await deliver(subscription.receive, message.body)
        try:
            if reason is not None:
                letter = aio_pika.Message(
                    message.body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, headers={"x-chitra-reason": reason}
                )
                await channel.default_exchange.publish(letter, dead_queue(self._named(subscription.queue)), mandatory=True)
            await message.ack()
        except (aio_pika.exceptions.AMQPError, RuntimeError, OSError):
            # The broker went away between effect and acknowledgement, or could not keep the dead letter: the message
            # is delivered again, and the inbox knows it.
            with contextlib.suppress(Exception):  # on a connection that is gone the broker takes it back by itself
                await message.nack()

    async def _declare_exchange(self, channel: AbstractChannel) -> AbstractExchange:
        return await channel.declare_exchange(self._namespace, aio_pika.ExchangeType.TOPIC, durable=True)

    async def _declare_queue(self, channel: AbstractChannel, subscription: Subscription) -> AbstractQueue:
        exchange = await self._declare_exchange(channel)
        name = self._named(subscription.queue)
        await channel.declare_queue(
            dead_queue(name), durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": LOOK_LIMIT}
        )
        queue = await channel.declare_queue(
            name,
            durable=True,
            arguments={
                "x-queue-type": "quorum",
                "x-delivery-limit": DELIVERY_LIMIT,
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": dead_queue(name),
            },
        )
        for key in subscription.routing_keys:
            await queue.bind(exchange, key)
        return queue

    async def dead_letters(self, queue: str, limit: int = 100) -> list[DeadLetter]:
        letters: list[DeadLetter] = []
        async with self._connection.channel() as channel:  # at its end, what was not acknowledged goes back
            held = await channel.get_queue(dead_queue(self._named(queue)))
            while len(letters) < limit and (message := await held.get(fail=False)) is not None:
                letters.append(DeadLetter(queue, _reason(message), message.body))
        return letters

    async def replay(self, queue: str, limit: int = 100) -> int:
        count = 0
        async with self._connection.channel(publisher_confirms=True, on_return_raises=True) as channel:
            held = await channel.get_queue(dead_queue(self._named(queue)))
            while count < limit and (message := await held.get(fail=False)) is not None:
                again = aio_pika.Message(message.body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
                await channel.default_exchange.publish(again, self._named(queue), mandatory=True)
                await message.ack()
                count += 1
        return count

    async def remove(self, queues: Sequence[str]) -> None:
        """Take queues away with all that they hold, and the exchange: after a demo or a test, on a broker that stays."""
        async with self._connection.channel() as channel:
            for queue in queues:
                await channel.queue_delete(self._named(queue))
                await channel.queue_delete(dead_queue(self._named(queue)))
            await channel.exchange_delete(self._namespace)

    def _named(self, queue: str) -> str:
        return queue if self._namespace == EXCHANGE else f"{self._namespace}.{queue}"

    async def close(self) -> None:
        await self._connection.close()  # first: no message comes any more, and what is not acknowledged goes back
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


async def _let_go(channel: AbstractChannel) -> None:
    """Close a channel in whatever state it is, so that the connection does not open it again when it comes back."""
    with contextlib.suppress(Exception):
        await channel.close()


def dead_queue(queue: str) -> str:
    """The name of a queue's dead-letter queue."""
    return f"{queue}.dead"


def _reason(message: AbstractIncomingMessage) -> str:
    reason = message.headers.get("x-chitra-reason") or message.headers.get("x-first-death-reason") or "unknown"
    return reason if isinstance(reason, str) else str(reason)
