"""The message bus: one protocol, in process or over RabbitMQ."""
