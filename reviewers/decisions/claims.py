"""Which parts of an output state something: the prose in its Markdown, and the sentences that can be right or wrong.

Two steps around a sentence splitter (which needs a library and lives in `scorers.claims`): `prose` finds the runs of
text that hold sentences, `join` mends what a splitter cuts too early, `states_something` drops what states nothing.
Everything works on spans, so a claim is always a piece of the output as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewers.decisions.words import Kind, analyse
from reviewers.model import Span

LONGEST = 600  # characters of a claim: what a card's view shows of a text at once (surfaces, length budgets)

_FENCE = re.compile(r"\s{0,3}(`{3,}(?=[^`]*$)|~{3,})")  # with backticks behind them, backticks open nothing
_SKIPPED = re.compile(
    r"""\s{0,3}(?:\#{1,6}\s          # heading
      |(?:[-*_]\s*){3,}$             # rule
      |\|.*\|\s*$|[^|]*\|\s*:?-{2,}  # row of a table
      |={2,}\s*$                     # underlined heading
      |`{3,}[^`]+`{3,}\s*$           # code in one line
    )""",
    re.VERBOSE,
)
_BOLD_LINE = re.compile(r"\s{0,3}(?P<bold>(?:\*\*|__)(?P<said>[^*_.!?]{1,80}):?(?:\*\*|__):?)\s*$")  # used as a heading
_BOLD_SENTENCE = re.compile(  # unless it says how much something is: no heading does
    r"(?!\s*(?:how|if|what|when|where|which|who|why)\b).*?"
    r"(?<!\bthat\s)(?<!\bwhich\s)(?<!\bwho\s)\b(?:is|are|was|were|has|have|had|costs?|takes?|lasts?)\b.*?\d",
    re.IGNORECASE,
)
_MARKER = re.compile(
    r"\s*(?:>\s?)*\s*(?:[-*+•‣–]\s+(?:\[[ xX]\]\s+)?|\(?\d{1,3}[.)]\s+|\(?[a-z][.)]\s+(?=[A-Z]))?(?:>\s?)*"
)
_STARTS_ITEM = re.compile(r"\s*(?:>|[-*+•‣–]\s|\(?\d{1,3}[.)]\s)")

_ABBREVIATION = re.compile(
    r"(?:\b(?:approx|ca|no|nr|nos|art|fig|figs|sec|vol|pp?|ed|dept|est|min|max|incl|excl|resp|vs|cf|e\.g|i\.e|z\.\s?b"
    r"|d\.h|u\.a|bzw|dr|mr|mrs|ms|prof|st|sr|jr|rev|gen|sen|rep|gov|inc|ltd|co|corp|jan|feb|mar|apr|jun|jul|aug|sept?"
    r"|oct|nov|dec|a\.m|p\.m|u\.s|u\.k|u\.n|etc)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"\(?\d{1,3}[.)]$|\(?[a-zA-Z][.)]$")
_ENDS_NUMBER = re.compile(
    r"(?:^|\s)(?:no|nr|nos|approx|ca|art|fig|figs|sec|vol|pp?|est|min|max|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.$",
    re.I,
)
# What goes on after "no." or "max.": a figure, a sign, a currency's code or a letter with a figure ("EUR 5", "A4"), a
# Roman numeral or a lone letter. A word begins a sentence ("The answer is no. It costs € 5."), and so do A and I.
_GOES_ON_NUMBER = re.compile(
    r"[^\w\s]|\d|[A-Z]{3}\s?\d|[A-Z]\d|(?:[B-HJ-Z]|[IVXLCDM]{2,}|I(?=[.,;)]|\s(?:and|of|or|to)\b))\b"
)

_OPENER = re.compile(
    r"^(?:(?:sure|certainly|of course|absolutely|definitely|yes|no|ok(?:ay)?|great|hi|hello|hey|welcome|well|wow|oh"
    r"|haha|hallo|bonjour|hola|thanks?(?: you)?(?: (?:so|very) much)?|good (?:morning|afternoon|evening|day)"
    r"|dear [^,!.]{1,40}|no problem|you(?:'|’)re (?:very )?welcome|my pleasure|(?:great|good) question|i see|got it)"
    r"\b[\s,!.:;–—-]*)+",
    re.IGNORECASE,
)
_SAYS_NOTHING = re.compile(
    r"""^(?:
      (?:i|we)(?:\s(?:really|do))?\s(?:hope|trust|apologi[sz]e|appreciate|wish)\b
      |(?:i(?:['’]m|\sam)|we(?:['’]re|\sare))\s(?:sorry|happy|glad|pleased|afraid\sthat\si|here\sto|not\s(?:sure|able)|unable|an?\s(?:ai|language))
      |(?:i|we)(?:['’]d|\swould|['’]ll|\swill|\scan|\scould)\s(?:be\s)?(?:happy|glad|love|like|help|assist|gladly|try|do\smy\sbest|explain|walk)
      |(?:i|we)\s(?:can(?:['’]?t|not)|(?:could|do|did)\s?n(?:['’]?t|ot))\s(?:help|find|know|have|answer|see|provide|understand|think)
      |i(?:['’]m|\sam)?\s(?:think|guess|believe|suppose|love|like|wonder|wonder\sif)\b(?=.{0,25}$)
      |as\san\s(?:ai|artificial|assistant|language)
      |(?:please\s)?(?:let\s(?:me|us)\sknow|feel\sfree|do\snot\shesitate|don['’]t\shesitate|reach\sout)
      |if\syou\s(?:have|need|want|would\slike|require|are\sinterested|['’]d\slike)\b.{0,120}(?:let\s(?:me|us)|feel\sfree|ask|contact|hesitate|reach|help)
      |(?:hope|glad|happy)\s(?:this|that|to|i)\b
      |(?:is\sthere\sanything|anything\selse|have\sa\s(?:nice|great|good)|best\sregards|kind\sregards|sincerely|cheers|take\scare|good\sluck)
      |(?:here(?:['’]s|\sis|\sare)|below\s(?:is|are|you))\b.{0,100}:?$
      |the\sfollowing\b.{0,100}:$
      |(?:based\son|according\sto|from)\s(?:the|your)\s(?:\w+\s){0,3}(?:passages?|documents?|context|information|sources?|text)[,:.]?$
      |(?:in\s(?:summary|short|conclusion)|to\s(?:sum\sup|summari[sz]e)|note|example|answer|question|sources?)\s?[:.]?$
    )""",
    re.VERBOSE | re.IGNORECASE,
)
# Where a sentence that begins by saying nothing may go on to state something.
_TURN = re.compile(
    r"""(?::\s|：)\s*(?P<listed>)
      |\b(?:believe|confirm|guess|say|suppose|think|tell\syou)\s+(?:that\s+)?(?P<told>)
      |(?:[,;]|\s[–—-])\s+(?:(?:and|but|or|so)\s+)?
      |(?<!\bhope\s)(?<!\btrust\s)(?<!\bwish\s)\bthat\s+(?!are\b|is\b|was\b|were\b|has\b|have\b|had\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_STATES = re.compile(
    r"\b(?:is|are|was|were|has|have|had|(?:it|that|there|he|she)['’]s|(?<!\bi\s)(?:can|may|must|will)|charges?|closes?"
    r"|costs?|ends?|expires?|gets?|lasts?|needs?|opens?|pays?|requires?|starts?|takes?)\b",
    re.IGNORECASE,
)
_STATES_NOT = re.compile(  # conditions, questions, and what the answer says of itself
    r"(?:about|i|i['’]m|if|how|more|my|what|when|where|whether|who|why)\b|which\b(?!\s(?:is|are|was|were|has|costs?)\b)",
    re.IGNORECASE,
)
_TOLD_BY_ASKING = re.compile(
    r"\b(?:did\s+you\s+know\s+(?:that\s+)?|do\s+you\s+know\s+that\s+)"
    r"(?!(?:who|what|when|where|why|how|which|if|whether|any|of|about)\b)(?P<said>.+)",
    re.IGNORECASE | re.DOTALL,
)
# A question behind a comma: a tag ("isn't it"), or another one to the reader ("do you like them").
_ASKED_BEHIND = re.compile(
    r"(?P<said>.+?),\s*(?:and\s+|but\s+|so\s+)?(?:(?:do|does|did|is|are|was|were|have|has|had|can|could|will|would|should)"
    r"(?:\s?n['’]?t)?\s+(?:you|it|he|she|they|that|this|we|i)|what|how|who|when|where|why|which|right|correct|eh|huh)"
    r"\b[^,]*",
    re.IGNORECASE | re.DOTALL,
)
_ASKS = re.compile(
    r"(?:do|does|did|is|are|was|were|have|has|had|can|could|will|would|should|what|how|who|when|where|why|which)\b",
    re.I,
)
_CONDITION = re.compile(r"(?:if|when|while|since|because|as|although|though|given|after|before|unless|once)\b", re.I)
_ORDERS = frozenset(
    """please click contact see visit check note remember make try consider ask call read open go look keep use be take
    choose select press tap enter follow ensure avoid tell let give say imagine think write send provide refer review
    update install download restart log sign submit wait stop start continue enjoy do don't never always simply just
    first then next finally""".split()
)


def prose(completion: str) -> Iterator[Span]:
    """Runs of text that hold sentences: paragraphs and list items; no code, headings, tables or rules.

    A line in bold is a heading, unless it says how much something is ("**The daily limit is € 500**"). Lines that are
    broken inside a paragraph stay together; the marker of an item is left out of its span.
    """
    begin, end, fence = None, 0, ""
    offset = 0
    for line in completion.splitlines(keepends=True):
        start, offset = offset, offset + len(line)
        text = line.rstrip()
        opened = _FENCE.match(line)
        bold = _BOLD_LINE.match(text)
        broken = bool(fence or opened or bold or not text.strip() or _SKIPPED.match(text) or _STARTS_ITEM.match(text))
        if begin is not None and broken:
            yield Span(start=begin, end=end)
            begin = None
        if opened and (not fence or opened[1].startswith(fence)):
            fence = "" if fence else opened[1]
            continue
        if fence or not text.strip() or (_SKIPPED.match(text) and not _is_item(text)):
            continue
        if bold:
            if _BOLD_SENTENCE.match(bold["said"]):
                yield Span(start=start + bold.start("bold"), end=start + bold.end("bold"))
            continue
        if begin is None:
            marker = _MARKER.match(text)
            begin = start + (marker.end() if marker and marker.end() < len(text) else len(text) - len(text.lstrip()))
        end = start + len(text)
    if begin is not None:
        yield Span(start=begin, end=end)


def _is_item(text: str) -> bool:
    return bool(re.match(r"\s*(?:[-*+]|\d+[.)])\s+\S*[^\s*_-]", text)) and "|" not in text


def join(text: str, pieces: Sequence[Span]) -> list[Span]:
    """Mend sentences that a splitter cut after an abbreviation, a numbering or before a small letter."""
    joined: list[Span] = []
    for piece in pieces:
        before = text[max(joined[-1].start, joined[-1].end - 40) : joined[-1].end].rstrip() if joined else ""
        here = text[piece.start : piece.end].lstrip()
        goes_on = here[:1].islower() or (_ENDS_NUMBER.search(before) and _GOES_ON_NUMBER.match(here))
        early = _ABBREVIATION.search(before) and goes_on
        if joined and (early or _NUMBERING.fullmatch(before) or not _has_word(here)):
            joined[-1] = Span(start=joined[-1].start, end=piece.end)
        else:
            joined.append(piece)
    return joined


def _has_word(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


def tidy(text: str, piece: Span) -> Iterator[Span]:
    """The piece without blanks and inline numbering at its ends, cut to LONGEST at a semicolon, comma or blank."""
    start, end = piece.start, piece.end
    numbering = re.match(r"\s*\(?\d{1,2}[.)]\s+", text[start:end])
    if numbering:
        start += numbering.end()
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        window = text[start : start + LONGEST]
        at = next((place for mark in ("; ", ", ", " ") if (place := window.rfind(mark)) > LONGEST // 3), LONGEST - 1)
        yield Span(start=start, end=start + at + 1)
        start += at + 1
        while start < end and text[start].isspace():
            start += 1
    if end > start:
        yield Span(start=start, end=end)


def _behind_nothing(said: str) -> str:
    """What a sentence that begins by saying nothing goes on to state; empty where it does not.

    What follows ", but"; else with a number in it what follows a colon or a verb of thinking or saying, and, where it
    has a verb of its own, what follows a comma, a dash or "that". What again says nothing, asks or sets a condition is
    passed over, as is what announces a list.

    >>> _behind_nothing("I'm happy to confirm the fee is € 5")
    'the fee is € 5'
    >>> _behind_nothing("Here are 3 tips:")
    ''
    """
    but = said.partition(", but ")[2].strip()
    if but and not _SAYS_NOTHING.match(but):
        return but
    if said.endswith((":", "：")):
        return ""
    last_number = max((token.start for token in analyse(said).tokens if token.kind is Kind.NUMBER), default=-1)
    for turn in _TURN.finditer(said, 0, last_number + 1):
        part = said[turn.end() :]
        plain = turn["listed"] is not None or turn["told"] is not None
        if _SAYS_NOTHING.match(part) or _STATES_NOT.match(part):
            continue
        if plain or _STATES.search(part):
            return part
    return ""


def _in_question(asked: str) -> str:
    """What a question tells as it asks: behind "did you know", or before a question that follows a comma; else empty.

    >>> _in_question("Did you know that it opened in 1921")
    'it opened in 1921'
    >>> _in_question("It opened in 1921, didn't it")
    'It opened in 1921'
    >>> _in_question("If it opens at nine, can you come")
    ''
    """
    told = _TOLD_BY_ASKING.search(asked)
    if told:
        return told["said"].strip()
    behind = _ASKED_BEHIND.fullmatch(asked)
    if behind and not _CONDITION.match(behind["said"]) and not _ASKS.match(behind["said"]):
        return behind["said"].strip()
    return ""


def states_something(sentence: str) -> bool:
    """Whether a sentence can be right or wrong about the world.

    Left out: questions that tell nothing as they ask, greetings, thanks, offers, apologies, announcements of what
    follows, sentences about the answer itself, and orders without a number or a name ("Contact our support."). What
    follows any of these in the same sentence counts ("Sure, the limit is € 500", "I think the limit is € 500").
    """
    said = sentence.strip().strip("*_ \t\"“”'‘’`)(»«")
    if said.endswith(("?", "？", "¿", "؟")):
        said = _in_question(said.rstrip("?？¿؟ "))
    rest = _OPENER.sub("", said).strip()
    if rest and _SAYS_NOTHING.match(rest):
        rest = _behind_nothing(rest)  # "I am not sure, but he was born in 1813" states when he was born
    if not rest or _SAYS_NOTHING.match(rest):
        return False
    tokens = analyse(rest).tokens
    stated = [token for token in tokens if token.kind is not Kind.FUNCTION]
    facts = [token for token in stated if token.kind in {Kind.NUMBER, Kind.NAME}]
    if len(stated) < 2 and not (facts and len(tokens) >= 3):
        return False
    if rest.endswith((":", "：")) and not facts:
        return False
    first = rest.split(maxsplit=1)[0].lower().strip(",.;:!*_")
    return bool(facts) or first not in _ORDERS
