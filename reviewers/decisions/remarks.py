"""What a reply in a card's thread, or a reaction on the card, proposes. It is asked back, and records nothing.

A proposal that comes for nothing is a nuisance, one that does not come costs two taps: so where a rule is not sure, it
says nothing. Questions, conditions, quotes and bare links propose nothing. English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 2000  # characters that are read of a reply: the verdict stands at its beginning; a whole answer may be longer


class Leaning(StrEnum):
    """Which verdict somebody's words come near to."""

    APPROVE = "approve"
    EDIT = "edit"  # they say what it should be
    REJECT = "reject"  # they say that it is wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """What was understood of a reply or a reaction."""

    leaning: Leaning
    words: str = ""  # with EDIT: what it should say
    instead_of: str = ""  # with EDIT: what these words replace, where that was said


_REACTIONS = {
    **dict.fromkeys(
        ["white_check_mark", "heavy_check_mark", "ballot_box_with_check", "+1", "thumbsup"], Leaning.APPROVE
    ),
    **dict.fromkeys(
        ["x", "negative_squared_cross_mark", "no_entry", "no_entry_sign", "-1", "thumbsdown"], Leaning.REJECT
    ),
    "pencil2": Leaning.EDIT,
}
_UNICODE = {
    "✅": "white_check_mark",
    "✔": "heavy_check_mark",
    "☑": "ballot_box_with_check",
    "👍": "+1",
    "❌": "x",
    "❎": "negative_squared_cross_mark",
    "⛔": "no_entry",
    "🚫": "no_entry_sign",
    "👎": "-1",
    "✏": "pencil2",
}
# Digits alone name an emoji only by themselves: "10:30:00" is a time.
_SHORTCODE = re.compile(r":((?=[0-9_+'-]*[a-z])[a-z0-9_+'-]+|[+-]1|(?<!\w:)[0-9]+(?=:(?!\w)))(?:::skin-tone-\d)?:")
_EMPHASIS = re.compile(r"(?<!\w)[*_~]+|[*_~]+(?!\w)")  # "user_id" is one word

_UNSAID = (
    re.compile(r"```.*?(?:```|$)|`[^`\n]*`", re.DOTALL),  # code
    re.compile(r"^\s*(?:&gt;|>).*$", re.MULTILINE),  # somebody else's words
    re.compile(r"<[@#!][^>]*>"),  # mentions
    re.compile(r"<?https?://[^\s>]*>?"),  # links
)
_QUOTE = re.compile(r"[“\"«]([^“”\"«»]{1,600})[”\"»]")
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?=\w)[^.!?\n]*)*[.!?]*\n?")  # "3.50" is one word

_UNSETTLED = re.compile(  # it asks, supposes, or speaks of something else
    r"^(?:if|unless|when|in case|suppose|assuming|let me|i will|i'll|please check|can|could|should (?!be|say|read)"
    r"|would|is|are|was|does|do|did|what|why|who|how|where|which)\b"
    r"|\b(?:not sure|unsure|no idea|don't know|do not know|cannot tell|can't tell|wonder|if it|whether|might|may be"
    r"|maybe|perhaps|could be|would be|i was|i am|i'm|my (?:bad|mistake)|who said|says that|the bot says)\b"
)
_NOT = r"(?:\b(?:not|never|hardly|no longer|cannot|nothing|without)|n't)"
_NEGATED = re.compile(rf"{_NOT}(?:\s+\w+){{0,3}}\s*$")

