"""Decides which fault strikes where: forced ones first, then each kind's first occasion, then by rate.

By rate is a function of seed and reference alone, so two runs with the same seed and references misbehave alike. Only the
books' thread calls this, so it needs no lock.
"""

from __future__ import annotations

import hashlib
from collections import Counter

from services.provider_gateway.sandbox.fault_kinds import ALL_KINDS, DEFAULT_RATES


class Faults:
    """The plan of faults. `fired` are the counts that the books hold from before."""

    def __init__(self, seed: int, fault_rate: float, fired: dict[str, int]) -> None:
        self._key = hashlib.sha256(f"sandbox:{seed}".encode()).digest()
        self.fired: Counter[str] = Counter(fired)
        self._planned: Counter[str] = Counter()
        self._forced: list[tuple[str, str | None]] = []  # with the provider, where it is for one alone
        self.rates: dict[str, float] = {}
        self._own_rates: dict[str, dict[str, float]] = {}
        self._ladders: dict[tuple[str, tuple[str, ...]], tuple[tuple[float, str], ...]] = {}
        self._awaited: set[str] = set()
        self.set_rates({kind: rate * fault_rate for kind, rate in DEFAULT_RATES.items()})

    def set_rates(self, rates: dict[str, float], provider: str | None = None) -> None:
        """Change some kinds' rates (0 to 1), of all providers or of one. A kind with a rate of 0 never strikes unless forced."""
        self._ladders.clear()
        if provider is not None:
            self._own_rates.setdefault(provider, {}).update(rates)
            return
        self.rates.update(rates)
        for own in self._own_rates.values():  # the newest word holds
            for kind in rates:
                own.pop(kind, None)
        self._awaited = {kind for kind in ALL_KINDS if self.rates[kind] > 0 and not self.fired[kind] and not self._planned[kind]}

    def force(self, kinds: list[str], provider: str | None = None) -> None:
        """Each of `kinds` strikes the next occasion that suits it (at one provider, where it is named), whatever the rates."""
        self._forced.extend((kind, provider) for kind in kinds)

    @property
    def forced(self) -> tuple[str, ...]:
        """What was forced and has found no occasion yet."""
        return tuple(kind for kind, _ in self._forced)

    def choose(self, suitable: tuple[str, ...], key: str, provider: str) -> str | None:
        """The fault that strikes this occasion, of the kinds suitable for it, or None. `key` names the occasion."""
        kind = (
            self._forced_kind(suitable, provider)
            or self._awaited_kind(suitable, provider)
            or self._kind_by_rate(suitable, key, provider)
        )
        if kind is not None:
            self._planned[kind] += 1
            self._awaited.discard(kind)
        return kind

    def strike(self, kind: str) -> None:
        """A planned fault really happened."""
        self.fired[kind] += 1
        self._planned[kind] = max(0, self._planned[kind] - 1)

    def abandon(self, kind: str) -> None:
        """A planned fault found no chance to happen; its first occasion is awaited again."""
        self._planned[kind] = max(0, self._planned[kind] - 1)
        if self.rates[kind] > 0 and not self.fired[kind] and not self._planned[kind]:
            self._awaited.add(kind)

    def share(self, key: str) -> float:
        """A number in [0, 1) that depends on seed and key alone."""
        digest = hashlib.blake2b(key.encode(), digest_size=8, key=self._key).digest()
        return int.from_bytes(digest, "big") / 2**64

    def _forced_kind(self, suitable: tuple[str, ...], provider: str) -> str | None:
        for position, (kind, only) in enumerate(self._forced):
            if kind in suitable and only in (None, provider):
                return self._forced.pop(position)[0]
        return None

    def _awaited_kind(self, suitable: tuple[str, ...], provider: str) -> str | None:
        if not self._awaited:
            return None
        own = self._own_rates.get(provider, {})  # a provider that is to be spared a kind is spared its first occasion too
        return next((kind for kind in suitable if kind in self._awaited and own.get(kind) != 0), None)

    def _kind_by_rate(self, suitable: tuple[str, ...], key: str, provider: str) -> str | None:
        ladder = self._ladders.get((provider, suitable))
        if ladder is None:
            ladder = self._ladders[provider, suitable] = self._ladder(suitable, provider)
        if not ladder:
            return None
        share = self.share(key)
        return next((kind for below, kind in ladder if share < below), None)

    def _ladder(self, suitable: tuple[str, ...], provider: str) -> tuple[tuple[float, str], ...]:
        steps, below = [], 0.0
        rates = {**self.rates, **self._own_rates.get(provider, {})}
        for kind in suitable:
            if rates[kind] > 0:
                below += rates[kind]
                steps.append((below, kind))
        return tuple(steps)
