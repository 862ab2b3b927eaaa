"""Ad-hoc checks: what is answered and what is not, once each, however often a worker dies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from reviewers.decisions.answering import NO_ANSWER
from reviewers.errors import Invalid, OutcomeUnknown, RateLimited, Refused, Unavailable
from reviewers.model import Check, CheckKind, Message, Reason
from reviewers.ports import Received
from reviewers.workflow.answering import NO_SOURCES, CheckRunner
from reviewers.workflow.checking import Asker, thread_prompt
from tests.builders import COMPLETION, a_passage, an_output
from tests.workflow.asking import FAR, FixedSources, RecordingScreen, ScriptedChat, a_runner
from tests.workflow.worlds import World

MARA = Asker(user_id="U0MARA", team_id="T0SANDBOX", channel="C0GENERAL")
QUESTION = "What does it cost to take out cash in Thailand?"


@dataclass
class Checks:
    """A world with one worker that does checks; nothing is picked for review by chance or risk."""

    world: World = field(default_factory=lambda: World(uniform_rate=0.01, risk_threshold=1.0))
    chat: ScriptedChat = field(default_factory=ScriptedChat)
    sources: FixedSources = field(default_factory=FixedSources)
    screen: RecordingScreen = field(default_factory=RecordingScreen)
    reports: list[tuple[str, Exception]] = field(default_factory=list)

    def runner(self, worker: str = "w1", **more: Any) -> CheckRunner:
        parts: dict[str, Any] = {
            "chat": self.chat,
            "sources": self.sources,
            "screen": self.screen,
            "reports": self.reports,
        } | more
        world = self.world
        return a_runner(
            store=world.store,
            clock=world.clock,
            metrics=world.metrics,
            policies=world.policies,
            scoring=world.scoring,
            worker=worker,
            **parts,
        )

    def ask(self, question: str = QUESTION) -> Check:
        """Ask, and let the worker answer."""
        check = self.world.services.checks.ask(question, MARA)
        assert self.runner().run_due() == 1
        return self.found(check)

    def verify(self, text: str = COMPLETION) -> Check:
        """Have a text checked."""
        check = self.world.services.checks.verify(text, MARA)
        assert self.runner().run_due() == 1
        return self.found(check)

    def found(self, check: Check) -> Check:
        """As it is stored."""
        stored = self.world.services.checks.find(check.check_id)
        assert stored is not None
        return stored

    def outputs(self) -> int:
        """How many outputs are kept."""
        with self.world.store.read() as uow:
            return uow.counts().outputs


@pytest.fixture
def checks() -> Checks:
    """A small world in memory."""
    return Checks()


def test_an_answer_is_an_output_like_any_other(checks: Checks) -> None:
    """Kept with its question, its passages, its model and its latency; scored, and with a sampling decision."""
    check = checks.ask()
    assert check.output is not None
    with checks.world.store.read() as uow:
        output = uow.outputs.get(check.output.output_id)
        assert output == check.output
        assert uow.assessments.get(output.output_id) == check.assessment
        decision = uow.decisions.get(output.output_id)
        assert uow.outputs.waiting() == 0
    assert (output.question, output.completion, output.model) == (QUESTION, COMPLETION, "helpdesk-8b")
    assert output.passages == (a_passage(),)
    assert output.latency_ms == 0.0  # the clock of this world stands
    assert output.submitted_by == "U0MARA"
    assert decision is not None
    assert decision.inclusion_probability == 0.01


def test_the_model_is_given_the_sources_in_numbers_and_the_question(checks: Checks) -> None:
    """And the rule that it says so when they do not hold the answer."""
    checks.ask()
    ((system, user),) = checks.chat.heard
    assert "NOT IN THE SOURCES" in system.content
    assert user.content.startswith("Sources:\n[1] Cash withdrawal outside the euro area")
    assert "(Card fees 2026, Cash abroad)\n\n" in user.content
    assert user.content.endswith(f"Question: {QUESTION}")


def test_the_message_says_how_far_it_is_and_ends_as_the_answer(checks: Checks) -> None:
    """One message, rewritten: searching, writing, checking three claims, answer."""
    check = checks.ask()
    assert checks.screen.messages == {
        "ts-1": ["searching", "searching", "writing 1", "checking 3", "answer"],
    }
    assert (check.shown_channel, check.shown_ts) == ("D0MARA", "ts-1")
    assert check.finished_at is not None


@pytest.mark.parametrize(
    ("cosine", "says"),
    [(FAR, COMPLETION), (0.8, "NOT IN THE SOURCES."), (0.8, "I'm sorry, the sources do not mention that.")],
)
def test_when_the_sources_do_not_hold_the_answer_it_says_so(checks: Checks, cosine: float, says: str) -> None:
    """Whether nothing comes near or the model refuses: no answer is kept, and the closest passage is named."""
    checks.sources.cosine, checks.chat.says = cosine, says
    check = checks.ask()
    assert check.output is not None
    assert check.output.completion == NO_ANSWER
    assert check.output.passages == (a_passage(),)
    assert checks.outputs() == 0
    assert len(checks.chat.heard) == (0 if cosine == FAR else 1)


def test_an_answer_that_no_source_supports_in_any_claim_is_not_shown() -> None:
    """What the model wrote has nothing to do with what it was given."""
    from dataclasses import replace

    from reviewers.model import Reading
    from tests.builders import readings
    from tests.workflow.worlds import FixedReader

    class Nothing(FixedReader):
        def read(self, *args: Any, **kwargs: Any) -> Any:
            found = tuple(replace(one, reading=Reading.NO_SOURCE, differing=()) for one in readings())
            return [replace(one, readings=found) for one in super().read(*args, **kwargs)]

    checks = Checks()
    checks.world.scoring = replace(checks.world.scoring, reader=Nothing())
    check = checks.ask()
    assert check.output is not None
    assert check.output.completion == NO_ANSWER


def test_a_verified_text_is_kept_only_with_the_check(checks: Checks) -> None:
    """It is nobody's answer, so it counts in no estimate until it is sent on."""
    check = checks.verify()
    assert check.output is not None
    assert check.assessment is not None
    assert [reading.reading.value for reading in check.assessment.readings] == [
        "contradicted",
        "supported",
        "no_source",
    ]
    assert checks.outputs() == 0
    assert checks.screen.messages["ts-1"] == ["searching", "checking 3", "answer"]