_WRONG = re.compile(
    r"\b(?:wrong(?! (?:channel|thread|person|button|window|card|link|tab|one|place))|incorrect|inaccurate|untrue"
    r"|false|mistaken|outdated|out of date|made up|made-up|invented|hallucinat\w+|nonsense|misleading|contradicts?"
    r"|a mistake|an error|reject(?:ed)?|must go|unusable|nope)\b"
)
_RIGHT_WORD = (
    r"(?:right(?! (?:now|away|after|before|there|here))|correct(?! (?:me|it|this|that))|accurate|true|fine|good"
    r"|great|perfect|ok|okay|exact)"
)
_RIGHT = re.compile(
    rf"\b(?:looks?|sounds?|reads?|seems?|is|are|it's|that's|this's|all|its|thats|everything's)"
    rf"(?:\s+(?:all|very|really|quite|perfectly|totally|completely|also|pretty|just|now|still))*\s+{_RIGHT_WORD}\b"
    r"(?! (?:point|question|idea|morning|to know|news|thing|job|night|catch|example))"
    # A bare "good" or "right" answers somebody in the thread; these speak of the answer.
    r"|^(?:yes|yep|yeah|ok|okay|sure)?[\s,]*(?:correct|accurate|all (?:good|fine|correct)"
    r"|(?:good|fine|ok|okay) (?:as (?:it )?(?:is|stands)|to (?:go|send)))[\s,.!]*$"
    r"|\b(?:lgtm|ship it|approved?|spot on|no (?:problems?|issues?|objections?|errors?|mistakes?)|checks out)\b"
)
_PRAISES_WRONG = re.compile(r"\bnothing(?: is|'s)?(?: really)? wrong\b|\bnot (?:at all )?(?:wrong|incorrect|false)\b")
_NOT_RIGHT = re.compile(
    rf"(?:{_NOT}|\bno)(?:\s+(?:think|believe|this|that|it|(?:this|that|it)'s|is|look|sound|seem|read|be|quite|entirely|really|completely"
    r"|fully|at|all|even|very|exactly|the|answer))*"
    rf"\s+(?:{_RIGHT_WORD}|approve|in the sources?|what the (?:source|page|document|policy)s? says?)\b"
)

_WORDS = r"(?P<words>\S.{0,800}?)"
_END = r"(?=$|[!\n]|\.(?:\s|$)|\s[-–—]\s|,? (?:because|since|see|according|as the)\b|, (?:not|and|so)\b|;)"
_OLD = r"(?:(?:,? and|,)? not|,? instead of|,? rather than) (?P<old>.{1,80}?)"
_SHOULD_BE = re.compile(
    rf"\b(?:should(?: really| rather)?|must|ought to|needs? to|has to) (?:be|say|read|state)(?: that)?[\s:]+{_WORDS}"
    rf"(?:{_OLD})?{_END}",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"(?<![^\W_])(?:should|must|ought to)[\s*_~]+(?:say|read|be)[*_~]*\s?:(?:[*_~]+(?=\s))?", re.I)
_SUPPOSES = re.compile(r"^(?:if|unless|when|in case|suppose|assuming)\b")
_DOUBTS = re.compile(
    rf"{_SUPPOSES.pattern}|^(?:can|could|would|should|is|are|does|do|did|why|how)\b"
    r"|\b(?:not sure|unsure|no idea|don't know|do not know|cannot tell|can't tell|wonder|whether|maybe|perhaps)\b"
    r"|\b(?:might|may|could) be that\b"
)
_ENCLOSED = re.compile(  # one pair of marks around all the words: quotation marks, code, bold or italics
    r"(?:[“\"«](?P<quoted>[^“”\"«»]+)[”\"»]|```(?P<block>(?:(?!```).)+)```|`(?P<code>[^`]+)`"
    r"|\*(?P<bold>(?:[^*]|(?<=\w)\*(?=\w))+)\*|_(?P<italic>(?:[^_]|(?<=\w)_(?=\w))+)_)\.?",
    re.DOTALL,
)
_LINK = re.compile(r"<(?P<address>(?:https?|mailto):[^|>\n]{1,3000})(?:\|(?P<label>[^>\n]{1,3000}))?>")
_MENTION = re.compile(r"<[@#!][^|>\n]{1,200}(?:\|(?P<label>[^>\n]{1,200}))?>")
_ASKS = re.compile(r"\?(?:[^\w”\"»]|_)*\Z")
_QUOTED_LINES = re.compile(r"[^\S\n]*\n\s*(?:&gt;|>)[^\n]*(?:\n[^\S\n]*(?:&gt;|>)[^\n]*)*")
_QUOTE_MARK = re.compile(r"^[^\S\n]*(?:&gt;|>)[^\S\n]?", re.MULTILINE)
_NOT_BUT = re.compile(rf"\bnot (?P<old>(?:[^,.]|[.,](?=\d)){{1,80}}?),? but (?P<words>.{{1,80}}?){_END}", re.IGNORECASE)
_BUT_NOT = re.compile(
    rf"\b(?:it's|it is|they are|that's|that is|is|are|costs?|takes?)\s+(?P<words>[^,]{{1,80}}?){_OLD}{_END}",
    re.IGNORECASE,
)
_NO_ARROW = r"(?:(?!→|[-=]>).)"
_ARROW = re.compile(
    rf"(?P<old>(?![\s>]){_NO_ARROW}{{1,81}}?)\s*(?:→|[-=]>)\s*(?P<words>(?!\s){_NO_ARROW}{{1,80}}?){_END}"
)
_NO_WORDS = re.compile(
    r"(?:checked|reviewed|rejected|approved|edited|fixed|corrected|changed|removed|fine|ok|okay|good|right|correct|clear)\b"
)
_IT_IS = re.compile(
    r"\b(?:it's|it is|its|that's|that is|they are|they're|(?:it |that )?(?:costs?|takes?)|the \w+(?: \w+)? (?:is|are))"
    rf"\s+{_WORDS}{_END}",
    re.IGNORECASE,
)
_ACTUALLY = re.compile(r"^(?:no|actually|in fact|correction)\b", re.IGNORECASE)


