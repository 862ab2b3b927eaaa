"""The ChatModel port on langchain chat models: the packaged one, or any `provider:model` that langchain knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from reviewers.errors import Unavailable
from reviewers.model import Message

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

PACKAGED = "packaged"
PACKAGED_NAME = "SmolLM2-135M-Instruct"
SETTING = "WHETSTONE_CHAT_MODEL"


class LangchainWriter:
    """Streams the answers of a langchain chat model, which is made at the first question."""

    def __init__(self, make: Callable[[], BaseChatModel], *, name: str, version: str = "") -> None:
        """`make` may raise Unavailable with what is to be installed or set; it is asked again at the next question."""
        self.name = name
        self.version = version
        self._make = make
        self._making = Lock()
        self._model: BaseChatModel | None = None

    def answer(self, turns: Sequence[Message]) -> Iterator[str]:
        """The answer piece by piece. Raises Unavailable, with a sentence that says what to do."""
        model = self._made()
        try:
            for chunk in model.stream([_turn(turn) for turn in turns]):
                if piece := str(chunk.text):
                    yield piece
        except Exception as error:  # each provider has errors of its own, whose words can quote a key or the question
            raise Unavailable(
                f"The chat model {self.name} did not answer ({type(error).__name__}). Try again; if it stays so, look "
                f"at its provider, its key, or {SETTING}."
            ) from error

    def _made(self) -> BaseChatModel:
        with self._making:
            if self._model is None:
                self._model = self._make()
        return self._model


def writer(setting: str, folder: Callable[[], Path]) -> LangchainWriter:
    """The chat model that the setting names; nothing is imported before the first question.

    Args:
        setting: "packaged", or `provider:model` as langchain's init_chat_model takes it, such as "openai:gpt-4.1-mini".
        folder: gives the folder of the packaged model, converting it first; it raises Unavailable without the package.
    """
    if setting == PACKAGED:
        return LangchainWriter(lambda: _packaged(folder), name=PACKAGED_NAME)
    _, _, model = setting.partition(":")
    return LangchainWriter(lambda: named_model(setting), name=model or setting)


def _packaged(folder: Callable[[], Path]) -> BaseChatModel:
    from reviewers.writers.packaged import PackagedChat

    folder()  # what is missing is said before the first word, in the sentence of whoever looked for it
    return PackagedChat(folder=folder)


def named_model(name: str, *, setting: str = SETTING) -> BaseChatModel:
    """The langchain chat model of this name (`provider:model`). Raises Unavailable, naming the setting it stands in."""
    from langchain.chat_models import init_chat_model

    try:
        model: BaseChatModel = init_chat_model(name)
    except ImportError as error:
        raise Unavailable(f"{setting} names {name}, and that needs {_package(error)}. Install it here.") from error
    except Exception as error:  # a missing key is a ValueError, a ValidationError or the provider's own error
        raise Unavailable(
            f"{setting} names {name}, and langchain cannot make that model ({type(error).__name__}). Look at the name, "
            f"which is provider:model, and at the provider's key in the environment; {PACKAGED} needs none."
        ) from error
    return model


def _package(error: ImportError) -> str:
    """What to install, as langchain says it: "… requires the langchain-openai package. Please …"."""
    _, _, after = str(error).partition("requires the ")
    name = after.partition(" package")[0]
    return f"the package {name}" if name and " " not in name else "a package that is not installed"


def _turn(turn: Message) -> BaseMessage:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    if turn.role == "system":
        return SystemMessage(turn.content)
    return AIMessage(turn.content) if turn.role == "assistant" else HumanMessage(turn.content)
