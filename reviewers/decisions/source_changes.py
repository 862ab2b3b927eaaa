"""What a document no longer says, and which answers rest on that.

A passage is cut from its document by length, so a document that is cut anew has other passages and says the same. What
is compared are its sentences, by their words: new line breaks, markup, capitals and punctuation change nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from reviewers.decisions.differences import content
from reviewers.decisions.words import analyse, sentence_spans
from reviewers.model import Passage, Reading, TaskView
from reviewers.model.sources import ChangedSentence, DocumentChange

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+|[%$€£¥]")
# Share of the words that two sentences have to have in common, in order, to be the old and the new form of one: our
# choice. One number or name that changed leaves more; sentences on different things seldom reach it.
ALIKE = 0.5
# Words that a sentence has to have to be recognised wherever it stands: our choice. A shorter one ("Ask us.") stands
# in many documents, and counts only in a passage of the document that changed.
TELLING = 6
MOST_KEPT = 500  # sentences of one change: our choice; who rewrites more has to look at the document itself


def difference(before: Sequence[str], now: Sequence[str]) -> tuple[ChangedSentence, ...]:
    """The sentences that the old passages of a document have and the new ones have not, each with its new form.

    A sentence that moved, or stands in a longer one, is still said. At most 500, the first ones.

    Args:
        before: the texts of the old passages, in the order of the document.
        now: the texts of the new ones; empty for a document that is gone.

    >>> difference(["A new card is free. Ask us."], ["A new card costs 5 euros. ASK us!"])
    (ChangedSentence(was='A new card is free.', now='A new card costs 5 euros.'),)
    """
    said, said_before = _said(now), _said(before)
    new = [sentence for sentence in _sentences(now) if _key(sentence) not in said_before]
    gone = dict.fromkeys(one for one in _sentences(before) if _key(one) and _key(one) not in said)
    return tuple(ChangedSentence(was=one, now=_new_form(one, new)) for one in list(gone)[:MOST_KEPT])


def change_id(document: str, sentences: Iterable[ChangedSentence], versions: Iterable[str]) -> str:
    """The same for the same change of the same document: who notices it twice stores it once.

    Args:
        document: its key in the index.
        sentences: that it no longer says.
        versions: of its old text, each with a sign of when it was written: the same text written again is another.
    """
    parts = [document, *sorted(versions), *(text for one in sentences for text in (one.was, one.now))]
    return "sc_" + hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:26]


def rests_on(view: TaskView, change: DocumentChange) -> tuple[ChangedSentence, ...]:
    """What an answer rests on that the document no longer says; empty: nothing of it.

    A sentence counts where a passage that the answer cites has it, and the answer has a content word of it: a passage
    says more than what it is cited for. Passages are those that its claims' readings name, or, where nothing was
    read, those that the application gave.
    """
    cited = [(_said([passage.text]), _is_of(passage, change)) for passage in _cited(view)]
    wanted = {token.key for token in content(analyse(view.output.completion).tokens)}
    return tuple(
        one
        for one in change.sentences
        if _stands(one.was, cited) and wanted & {token.key for token in content(analyse(one.was).tokens)}
    )


def _cited(view: TaskView) -> tuple[Passage, ...]:
    readings = view.assessment.readings if view.assessment else ()
    read = tuple(passage for one in readings if one.reading is not Reading.NO_SOURCE for passage in one.passages)
    return read or view.output.passages


def _is_of(passage: Passage, change: DocumentChange) -> bool:
    """Whether a passage is of the document that changed, as far as its address and title say."""
    return bool(passage.address and passage.address == change.address) or passage.title == change.title


def _stands(sentence: str, cited: Sequence[tuple[str, bool]]) -> bool:
    """Whether a cited passage has it; a short one only where the passage is of the document."""
    key = _key(sentence)
    return any(key in said and (is_own or len(key.split()) >= TELLING) for said, is_own in cited)


def _new_form(sentence: str, new: Sequence[str]) -> str:
    """The new sentence that is most like it; the first of several."""
    words = _words(sentence)
    likeness = [SequenceMatcher(None, words, _words(one), autojunk=False).ratio() for one in new]
    best = max(likeness, default=0.0)
    return new[likeness.index(best)] if best >= ALIKE else ""


def _sentences(texts: Sequence[str]) -> list[str]:
    found = []
    for text in texts:
        for start, end in sentence_spans(text):
            found.append(" ".join(text[start:end].split()))
    return found


def _said(texts: Sequence[str]) -> str:
    """All words in order, so that a sentence is found that two passages share."""
    return f" {' '.join(word for text in texts for word in _words(text))} "


@lru_cache(maxsize=8192)
def _key(sentence: str) -> str:
    words = _words(sentence)
    return f" {' '.join(words)} " if words else ""


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
