"""SmolLM2-135M-Instruct, or any causal model with a chat template in a folder, as a langchain chat model on the CPU."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, TypeAlias

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

PROMPT_TOKENS = 1800  # of the 2,048 that SmolLM2 reads well; what stands before that is left out
ANSWER_TOKENS = 120  # two to four sentences: a small model that goes on begins to invent
LONGEST_ROUND = 40  # tokens that a small model says again and again; penalties against it would also forbid quoting
SHORTEST_ROUND = 6  # tokens: SmolLM2 writes a digit as one, so that shorter rounds stand in numbers such as 10000000
ROUNDS = 3
QUIET_SECONDS = 120.0  # without a token, the model is given up: a machine under load is slow, not that slow

_ROLES = {"human": "user", "ai": "assistant", "system": "system"}

Loaded: TypeAlias = "tuple[Any, Any]"  # a tokenizer and a model


class PackagedChat(BaseChatModel):
    """Loads its folder at the first question, and answers one question at a time, word for word the same each time."""

    folder: Callable[[], Path]
    answer_tokens: int = ANSWER_TOKENS

    _loading: Lock = PrivateAttr(default_factory=Lock)
    _turn: Lock = PrivateAttr(default_factory=Lock)
    _parts: Loaded | None = PrivateAttr(default=None)

    @property
    def _llm_type(self) -> str:
        return "whetstone-packaged"

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        return {"answer_tokens": self.answer_tokens}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """The answer piece by piece; whoever stops listening stops the model too."""
        with self._turn:
            for piece in self._pieces(messages):
                chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
                if run_manager:
                    run_manager.on_llm_new_token(piece, chunk=chunk)
                yield chunk

    def _pieces(self, messages: Sequence[BaseMessage]) -> Iterator[str]:
        from transformers import StoppingCriteriaList, TextIteratorStreamer

        tokenizer, model = self._load()
        streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=QUIET_SECONDS)
        unheard = Event()
        faults: list[Exception] = []

        def enough(ids: Any, scores: Any, **_: Any) -> bool:
            return unheard.is_set() or _goes_round(ids[0, -LONGEST_ROUND * ROUNDS :].tolist())

        def write() -> None:
            try:
                model.generate(
                    **_tokens(tokenizer, messages),
                    max_new_tokens=self.answer_tokens,
                    do_sample=False,
                    streamer=streamer,
                    stopping_criteria=StoppingCriteriaList([enough]),
                )
            except Exception as error:  # noqa: BLE001 - it is raised below, in the thread that asked
                faults.append(error)
                streamer.end()  # type: ignore[no-untyped-call]

        thread = Thread(target=write, name="packaged-chat", daemon=True)
        thread.start()
        try:
            yield from (piece for piece in streamer if piece)
        finally:
            unheard.set()
            thread.join()
        if faults:
            raise faults[0]

    def _load(self) -> Loaded:
        with self._loading:
            if self._parts is None:
                folder = self.folder()
                import torch
                from transformers import AutoModelForCausalLM, AutoTokenizer

                model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
                self._parts = AutoTokenizer.from_pretrained(folder, local_files_only=True), model.eval()
        return self._parts


def _tokens(tokenizer: Any, messages: Sequence[BaseMessage]) -> dict[str, Any]:
    turns = [{"role": _ROLES.get(message.type, "user"), "content": str(message.text)} for message in messages]
    found = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    return {
        name: tensor[:, -PROMPT_TOKENS:] for name, tensor in found.items() if name in ("input_ids", "attention_mask")
    }


def _goes_round(ids: Sequence[int]) -> bool:
    """Whether the last tokens are one run of at least SHORTEST_ROUND of them, ROUNDS times over.

    A run that is shorter, such as one word, is found once several of it are a longer run: 18 zeros are a round, the 7
    of ten million are none.
    """
    for length in range(SHORTEST_ROUND, len(ids) // ROUNDS + 1):
        last = ids[-length:]
        if all(ids[-length * (turn + 1) : -length * turn] == last for turn in range(1, ROUNDS)):
            return True
    return False
