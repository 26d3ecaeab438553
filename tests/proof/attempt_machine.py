"""The machine: everything that can happen to an attempt, at random, in any order; after each step the invariants hold."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.provider_gateway.domain.attempt import Said
from tests.proof.attempt_life import Ground, Life
from tests.proof.attempt_rules import calm, check, judge
from tests.proof.model_provider import LONGEST_PROCESSING_SECONDS, Answer, ModelProvider, Plan, Taking

TAKINGS: tuple[Taking, ...] = ("all", "all", "half", "none")
ANSWERS: tuple[Answer, ...] = ("said", "silent", "part", "unpriced", "unsure", "not_taken", "refused", "crash", "crash", "late")
ENQUIRIES: tuple[Answer, ...] = ("said", "said", "unpriced", "unsure", "not_taken", "crash")
WHO = st.integers(0, 1)
LINE = st.integers(0, 11)
SENDING: Any = rule(
    who=WHO,
    taking=st.sampled_from(TAKINGS),
    answer=st.sampled_from(ANSWERS),
    hidden=st.sampled_from([0.0, LONGEST_PROCESSING_SECONDS / 2, LONGEST_PROCESSING_SECONDS - 1, 4 * LONGEST_PROCESSING_SECONDS]),
)
ENQUIRING: Any = rule(who=WHO, answer=st.sampled_from(ENQUIRIES))


def named(step: Callable[..., None], n: int) -> Callable[..., None]:
    """The same step as a rule of its own."""

    def copy(self: AttemptMachine, **drawn: Any) -> None:
        step(self, **drawn)

    copy.__name__ = f"{step.__name__}_{n}"
    return copy


class AttemptMachine(RuleBasedStateMachine):
    """A payroll of small chunks; two crews of workers compete for them."""

    ground: ClassVar[Ground]
    runner: ClassVar[asyncio.Runner]
    life: Life
    model: ModelProvider

    def _do(self, happening: Awaitable[Any]) -> Any:
        return self.runner.get_loop().run_until_complete(happening)

    @initialize(refuses=st.booleans())
    def begin(self, refuses: bool) -> None:
        self.model = ModelProvider(refuses)
        self.life = self._do(Life.begin(self.ground, self.model))

    @rule(n=LINE)
    def instructed_again(self, n: int) -> None:
        """disbursement says it once more."""
        self._do(self.life.instruct(n % self.life.instructed))

    # --- our side ---------------------------------------------------------------------------------------------------

    def send(self, who: int, taking: Taking, answer: Answer, hidden: float) -> None:
        """A sender looks for work; the first call that it makes ends so."""
        self._do(self.life.something_to_send())
        self.model.plan = Plan(taking, answer, hidden)
        self._do(self.life.work(who, "sender"))

    def enquire(self, who: int, answer: Answer) -> None:
        """An enquirer looks for work: lapsed leases, then what is to be asked."""
        self.model.enquiry = answer
        self._do(self.life.work(who, "enquiries"))

    # Hypothesis leaves some rules out of each example. These are there several times, since little happens without them.
    send_1 = SENDING(named(send, 1))
    send_2 = SENDING(named(send, 2))
    send_3 = SENDING(named(send, 3))
    send_4 = SENDING(named(send, 4))
    enquire_1 = ENQUIRING(named(enquire, 1))
    enquire_2 = ENQUIRING(named(enquire, 2))
    enquire_3 = ENQUIRING(named(enquire, 3))

    @rule(who=WHO)
    def apply_webhooks(self, who: int) -> None:
        self._do(self.life.work(who, "webhooks"))

    @rule(seconds=st.sampled_from([1.0, 70.0, 700.0, 4000.0, 25_000.0]))
    def time_passes(self, seconds: float) -> None:
        """A lease lasts 60 seconds. What was sent has reached the provider's books before its longest processing time is over."""
        self._do(self.life.pass_time(seconds))

    @rule()
    def lease_lapses_and_it_is_asked(self) -> None:
        """What a crash leads to, all at once: else it would take three happy draws."""
        for who in range(2):
            self._do(self.life.pass_time(70.0))
            self.enquire(who, "said")

    @rule(who=WHO)
    def asked_until_it_is_sent_again(self, who: int) -> None:
        """What is not found twice, the second time after the longest processing time, is sent again."""
        for _ in range(2):
            self._do(self.life.pass_time(LONGEST_PROCESSING_SECONDS + 10))
            self.enquire(who, "said")
        self._do(self.life.work(who, "sender"))

    @rule(who=WHO, answer=st.sampled_from(["silent", "crash"]))
    def sent_again_what_was_taken(self, who: int, answer: Answer) -> None:
        """An order that the provider took without a word, and shows so late that it is sent again: a duplicate, if it looks."""
        self.send(who, "all", answer, 4 * LONGEST_PROCESSING_SECONDS)
        self.lease_lapses_and_it_is_asked()
        self.asked_until_it_is_sent_again(who)

    @rule(sent_before=st.booleans())
    def business_day_begins(self, sent_before: bool) -> None:
        """Only the business clock is moved, so that what was sent is no older; then it is asked after."""
        if sent_before:
            self.send(0, "none", "silent", 0.0)
        self._do(self.life.new_day())
        self.lease_lapses_and_it_is_asked()

    @rule(scope=st.sampled_from(["provider", "payroll"]))
    def stop(self, scope: str) -> None:
        self._do(self.life.stop(scope))

    @precondition(lambda self: self.life.stops)
    @rule()
    def lift(self) -> None:
        self._do(self.life.lift())

    @rule(n=LINE)
    def recall(self, n: int) -> None:
        if self.life.reference(n) not in self.life.recalled:
            self._do(self.life.recall(n))

    # --- the provider's -----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.late)
    @rule()
    def late_answer(self) -> None:
        """A call that was taken for dead answers."""
        self.model.answer_late(1)
        self._do(self.life.work(0, "sender"))
        self._do(self.life.work(1, "sender"))

    @precondition(lambda self: self.model.books)
    @rule(n=LINE, truth=st.sampled_from(["credited", "credited", "refused", "short", "withdrawn", "unclaimed", "returned"]))
    def something_is_booked(self, n: int, truth: Any) -> None:
        """Money moves, or finally does not; a webhook that tells of it is made."""
        said = self.model.book(self.life.reference(n), truth)
        if said is not None:
            self.model.mail.append(self.model.post([said]))

    @precondition(lambda self: self.model.books)
    @rule(n=LINE, known=st.booleans())
    def money_comes_back(self, n: int, known: bool) -> None:
        """Days after it was credited, which was `known` here or not."""
        self.something_is_booked(n, "credited")
        if known and self.model.mail:
            self.webhook(len(self.model.mail) - 1, lost=False)
            self.apply_webhooks(0)
        self.something_is_booked(n, "returned")

    @precondition(lambda self: self.model.mail)
    @rule(n=st.integers(0, 9), lost=st.booleans())
    def webhook(self, n: int, lost: bool) -> None:
        """One of those made comes, new or old, for the first time or again; or is lost, unless it tells of a return."""
        n %= len(self.model.mail)
        if lost and b"returned" not in self.model.mail[n]:
            del self.model.mail[n]
            return
        assert self._do(self.life.post(self.model.mail[n])) == 202

    @rule(n=LINE, outcome=st.sampled_from(["paid", "rejected", "returned"]))
    def forged_webhook(self, n: int, outcome: Any) -> None:
        reference = self.life.reference(n)
        said = Said(reference, outcome, "locked", self.life.payroll.references[reference], "P")
        assert self._do(self.life.post(self.model.post([said], truly=False))) == 401
        self._do(self.life.work(0, "webhooks"))

    @precondition(lambda self: self.model.books)
    @rule(n=LINE, outcome=st.sampled_from(["paid", "rejected"]), dong=st.sampled_from([0, 1]))
    def contradicting_webhook(self, n: int, outcome: Any, dong: int) -> None:
        """Rightly signed, and not what the books say."""
        reference = self.life.reference(n)
        if reference in self.model.books:
            self.model.lied_about.add(reference)
            amount = self.life.payroll.references[reference] + (dong or outcome == "paid")
            assert self._do(self.life.post(self.model.post([Said(reference, outcome, "locked", amount, "P")]))) == 202

    # --- always -----------------------------------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "life"):
            self._do(check(self.life))

    def teardown(self) -> None:
        if not hasattr(self, "life"):
            return
        try:
            self._do(check(self.life))
            self._do(calm(self.life))
            self._do(judge(self.life))
        finally:
            self._do(self.life.end())
