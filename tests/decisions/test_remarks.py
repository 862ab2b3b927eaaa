"""What replies and reactions propose; each row was read and decided by a person before the code was run on it."""

from __future__ import annotations

import pytest

from reviewers.decisions.amendments import amended
from reviewers.decisions.remarks import Leaning, Remark, read_reaction, read_reply
from reviewers.model import Span

EDITS = {
    "wrong, it is 30 days": ("30 days", ""),
    "Wrong: it's € 3.50": ("€ 3.50", ""),
    "Wrong. It is 30 days.": ("30 days", ""),
    "wrong, its 30 days": ("30 days", ""),
    "wrong, the fee is € 3.50": ("€ 3.50", ""),
    "No, the fee is € 3.50.": ("€ 3.50", ""),
    "No, it takes 30 days": ("30 days", ""),
    "actually it is 30 days": ("30 days", ""),
    "should be 30 days": ("30 days", ""),
    "the limit should be € 1,000": ("€ 1,000", ""),
    "it must be 30 days because the terms say so": ("30 days", ""),
    "It should say “30 days from delivery”.": ("30 days from delivery", ""),
    "it's 30 days, not 14": ("30 days", "14"),
    "not 14 but 30 days": ("30 days", "14"),
    "Not € 2.00 but € 3.50!": ("€ 3.50", "€ 2.00"),
    "should say 30 days instead of 14": ("30 days", "14"),
    "14 -&gt; 30 days": ("30 days", "14"),
    "€ 2.00 → € 3.50": ("€ 3.50", "€ 2.00"),
    "I think the fee is wrong, should be € 3.50 not € 2.00": ("€ 3.50", "€ 2.00"),
    "*wrong*, it is _30 days_": ("30 days", ""),
    "<@U0JONAS> wrong, it is 30 days": ("30 days", ""),
    "It should say: Return it within 30 days. We pay.": ("Return it within 30 days. We pay.", ""),
    "*It should say:* Ask for *user_id* &amp; pay &gt; € 5 &lt; € 9": ("Ask for *user_id* & pay > € 5 < € 9", ""),
    "It should say: run `pay --all` at <https://bank.example/fees>": (
        "run `pay --all` at https://bank.example/fees",
        "",
    ),
    "It should say: see <https://bank.example/fees|the fees>, <@U0JONAS|jonas>": ("see the fees, @jonas", ""),
    "It should say: “Return it within 30 days.”": ("Return it within 30 days.", ""),
    "It should say: “30 days”.": ("30 days", ""),
    'It should say: "A" and "B"': ('"A" and "B"', ""),
    "It should say: ```Return it within 30 days.```": ("Return it within 30 days.", ""),
    "It should say: ```\nReturn it\nwithin 30 days.\n```": ("Return it\nwithin 30 days.", ""),
    "It should say: `pay --all`.": ("pay --all", ""),
    "It should say: *You have 30 days.*": ("You have 30 days.", ""),
    "It should say: _Ask for user_id_": ("Ask for user_id", ""),
    "It should say: *30 days* or *40 days*": ("*30 days* or *40 days*", ""),
    "It should say: `a` or `b`": ("`a` or `b`", ""),
    "I'm sure it should say: You have 30 days.": ("You have 30 days.", ""),
    "The bot says that it is 14, it should say: 30 days": ("30 days", ""),
    "It might confuse people; it should say: 30 days": ("30 days", ""),
    "Could you check the fee, it should say: € 3.50": ("€ 3.50", ""),
    "wrong, should say: 30 days": ("30 days", ""),
    "It should say: “Do you want to return it?”": ("Do you want to return it?", ""),
    "It should say:\n&gt; Return it\n&gt; within 30 days.\nSee there.": ("Return it\nwithin 30 days.", ""),
    "&gt; It should say: this\nIt should say: &gt; 30 days": ("> 30 days", ""),
    "I was away. It should say: 30 days": ("30 days", ""),
    "It should say: Return it within 30 days. Is that right?": ("Return it within 30 days", ""),
    f"It should say: {'Return it within 30 days. ' * 100}We pay.": (f"{'Return it within 30 days. ' * 100}We pay.", ""),
    "not 14 days but &gt; 30 days": ("> 30 days", "14 days"),
    "&gt; 14 days\n14 =&gt; &gt; 30 days": ("> 30 days", "14"),
    "should be 10:30:00": ("10:30:00", ""),
    "should be user_id": ("user_id", ""),
}
REJECTIONS = [
    "wrong",
    "This is wrong, please check it",
    "the limit is wrong",
    "I'd say it is wrong",
    "This is made up.",
    "Hallucinated again",
    "outdated since May",
    "That is not true.",
    "not right",
    "doesn't look right",
    "doesn’t look right",
    "I don't think this is correct",
    "I don't approve this",
    "the answer isn't correct",
    "The part about ATMs is not in the sources",
    "looks good, but the fee is wrong",
    "&gt; looks good\nno it is wrong",
    "no good",
    "reject",
    ":x:",
    "❌",
]
APPROVALS = [
    "looks good",
    "Looks good to me!",
    "looks really good",
    "lgtm",
    "LGTM :+1:",
    "approved",
    "ship it",
    "that's right",
    "the answer is correct",
    "yes, correct!",
    "all good",
    "good to go",
    "fine as is",
    "it's not wrong",
    "nothing wrong with it",
    "no objections",
    "✅",
    "✔️",
    ":white_check_mark:",
    ":thumbsup::skin-tone-3:",
    ":+1::skin-tone-3:",
    ":100: :+1:",
]
NOTHING = [
    "",
    "   ",
    "hmm",
    "ok",
    "ok thanks",
    "thanks!",
    "no",
    "yes",
    "good",
    "good point",
    "good question",
    "it would be good to know",
    "right now we have no data",
    "is this right?",
    "what's wrong with it?",
    "is that wrong",
    "who said it is 30 days?",
    "not sure this is right",
    "maybe wrong",
    "it might be wrong",
    "if it's wrong, reject it",
    "can you check the fee",
    "let me look at what is wrong",
    "wrong channel, sorry",
    "I was wrong, sorry",
    "it is 30 days",
    "it should be checked",
    "correct me if I see this badly",
    "looks good but check the fee",
    "Maybe it should say: 30 days?",
    "Maybe it should say: 30 days. Or 40.",
    "it should say: 30 days? :thinking_face:",
    "If the fee rose, it should say: € 3",
    "Wrong, not sure whether it should say: 30 days",
    "The fee is old; maybe it should say: € 3",
    "Can we find out what it should say: € 3",
    "It should say:",
    "never been wrong",
    "https://help.meridian.example/fees",
    "<https://help.meridian.example/fees|wrong>",
    "https://help.meridian.example/is-this-wrong?",
    "“looks good” is what it always says",
    '"wrong, it is 30 days"',
    "&gt; wrong, it is 30 days",
    "```wrong```",
    "`looks good`",
    "<@U0JONAS>",
    "✅ on my list",
    "✅ ❌",
    ":tada:",
    "👀",
]


