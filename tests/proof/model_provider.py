"""A provider that is a model: it keeps its own books, does what the test draws, and remembers what it truly said.

Two things it shares with a bad real one. What it takes may stay hidden for up to its longest processing time, and what is
hidden it doesn't recognise as a duplicate either; what is hidden for longer it does. And it answers, or not, whatever it did.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import orjson

from services.provider_gateway.connectors.protocol import (
    Batch,
    Connector,
    ForgedWebhook,
    Found,
    Notice,
    NotTaken,
    Order,
    Refused,
    Sent,
    UnreadableWebhook,
    Unsure,
)
from services.provider_gateway.domain.attempt import DUPLICATE, Outcome, Said

NAME = "viettelpay"
LONGEST_PROCESSING_SECONDS = 600.0
SLACK_SECONDS = 100.0
"""The gateway's clock also runs by itself while a test works; the model's is only moved."""

Taking = Literal["all", "half", "none"]
Answer = Literal["said", "silent", "part", "unpriced", "unsure", "not_taken", "refused", "crash", "late"]
Truth = Literal["open", "credited", "short", "refused", "returned", "withdrawn", "unclaimed"]


@dataclass(slots=True)
class Booked:
    """An order in the provider's books. `short`: another amount moved than was ordered."""

    order: Order
    truth: Truth
    visible_at: float
    strict: bool = False  # known as a duplicate even while it is hidden


@dataclass(slots=True)
class Plan:
    """How the next call ends: what of it is taken, for how long that is hidden, and what the caller learns."""

    taking: Taking = "all"
    answer: Answer = "said"
    hidden_seconds: float = 0.0


@dataclass(slots=True)
class ModelProvider:
    """Payments, enquiry and webhooks of the one provider, over one set of books."""

    refuses_duplicates: bool = True
    longest_processing_seconds: float = LONGEST_PROCESSING_SECONDS
    now: float = 0.0  # seconds; moved by the test together with the gateway's
    plan: Plan = field(default_factory=Plan)
    enquiry: Answer = "said"
    books: dict[str, list[Booked]] = field(default_factory=dict)  # by reference
    credits: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # by account: how often money moved to it
    said: dict[str, set[tuple[Outcome, int | None]]] = field(default_factory=lambda: defaultdict(set))
    called: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # account -> references it was sent under
    maybe_taken: set[str] = field(default_factory=set)
    """References of which the gateway cannot know that they were not taken."""
    resent: list[str] = field(default_factory=list)  # sent again though they may have been taken
    sends: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    too_early: list[str] = field(default_factory=list)  # of those, before twice "not found" and its longest processing time
    sent_at: dict[str, float] = field(default_factory=dict)
    not_founds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # since it was sent last
    late: list[asyncio.Event] = field(default_factory=list)
    lied_about: set[str] = field(default_factory=set)
    mail: list[bytes] = field(default_factory=list)  # webhooks that were made, and may come at any time
    _secret: bytes = b"model"

    def connector(self) -> Connector:
        """As the gateway sees it."""
        return Connector(NAME, _Payments(self, self.refuses_duplicates), _Enquiry(self), _Webhooks(self))

    def answer_late(self, calls: int) -> None:
        """So many of the calls that hang are answered, the oldest first."""
        for event in self.late[:calls]:
            event.set()
        del self.late[:calls]

    def take(self, orders: Sequence[Order], hidden_seconds: float) -> list[Said]:
        """Into the books, but for visible duplicates; what is said of each."""
        answers = []
        for order in orders:
            known = self.books.setdefault(order.reference, [])
            if self.refuses_duplicates and any(each.strict or each.visible_at <= self.now for each in known):
                answers.append(Said(order.reference, "rejected", DUPLICATE))
                continue
            strict = hidden_seconds > self.longest_processing_seconds
            known.append(Booked(order, "open", self.now + hidden_seconds, strict))
            answers.append(Said(order.reference, "accepted"))
        return answers

    def book(self, reference: str, truth: Truth) -> Said | None:
        """Something happens to all that is open (or, for a return, credited) of a reference; what is to be said of it."""
        before: Truth = "credited" if truth == "returned" else "open"
        moved = [each for each in self.books.get(reference, []) if each.truth == before]
        for each in moved:
            each.truth = truth
            if truth in ("credited", "short"):
                self.credits[str(each.order.account_number)] += 1
        return self.word(reference) if moved else None

    def word(self, reference: str) -> Said:
        """What the books say of a reference; the first of what was taken twice."""
        booked = self.books[reference][0]
        amount = booked.order.amount_dong
        if booked.truth == "short":
            return Said(reference, "paid", None, amount - 1000, "P")
        words: dict[Truth, tuple[Outcome, str | None]] = {
            "open": ("accepted", None), "credited": ("paid", None), "refused": ("rejected", "locked"),
            "returned": ("returned", "account_closed"), "withdrawn": ("returned", "withdrawn"), "unclaimed": ("unclaimed", None),
        }  # fmt: skip
        outcome, reason = words[booked.truth]
        return Said(reference, outcome, reason, amount, "P")

    def visible(self, reference: str) -> bool:
        """Whether an enquiry finds it."""
        return any(each.visible_at <= self.now for each in self.books.get(reference, []))

    def tell(self, sayings: Sequence[Said]) -> Sequence[Said]:
        """Remember what was said, by whichever way."""
        for each in sayings:
            if each.reason != DUPLICATE:  # which says of the first sending that it came, and of the payment nothing
                self.said[each.reference].add((each.outcome, each.amount_dong))
        return sayings

    def post(self, sayings: Sequence[Said], *, truly: bool = True) -> bytes:
        """A webhook with these sayings; a forged one is signed by somebody else."""
        rows = [[s.reference, s.outcome, s.reason, s.amount_dong, s.provider_reference] for s in sayings]
        body = orjson.dumps({"said": rows, "n": len(self.mail)})
        if truly:
            self.tell(sayings)
        signed = hashlib.sha256((self._secret if truly else b"forger") + body).hexdigest().encode()
        return signed + body