def test_sent_to_review_it_becomes_one_task_that_its_person_cannot_decide(checks: Checks) -> None:
    """However often the button is pressed; the decision stays what the draw said."""
    check = checks.verify()
    desk = checks.world.services.checks
    task = desk.send_to_review(check.check_id, "U0MARA")
    assert desk.send_to_review(check.check_id, "U0MARA") == task
    assert (task.sent_by, task.submitted_by, task.number) == ("U0MARA", "U0MARA", 1)
    view = checks.world.verdicts.view(task.task_id)
    assert view.output.completion == COMPLETION
    assert view.assessment == check.assessment
    assert view.decision.reason is Reason.NOT_SELECTED
    review = desk.review_of(check)
    assert review is not None
    assert review.task == task


def test_a_question_without_an_answer_can_be_sent_to_people(checks: Checks) -> None:
    """The task holds the question, and that no answer was found."""
    checks.sources.cosine = FAR
    check = checks.ask()
    task = checks.world.services.checks.send_to_review(check.check_id, "U0MARA")
    view = checks.world.verdicts.view(task.task_id)
    assert (view.output.question, view.output.completion) == (QUESTION, NO_ANSWER)


def test_only_the_person_who_asked_goes_on_from_it(checks: Checks) -> None:
    """Another person's id on the button is refused, and so is an unfinished check."""
    check = checks.verify()
    with pytest.raises(Invalid, match="belongs to somebody else"):
        checks.world.services.checks.send_to_review(check.check_id, "U0JONAS")
    waiting = checks.world.services.checks.ask(QUESTION, MARA)
    with pytest.raises(Invalid, match="not finished yet"):
        checks.world.services.checks.of(waiting.check_id, "U0MARA")


@pytest.mark.parametrize("text", ["", "   ", "?!"])
def test_nothing_to_check_gets_an_example(checks: Checks, text: str) -> None:
    """For both commands."""
    with pytest.raises(Invalid, match="/whetstone ask What"):
        checks.world.services.checks.ask(text, MARA)
    with pytest.raises(Invalid, match="/whetstone verify The"):
        checks.world.services.checks.verify(text, MARA)


