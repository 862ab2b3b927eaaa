"""Tells in the third person what somebody says in a conversation: "Anna: I'd like tea." -> "Anna would like tea." """

from __future__ import annotations

import re

from reviewers.trainers.claims.lexicon import lexicon
from reviewers.trainers.claims.setting import SPEAKER, Setting

_GREETING = re.compile(
    r"\A(?:(?:yes|no|sure|ok|okay|hi|hello|hey|great|thanks|thank you|alright|well|good morning|awesome|perfect)\b"
    r"[,!. ]*)+"
    r"(?:there\b[,!. ]*)?",
    re.I,
)
_WISH = re.compile(
    r"(?:(?:can|could|may) i (?:please )?(?:get|have|order)|i(?: would|'d) (?:like|love)(?: to (?:get|have|order))?"
    r"|i(?:'ll| will) (?:have|take)|i want(?: to (?:get|have|order))?|i need|i'm going to have"
    r"|let me (?:get|have)|give me) (?P<what>.+)$",
    re.I,
)
_STATES = re.compile(
    r"(?:i|i'm|i'll|i'd|i've|it|it'll|it's|we|we'll|you|you're|your|the|my|they|that|that's|there|this)\b", re.I
)
_PERSONS = (
    (r"\bI'm\b", "{he} is"), (r"\bI'd\b", "{he} would"), (r"\bI'll\b", "{he} will"), (r"\bI've\b", "{he} has"),
    (r"\bI am\b", "{he} is"), (r"\bI was\b", "{he} was"), (r"\bI have\b", "{he} has"), (r"\bI want\b", "{he} wants"),
    (r"\bI need\b", "{he} needs"), (r"\bI think\b", "{he} thinks"), (r"\bI like\b", "{he} likes"),
    (r"\bI love\b", "{he} loves"), (r"\bI\b", "{he}"), (r"\bmy\b", "{his}"), (r"\bme\b", "{him}"),
    (r"\bmine\b", "{his}"),
    (r"\byour\b", "{other}'s"), (r"\byou'll\b", "{other} will"), (r"\byou(?:'re| are)\b", "{other} is"),
    (r"\byou have\b", "{other} has"), (r"\byou\b", "{other}"),
)  # fmt: skip
_WISHING = ("{name} orders {what}.", "{name} would like {what}.", "{name} wants {what}.", "{name} asks for {what}.")
_SAYING = (
    "{name} says that {what}.",
    "{name} said {what}.",
    "{name} mentions that {what}.",
    "{name} tells {other} that {what}.",
)


def reported(line: str, setting: Setting) -> str | None:
    """One line as a sentence about its speaker; None for other questions, and where little is said."""
    speaker = SPEAKER.match(line)
    if speaker is None:
        return None
    name, said = speaker.group(1), _GREETING.sub("", line[speaker.end() :], count=1)
    wish = _WISH.match(said)
    said = re.split(r"(?<=[.!?])\s", said)[0]
    if wish:
        what = re.split(r"[.!?](?:\s|$)", wish.group("what"))[0]
        what = re.sub(r",? ?\b(?:please|thanks|thank you)\b", "", what, flags=re.I).strip(" ,")
        form = setting.draw.choice(_WISHING)
    elif "?" in said or len(said.split()) < 4 or not _STATES.match(said):
        return None
    else:
        what, form = said.rstrip(".! "), setting.draw.choice(_SAYING)
        what = what[:1].lower() + what[1:] if not re.match(r"I\b|[A-Z]{2}", what) else what
    told = form.format(name=name, what=_third(what, name, _other(name, setting)), other=_other(name, setting))
    return told if len(told.split()) >= 4 else None


def _third(said: str, name: str, other: str) -> str:
    forms = (
        {"he": "she", "his": "her", "him": "her"}
        if name in lexicon().women
        else {"he": "he", "his": "his", "him": "him"}
    )
    for pattern, instead in _PERSONS:
        said = re.sub(
            pattern, instead.format(other=other, **forms), said, flags=0 if pattern.startswith(r"\bI") else re.I
        )
    return said


def _other(name: str, setting: Setting) -> str:
    others = [match.group(1) for one in setting.evidence if (match := SPEAKER.match(one)) and match.group(1) != name]
    return others[0] if others else "the other"