@dataclass(slots=True)
class _Payments:
    model: ModelProvider
    refuses_duplicates: bool
    longest_processing_seconds: float = LONGEST_PROCESSING_SECONDS

    async def pay(self, batch: Batch) -> Sent:
        model, plan, orders = self.model, self.model.plan, list(batch.orders)
        model.plan = Plan()
        references = [order.reference for order in orders]
        for order in orders:
            model.called[str(order.account_number)].add(order.reference)
            model.sends[order.reference] += 1
            if order.reference in model.maybe_taken:
                model.resent.append(order.reference)
                seen = model.not_founds[order.reference]
                if len(seen) < 2 or seen[-1] - model.sent_at[order.reference] < LONGEST_PROCESSING_SECONDS - SLACK_SECONDS:
                    model.too_early.append(order.reference)
            model.sent_at[order.reference] = model.now
            model.not_founds[order.reference].clear()
        taken = {"all": orders, "half": orders[: (len(orders) + 1) // 2], "none": []}[plan.taking]
        if plan.answer in ("not_taken", "refused"):
            model.tell([Said(each, "rejected", "invalid_request") for each in references] if plan.answer == "refused" else [])
            raise NotTaken("throttled") if plan.answer == "not_taken" else Refused("form")
        model.maybe_taken.update(references)
        answers = model.take(taken, plan.hidden_seconds)
        if plan.answer == "late":
            model.late.append(event := asyncio.Event())
            await event.wait()
        if plan.answer == "crash":
            raise asyncio.CancelledError
        if plan.answer in ("unsure", "silent"):
            raise Unsure("timeout")
        known = [each for each in references[len(taken) :] if model.books.get(each)]
        left = [each for each in references[len(taken) :] if each not in known]
        answers += [Said(each, "rejected", DUPLICATE) for each in known] + [Said(each, "rejected", "limit") for each in left]
        model.maybe_taken.difference_update(left)
        if plan.answer == "unpriced":
            answers = [Said(each.reference, "paid") if each.outcome == "accepted" else each for each in answers]
        if plan.answer == "part":
            answers = answers[: len(answers) // 2]
        return Sent(model.tell(answers))


@dataclass(slots=True)
class _Enquiry:
    model: ModelProvider

    async def enquire(self, batch: Batch) -> Found:
        model, answer = self.model, self.model.enquiry
        if answer in ("unsure", "silent", "late", "refused"):
            raise Unsure("timeout")
        if answer == "not_taken":
            raise NotTaken("throttled")
        if answer == "crash":
            raise asyncio.CancelledError
        references = [order.reference for order in batch.orders]
        for each in references:
            if not model.visible(each):
                model.not_founds[each].append(model.now)
        found = [model.word(each) for each in references if model.visible(each)]
        if answer == "unpriced":
            found = [Said(each.reference, each.outcome) if each.outcome == "paid" else each for each in found]
        return Found(model.tell(found), frozenset(each for each in references if not model.visible(each)))


@dataclass(slots=True)
class _Webhooks:
    model: ModelProvider

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        signed, content = body[:64], body[64:]
        if hashlib.sha256(self.model._secret + content).hexdigest().encode() != signed:
            raise ForgedWebhook
        return signed.decode()

    def read(self, body: bytes) -> Notice:
        try:
            return Notice(None, [Said(*row) for row in orjson.loads(body[64:])["said"]])
        except ValueError:
            raise UnreadableWebhook("json") from None
