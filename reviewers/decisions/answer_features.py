"""What an answer's own words tell without a model: whether it declines, and whether it cites anything. Pure."""

from __future__ import annotations

import re

# Words of refusal stand at the beginning of an answer: further on they speak of what somebody else cannot do.
OPENING = 200  # characters: our choice, two sentences
_CANNOT = r"(?: (?:can(?:no|')t|can not|could(?: not|n't)|won't|will not)|(?: am|'m| are|'re) (?:not able|unable) to)"
# "We cannot give refunds" answers, "we cannot give that information" does not.
_TELLS = (
    r"(?:provide|share|give)(?: you)?(?: with)?"
    r"(?: (?:that|this|it)(?=\s*(?:[.,!;]|$))| (?:[\w']+ ){0,3}?(?:information|details?|data|answers?|advice))"
)
_REFUSES = re.compile(
    r"\b(?:i(?:'m| am)? (?:can(?:no|')?t|can not|am unable to|unable to|won'?t|am not able to|not able to)"
    r" (?:help|assist|answer|provide|comply|do that|discuss|share|give)"
    r"|i (?:do not|don'?t) (?:know|have (?:that |any |enough |the )?information)"
    # "Sorry, we are closed" and "sorry, we cannot take it back" answer: with "we" only what one does for a question.
    rf"|sorry, (?:but )?(?:i(?:{_CANNOT}| (?:do not|don't|have not|haven't|did not|didn't))"
    rf"|we{_CANNOT} (?:help|assist|answer|comply|discuss|disclose|do (?:that|this|so)"
    rf"|look|find|tell|say|access|{_TELLS})"
    r"|we (?:do not|don't) (?:know|understand|have (?:that |any |enough |the |this )?(?:information|answer))"
    r"|(?:i|we) have no (?:information|answer|idea))\b"
    r"|as an ai\b"
    r"|no information (?:is )?(?:available )?(?:on|about) "
    r"|(?:ich|wir) (?:kann|können) (?:ihnen |dir |euch )?(?:dabei |damit |das |dazu )?(?:leider )?(?:nicht|keine)"
    r"|je ne peux pas|no puedo (?:ayudar|responder|proporcionar)|non posso (?:aiutar|rispondere))",
    re.IGNORECASE,
)
_CITES = re.compile(
    r"\[\^?\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]"  # [1], [2, 3], [^4]
    r"|\[[^\]\n]{1,200}\]\(\S{1,500}\)"  # a Markdown link
    r"|\bhttps?://\S"
    r"|[(\[](?:source|sources|see|quelle|siehe|fuente|fonte)s?\s*:?\s[^)\]\n]{1,200}[)\]]"
    r"|^\s*(?:source|sources|quelle|quellen|fuente|fuentes|fonte|fonti)\s*:",
    re.IGNORECASE | re.MULTILINE,
)


def refuses(completion: str) -> bool:
    """Whether the answer begins by declining.

    Read off its first 200 characters by phrases of English and a few of German, French, Spanish and Italian: other
    words and other languages are missed, so a rate of these is a lower bound, good for comparing weeks and no more.
    An empty answer does not refuse.

    >>> refuses("I'm sorry, but I can't help with that."), refuses("You cannot return opened items.")
    (True, False)
    """
    opening = completion[:OPENING].replace("’", "'")
    return _REFUSES.search(opening) is not None


def cites(completion: str) -> bool:
    """Whether it names a source anywhere: a number in brackets, a link, "(Source: …)" or a line "Sources:".

    >>> cites("Fees are 2 % [1]."), cites("Fees are 2 %.")
    (True, False)
    """
    return _CITES.search(completion) is not None


def citation_missing(completion: str, claims: int) -> bool | None:
    """Whether it states something and cites nothing; None where it states nothing.

    Args:
        completion: the answer.
        claims: sentences of it that state something, 0 or more.
    """
    return not cites(completion) if claims else None