def test_too_long_a_text_says_how_much_is_read(checks: Checks) -> None:
    """12,000 characters are read, 12,001 are not."""
    assert checks.world.services.checks.verify("a" * 12_000, MARA).kind is CheckKind.VERIFY
    with pytest.raises(Invalid, match="12,001 characters, and 12,000"):
        checks.world.services.checks.verify("a" * 12_001, MARA)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Unavailable("Install the package langchain-openai."), "Install the package langchain-openai."),
        (RuntimeError("the question must not stand in an answer"), "Something broke here"),
    ],
)
def test_a_model_that_fails_is_told_and_ends_the_check(checks: Checks, fault: Exception, said: str) -> None:
    """What to do, where that is known; else that it stands in the log. It is not tried for ever."""
    checks.chat.fault = fault
    check = checks.ask()
    assert said in check.failure
    assert "must not stand" not in check.failure
    assert check.output is None
    assert checks.screen.messages["ts-1"][-1] == "answer"
    assert checks.runner().run_due() == 0


def test_an_index_that_is_down_or_empty_is_told(checks: Checks) -> None:
    """An empty one with what fills it."""
    checks.sources.down = True
    assert "does not answer" in checks.ask().failure
    checks.sources.down, checks.sources.count = False, 0
    assert checks.ask().failure == NO_SOURCES
    assert checks.verify().failure == NO_SOURCES


def test_a_worker_that_died_before_it_knew_of_its_message_posts_no_second_one(checks: Checks) -> None:
    """The post took effect and nobody heard: the next worker finds the message by its metadata."""
    check = checks.world.services.checks.ask(QUESTION, MARA)
    checks.screen.script = [KeyboardInterrupt("killed after the post")]
    with pytest.raises(KeyboardInterrupt):
        checks.runner("w1").run_due()
    assert checks.runner("w2").run_due() == 0  # the lease holds
    checks.world.clock.advance(181)
    assert checks.runner("w2").run_due() == 1
    assert list(checks.screen.messages) == ["ts-1"]
    assert checks.found(check).finished_at is not None


def test_a_worker_that_died_before_the_answer_was_shown_does_not_write_another(checks: Checks) -> None:
    """The next one shows what is kept, and asks no model."""
    check = checks.world.services.checks.ask(QUESTION, MARA)
    # post, searching, writing, checking pass; showing the answer kills
    checks.screen.script = [None, None, None, None, KeyboardInterrupt("killed")]
    with pytest.raises(KeyboardInterrupt):
        checks.runner("w1").run_due()
    checks.chat.says = "Another answer."
    checks.world.clock.advance(181)
    assert checks.runner("w2").run_due() == 1
    shown, _ = checks.screen.answers[-1]
    assert shown.output is not None
    assert shown.output.completion == COMPLETION
    assert len(checks.chat.heard) == 1
    assert checks.outputs() == 1
    assert checks.found(check).finished_at is not None


def test_two_workers_on_one_check_show_the_same_answer(checks: Checks) -> None:
    """The lease ran out while the first still wrote: the answer that was stored first counts for both."""
    check = checks.world.services.checks.ask(QUESTION, MARA)
    with checks.world.store.begin() as uow:
        uow.checks.claim_due(limit=1, now=checks.world.clock.now(), lease_seconds=0, worker="w0")
    slow = ScriptedChat()
    fast = checks.runner("w2", chat=ScriptedChat(says=f"{COMPLETION} It is free."))

    class Overtaken(ScriptedChat):
        def answer(self, turns: Any) -> Any:
            assert fast.run_due() == 1
            return slow.answer(turns)

    with checks.world.store.read() as uow:
        assert uow.checks.get(check.check_id) is not None
    first = checks.runner("w1", chat=Overtaken(), lease_seconds=0)
    assert first.run_due() == 1
    completions = [shown.output.completion for shown, _ in checks.screen.answers if shown.output]
    assert completions == [f"{COMPLETION} It is free."] * 2
    assert len(checks.screen.messages) == 1
    assert checks.outputs() == 1


def test_a_post_whose_end_nobody_saw_is_looked_for_at_once(checks: Checks) -> None:
    """Slack took it and did not answer."""
    check = checks.world.services.checks.ask(QUESTION, MARA)
    checks.screen.script = [OutcomeUnknown("no answer")]
    assert checks.runner().run_due() == 1
    assert checks.found(check).finished_at is not None
    assert list(checks.screen.messages) == ["ts-1"]