@pytest.mark.parametrize(("text", "words"), EDITS.items())
def test_reply_that_says_what_it_should_be_proposes_an_edit(text: str, words: tuple[str, str]) -> None:
    """With the words, and what they replace where that was said."""
    assert read_reply(text) == Remark(leaning=Leaning.EDIT, words=words[0], instead_of=words[1])


@pytest.mark.parametrize("text", REJECTIONS)
def test_reply_that_says_it_is_wrong_proposes_a_rejection(text: str) -> None:
    """Also with a negation of something good, and also after a friendly beginning."""
    assert read_reply(text) == Remark(leaning=Leaning.REJECT)


@pytest.mark.parametrize("text", APPROVALS)
def test_reply_that_says_it_is_right_proposes_an_approval(text: str) -> None:
    """Also with a negation of something bad."""
    assert read_reply(text) == Remark(leaning=Leaning.APPROVE)


@pytest.mark.parametrize("text", NOTHING)
def test_reply_that_is_not_clear_proposes_nothing(text: str) -> None:
    """Questions, conditions, quotes, code, links, mentions, small talk, and what could be meant either way."""
    assert read_reply(text) is None


@pytest.mark.parametrize("text", ["wrong, " * 20_000, "not a " * 20_000, "->" * 30_000, "“" * 60_000, "is " * 30_000])
def test_longest_reply_is_read_at_once(text: str) -> None:
    """Slack sends up to 40,000 characters; no pattern takes longer than its beginning does."""
    read_reply(text)


