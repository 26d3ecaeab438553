"""How each provider is spoken to: one folder a provider, one file a capability, one registration in `registry.py`.

Connectors know no database. What is true of one provider only (signatures, field names, states, limits of texts) stays in
its folder. The wire of all four is simulated, unofficial: see docs/providers/.
"""