def test_while_slack_does_not_answer_the_check_waits(checks: Checks) -> None:
    """It is put off, reported, and done after the lease."""
    check = checks.world.services.checks.ask(QUESTION, MARA)
    checks.screen.script = [OutcomeUnknown("lost before it was taken")]
    assert checks.runner().run_due() == 1
    assert checks.found(check).finished_at is None
    assert [part for part, _ in checks.reports] == ["checks"]
    checks.world.clock.advance(181)
    assert checks.runner().run_due() == 1
    assert checks.found(check).finished_at is not None


def test_a_lost_line_of_progress_holds_nothing_up(checks: Checks) -> None:
    """Slack has a limit on changes."""
    check = checks.world.services.checks.ask(QUESTION, MARA)
    checks.screen.script = [None, RateLimited(3), None, RateLimited(3)]
    assert checks.runner().run_due() == 1
    assert checks.screen.messages["ts-1"] == ["searching", "writing 1", "answer"]
    assert checks.found(check).finished_at is not None


def test_a_person_who_cannot_be_written_to_ends_the_check(checks: Checks) -> None:
    """Their account is gone: nothing is tried for ever."""
    check = checks.world.services.checks.ask(QUESTION, MARA)
    checks.screen.script = [Refused("user_disabled before")]
    assert checks.runner().run_due() == 1
    assert checks.found(check).finished_at is not None
    assert checks.chat.heard == []


def test_a_check_that_outlived_an_hour_is_given_up(checks: Checks) -> None:
    """Its person is told to ask again."""
    check = checks.world.services.checks.ask(QUESTION, MARA)
    checks.world.clock.advance(3601)
    assert checks.runner().run_due() == 1
    assert "Ask again" in checks.found(check).failure
    assert checks.chat.heard == []


def test_an_answer_is_shared_once(checks: Checks) -> None:
    """A second press posts nothing; a press whose post failed can be repeated."""
    check = checks.verify()
    desk = checks.world.services.checks
    posted: list[str] = []

    def refuse(_: Check) -> None:
        raise Invalid("channel", "Not there.")

    with pytest.raises(Invalid, match="Not there"):
        desk.share(check.check_id, "U0MARA", refuse)
    shared = desk.share(check.check_id, "U0MARA", lambda one: posted.append(one.check_id))
    assert shared is not None
    assert shared.shared_at == checks.world.clock.now()
    assert desk.share(check.check_id, "U0MARA", lambda one: posted.append(one.check_id)) is None
    assert posted == [check.check_id]


def test_two_presses_of_share_at_once_post_one_message(checks: Checks) -> None:
    """The second comes while the first still posts."""
    check = checks.verify()
    desk = checks.world.services.checks
    posted: list[str] = []

    def post(_: Check) -> None:
        posted.append("outer")
        assert desk.share(check.check_id, "U0MARA", lambda one: posted.append("inner")) is None

    assert desk.share(check.check_id, "U0MARA", post) is not None
    assert posted == ["outer"]


def test_a_submitted_message_is_an_output_and_kept_once(checks: Checks) -> None:
    """Scored and sampled with all others; a second submission by somebody else changes nothing."""
    desk = checks.world.services.checks
    message = an_output("slack-C0GENERAL-1.5", submitted_by="U0MARA")
    assert desk.submit(message).status is Received.NEW
    assert desk.submit(an_output("slack-C0GENERAL-1.5", submitted_by="U0JONAS")).status is Received.SAME
    assert checks.world.scoring.score_batch() == 1
    with checks.world.store.read() as uow:
        kept = uow.outputs.get("slack-C0GENERAL-1.5")
    assert kept is not None
    assert kept.submitted_by == "U0MARA"


def test_of_a_long_thread_the_newest_turns_are_the_prompt() -> None:
    """As many as fit, the oldest first; empty ones fall out."""
    turns = [Message(role="user", content=f"{number}" * 5) for number in range(6)]
    turns.insert(3, Message(role="user", content="  "))
    assert [turn.content for turn in thread_prompt(turns, limit=4, length=15)] == ["33333", "44444", "55555"]
    assert [turn.content for turn in thread_prompt(turns, limit=2)] == ["44444", "55555"]
