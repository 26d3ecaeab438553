"""Four providers on real HTTP with their own durable books, as strict as a bank. Shares no code with the gateway.

The wire is described in docs/providers/. Start it with `python -m services.provider_gateway.sandbox`.
"""
