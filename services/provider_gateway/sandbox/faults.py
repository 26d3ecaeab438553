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
        self._forced: list[str] = []
        self.rates: dict[str, float] = {}
        self._ladders: dict[tuple[str, ...], tuple[tuple[float, str], ...]] = {}
        self._awaited: set[str] = set()
        self.set_rates({kind: rate * fault_rate for kind, rate in DEFAULT_RATES.items()})

    def set_rates(self, rates: dict[str, float]) -> None:
        """Change some kinds' rates (0 to 1). A kind with a rate of 0 never strikes unless forced."""
        self.rates.update(rates)
        self._ladders.clear()
        self._awaited = {kind for kind in ALL_KINDS if self.rates[kind] > 0 and not self.fired[kind] and not self._planned[kind]}

    def force(self, kinds: list[str]) -> None:
        """Each of `kinds` strikes the next occasion that suits it, whatever the rates."""
        self._forced.extend(kinds)

    @property
    def forced(self) -> tuple[str, ...]:
        """What was forced and has found no occasion yet."""
        return tuple(self._forced)

    def choose(self, suitable: tuple[str, ...], key: str) -> str | None:
        """The fault that strikes this occasion, of the kinds suitable for it, or None. `key` names the occasion."""
        kind = self._forced_kind(suitable) or self._awaited_kind(suitable) or self._kind_by_rate(suitable, key)
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

    def _forced_kind(self, suitable: tuple[str, ...]) -> str | None:
        for position, kind in enumerate(self._forced):
            if kind in suitable:
                return self._forced.pop(position)
        return None

    def _awaited_kind(self, suitable: tuple[str, ...]) -> str | None:
        if not self._awaited:
            return None
        return next((kind for kind in suitable if kind in self._awaited), None)

    def _kind_by_rate(self, suitable: tuple[str, ...], key: str) -> str | None:
        ladder = self._ladders.get(suitable)
        if ladder is None:
            ladder = self._ladders[suitable] = self._ladder(suitable)
        if not ladder:
            return None
        share = self.share(key)
        return next((kind for below, kind in ladder if share < below), None)

    def _ladder(self, suitable: tuple[str, ...]) -> tuple[tuple[float, str], ...]:
        steps, below = [], 0.0
        for kind in suitable:
            if self.rates[kind] > 0:
                below += self.rates[kind]
                steps.append((below, kind))
        return tuple(steps)