@pytest.mark.parametrize(
    ("name", "leaning"),
    [
        ("white_check_mark", Leaning.APPROVE),
        ("heavy_check_mark", Leaning.APPROVE),
        ("+1", Leaning.APPROVE),
        ("+1::skin-tone-2", Leaning.APPROVE),
        ("x", Leaning.REJECT),
        ("-1", Leaning.REJECT),
        ("pencil2", Leaning.EDIT),
        ("eyes", None),
        ("question", None),
        ("tada", None),
        ("", None),
    ],
)
def test_reactions(name: str, leaning: Leaning | None) -> None:
    """The marks of the verdicts and their likenesses; every other emoji is only that."""
    assert read_reaction(name) == (Remark(leaning=leaning) if leaning else None)


RETURNS = "You can return it within 14 days. The fee is € 2.00 and the limit is € 500."
FEE = Span(start=34, end=51)  # "The fee is € 2.00"


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("wrong, it is 30 days", RETURNS.replace("14 days", "30 days")),  # the one number in days
        ("not 14 but 30 days", RETURNS.replace("14", "30")),  # the unit stands there already
        ("14 -> 30", RETURNS.replace("14", "30")),
        ("not € 2.00 but € 3.50", RETURNS.replace("2.00", "3.50")),
        ("the limit is wrong, should be 5 weeks", ""),  # nothing there is in weeks
        ("wrong, it is € 3.50", ""),  # two amounts are in euros
        ("it is 14 days, not 30 days", ""),  # 30 days stands nowhere
        ("wrong, it is 14 days", ""),  # that is what it says
        ("wrong, it is between 10 and 30 days", ""),  # two numbers, one place
        ("It should say: " + RETURNS.replace("14", "30"), RETURNS.replace("14", "30")),
        ("not the but a", ""),  # "the" stands there twice
    ],
)
def test_words_are_put_in_only_where_it_is_certain_what_they_replace(text: str, corrected: str) -> None:
    """Else the form holds the output as it is, and the words stand above it."""
    remark = read_reply(text)
    assert remark is not None
    assert amended(RETURNS, remark) == corrected


@pytest.mark.parametrize(
    ("output", "text", "corrected"),
    [
        ("The fee is 2 euros per year.", "not 2 euros per year but 3 euros per month", "The fee is 3 euros per month."),
        ("The fee is 2 euros per year.", "not 2 euros but 3 euros per year", "The fee is 3 euros per year."),
        ("The fee is € 2 per year.", "should be € 3 per year", "The fee is € 3 per year."),
        ("The fee is € 2 per year.", "should be € 3 per month", ""),  # nobody said what becomes of "per year"
        ("The fee is € 2.00.", "not 2.00 but € 3.50", "The fee is € 3.50."),
        ("You have 14 days.", "not 14 days but &gt; 30 days", "You have > 30 days."),
        ("You have 14 days.", "not 14 but at least 30 days", "You have at least 30 days."),
        ("You have 14 days.", "not 14 but 30 weeks", ""),
        ("You have 14 days.", "not 14 but thirty", "You have thirty days."),
        ("You have 14 working days.", "not 14 but 30 working days", "You have 30 working days."),
        ("The limit is 14.", "not 14 but 30 days", "The limit is 30 days."),
        ("You have 14 days.", "should be at least 30 days", ""),
        (
            "You have 14 days to return it.",
            "It should say: You have 30 days to return it, and we pay the postage.",
            "You have 30 days to return it, and we pay the postage.",
        ),
        ("You have 14 days.", "should be 30 days from the day on which it was delivered", ""),
    ],
)
def test_no_word_of_a_reply_is_left_out(output: str, text: str, corrected: str) -> None:
    """Save those that stand around the place already; where the rest does not fit, nothing is put in."""
    remark = read_reply(text)
    assert remark is not None
    assert amended(output, remark) == corrected


def test_of_several_places_the_doubted_claim_is_meant() -> None:
    """Two amounts in euros, one of them in a claim that was marked wrong."""
    remark = Remark(leaning=Leaning.EDIT, words="€ 3.50")
    assert amended(RETURNS, remark, [FEE]) == RETURNS.replace("€ 2.00", "€ 3.50")


def test_without_words_nothing_is_put_in() -> None:
    """A rejection says nothing of what it should be."""
    assert amended(RETURNS, Remark(leaning=Leaning.REJECT)) == ""