def read_reaction(name: str) -> Remark | None:
    """What an emoji on the card proposes; `name` as Slack names it, skin tones and all. None: nothing."""
    leaning = _REACTIONS.get(name.partition("::")[0])
    return Remark(leaning=leaning) if leaning else None


def read_reply(text: str) -> Remark | None:
    """What a reply proposes; `text` as Slack sends it. None: nothing.

    "wrong, it is 30 days" is an edit, "that is made up" a rejection, "looks good" an approval. When a reply says both,
    the doubt counts: it would be worse to approve what somebody found wrong.
    """
    if words := _whole(text):
        return Remark(leaning=Leaning.EDIT, words=words)
    emoji, said = _said(text)
    remarks: list[Remark] = []
    for sentence in _sentences(said):
        doubted = bool(remarks) and remarks[-1].leaning is Leaning.REJECT  # "Wrong. It is 30 days."
        if (remark := _of_sentence(sentence, after_a_no=doubted)) is not None:
            remarks.append(remark)
    for leaning in (Leaning.EDIT, Leaning.REJECT):
        for remark in remarks:
            if remark.leaning is leaning:
                return remark
    if remarks:
        return None if _hedged(said) else remarks[0]
    # An emoji speaks only where no words stand beside it: "✅ on my list" is no approval.
    leanings = {_REACTIONS[name] for name in emoji if name in _REACTIONS}
    alone = not re.search(r"\w", said) and len(leanings) == 1
    return Remark(leaning=leanings.pop()) if alone else None


def _said(text: str) -> tuple[list[str], str]:
    """The emoji and the person's own words, with straight apostrophes and Slack's three signs as they are."""
    own = text[:LONGEST].replace("’", "'").replace("\ufe0f", "")
    for sign, name in _UNICODE.items():
        own = own.replace(sign, f":{name}:")
    for pattern in _UNSAID:
        own = pattern.sub(" ", own)
    emoji = _SHORTCODE.findall(own)
    return emoji, _signs(_EMPHASIS.sub("", _SHORTCODE.sub(" ", own))).strip()


