"""Words brought to a common form, and the small word lists that the comparison of texts needs.

The stem is light on purpose: it joins `requires`, `required` and `requiring`, never `universe` and `university`.
The lists are English; in other languages words are compared by the same rules, without these lists' help.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

FUNCTION_WORDS = frozenset(
    """a an the this that these those it its itself he she they them him her his hers their theirs we us our ours you
    your yours i me my mine who whom whose which what when where why how there here be is are was were been being am
    do does did done doing have has had having will would shall should can could may might must ought of in on at by
    for to from with into onto upon about as than then so and or but if because while although though until since
    during through between among over under within after before above below more less most least also too very just
    only even such both each every any some other another same own not no nor never none neither cannot without per
    via e.g i.e etc let s t re ve ll d m one ones out up down off again further once all few many much however
    therefore thus yet still already get gets got""".split()
)

# What turns a statement round. "n't" comes as the end of a word, see `words`.
NEGATIONS = frozenset("not no never none neither nor cannot without".split())

_PAIRS = """increase/decrease increase/reduce rise/fall grow/shrink more/less most/least many/few before/after
above/below over/under higher/lower high/low larger/smaller large/small largest/smallest highest/lowest long/short
longer/shorter open/close allow/forbid allow/prohibit permit/prohibit accept/reject accept/refuse possible/impossible
legal/illegal always/never all/none minimum/maximum include/exclude required/optional mandatory/optional win/lose
success/failure succeed/fail buy/sell north/south east/west northern/southern eastern/western male/female man/woman
men/women up/down early/late earlier/later true/false with/without enable/disable approve/deny approve/reject
begin/end start/end start/stop first/last hot/cold positive/negative gain/loss profit/loss improve/worsen strong/weak
safe/dangerous public/private temporary/permanent upper/lower inside/outside arrive/depart import/export income/expense
internal/external active/inactive valid/invalid available/unavailable able/unable support/oppose agree/disagree
increase/decline rise/decline gain/decline better/worse best/worst easy/difficult cheap/expensive rich/poor young/old
free/paid fast/slow faster/slower day/night present/absent"""

_IRREGULAR = {
    form: base
    for base, forms in {
        "pay": "paid",
        "go": "went gone goes",
        "sell": "sold",
        "make": "made",
        "take": "took taken",
        "give": "gave given",
        "buy": "bought",
        "hold": "held",
        "build": "built",
        "write": "wrote written",
        "begin": "began begun",
        "become": "became",
        "leave": "left",
        "find": "found",
        "know": "knew known",
        "run": "ran",
        "keep": "kept",
        "lose": "lost",
        "meet": "met",
        "say": "said",
        "send": "sent",
        "spend": "spent",
        "tell": "told",
        "win": "won",
        "rise": "rose risen",
        "fall": "fell fallen",
        "grow": "grew grown",
        "bring": "brought",
        "think": "thought",
        "teach": "taught",
        "catch": "caught",
        "see": "saw seen",
        "come": "came",
        "speak": "spoke spoken",
        "choose": "chose chosen",
        "drive": "drove driven",
        "lead": "led",
        "read": "read",
        "die": "died dies dying",
        "child": "children",
        "person": "people persons",
        "foot": "feet",
    }.items()
    for form in forms.split()
}
_VOWELS = frozenset("aeiouy")


def fold(word: str) -> str:
    """Lower case without accents and compatibility forms: `Café` and `cafe` are one word."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.replace("’", "'").casefold())
    return "".join(part for part in parts if unicodedata.category(part) != "Mn")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The common form of a folded word.

    >>> stem("requires") == stem("required") == stem("requiring")
    True
    """
    word = word.removesuffix("'s").removesuffix("'")
    word = _IRREGULAR.get(word, word)
    if len(word) <= 3:
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 3 and _VOWELS & set(root):
            word = root[:-1] if root[-1] == root[-2] and root[-1] not in "lsz" else root
            break
    word = word.removesuffix("e") if len(word) > 3 else word
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _PAIRS.split():
        left, right = (stem(side) for side in pair.split("/"))
        found.setdefault(left, set()).add(right)
        found.setdefault(right, set()).add(left)
    return {word: frozenset(others) for word, others in found.items()}


OPPOSITES = _opposites()  # stem -> stems that say the opposite

# Units of one kind: the same number with another of them is another quantity.
_UNIT_KINDS = (
    "second minute hour day week month year decade century",
    "millimetre centimetre metre meter kilometre kilometer km mm cm mile foot inch yard",
    "gram kilogram kg ton tonne pound ounce",
    "litre liter millilitre gallon",
    "kb mb gb tb kilobyte megabyte gigabyte terabyte",
)
UNIT_KIND = {stem(unit): kind for kind, units in enumerate(_UNIT_KINDS) for unit in units.split()}