def _signs(text: str) -> str:
    """Slack's three signs as they are."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _whole(text: str) -> str:
    """What follows "it should say:", to the end and as it was typed; empty where nothing does, or it asks or supposes.

    Where these words stand is looked for in the person's own words. What comes after them may hold what is otherwise
    not read, such as a link, code or a quote, and it may be longer than what is read of a reply.
    """
    own = _blanked(text[:LONGEST])
    found = _WHOLE.search(own)
    if found is None or _ASKS.search(_blanked(text[-LONGEST:])):
        return ""
    *_, before = re.split(r"[.!?](?=\s)|\n", own[: found.start()])
    # A condition opens the sentence; other doubts count only in the clause that says what it should say.
    *_, clause = re.split(r"[,;](?=\s)", sentence := _QUOTE.sub(" … ", before).lower().strip(" *_~"))
    if _SUPPOSES.search(sentence) or _DOUBTS.search(clause.strip(" *_~")):
        return ""
    rest = text[found.end() :]
    if quoted := _QUOTED_LINES.match(rest):
        rest = _QUOTE_MARK.sub("", quoted.group())
    words = _as_written(rest).strip()
    inside = _ENCLOSED.fullmatch(words)
    return inside[inside.lastgroup or 0].strip() if inside else words


def _blanked(text: str) -> str:
    """The person's own words, each where it stands in the text: blanks for all the rest."""
    own = text.replace("’", "'")
    for pattern in (*_UNSAID, _SHORTCODE):
        own = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), own)
    return own


def _as_written(text: str) -> str:
    """Words that Slack sends in a form of its own: links become their words, mentions their labels."""
    plain = _LINK.sub(lambda found: found["label"] or found["address"], text)
    return _signs(_MENTION.sub(lambda found: f"@{found['label'] or '…'}", plain))


def _sentences(said: str) -> Iterator[str]:
    """The sentences that state something: no questions."""
    for found in _SENTENCE.finditer(said):
        sentence = found.group().strip()
        if sentence and not sentence.rstrip("!. ").endswith("?"):
            yield sentence


def _of_sentence(sentence: str, *, after_a_no: bool) -> Remark | None:
    bare = _QUOTE.sub(" … ", sentence).lower().strip()  # what is quoted is not said
    if _UNSETTLED.search(bare):
        return None
    if _PRAISES_WRONG.search(bare):
        return Remark(leaning=Leaning.APPROVE)
    if _is_wrong(bare):
        return _better(sentence, after_a_no=True) or Remark(leaning=Leaning.REJECT)
    if (better := _better(sentence, after_a_no=after_a_no)) is not None:
        return better
    right = _RIGHT.search(bare)
    if right and not _NEGATED.search(bare[: right.start()]) and not _hedged(bare):
        return Remark(leaning=Leaning.APPROVE)
    return None


def _is_wrong(bare: str) -> bool:
    if _NOT_RIGHT.search(bare):
        return True
    return any(not _NEGATED.search(bare[: found.start()]) for found in _WRONG.finditer(bare))


def _hedged(said: str) -> bool:
    """ "Looks good, but …" says that something is left to do."""
    return bool(re.search(r"\b(?:but|except|however|although|though|apart from|almost|nearly|would)\b", said.lower()))


def _better(sentence: str, *, after_a_no: bool) -> Remark | None:
    """What it should say. "It is 30 days" alone tells something; after a no it corrects."""
    corrects = after_a_no or _ACTUALLY.match(sentence) is not None
    patterns = [_SHOULD_BE, _ARROW, _NOT_BUT, *([_BUT_NOT, _IT_IS] if corrects else [_BUT_NOT])]
    for pattern in patterns:
        found = pattern.search(sentence)
        if found is None:
            continue
        words, old = _trimmed(found["words"]), _trimmed(found.groupdict().get("old") or "")
        if words and not _WRONG.fullmatch(words.lower()) and (old or _says_something(words, pattern)):
            return Remark(leaning=Leaning.EDIT, words=words, instead_of=old)
    return None


def _says_something(words: str, pattern: re.Pattern[str]) -> bool:
    """ "It is wrong" and "should be checked" give no words for the answer; a number, a name or a quote does."""
    if pattern is _IT_IS:
        return bool(re.search(r"\d", words)) or words[:1] in '“"«€$£'
    return not _NO_WORDS.match(words.lower())


def _trimmed(words: str) -> str:
    """Without the quotation marks and stops around them."""
    return words.strip().strip('“”"«»').rstrip(",.;:! ").strip('“”"«»').strip()
