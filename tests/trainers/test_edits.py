"""The edits that keep what a sentence says, and those that break it: each by hand."""

from __future__ import annotations

import random

import pytest

from reviewers.trainers.claims import adding, breaking, keeping, twisting
from reviewers.trainers.claims.dialogue import reported
from reviewers.trainers.claims.setting import Edit, Setting, gather
from reviewers.trainers.claims.spans import dates, inner_case, names, numbers, replaced, words_in
from reviewers.trainers.claims.texts import SourceText

EVIDENCE = (
    "Ida Lovell opened the mill in Harton in 1911.",
    "She sold it in 1925 for $4,000, because prices fell.",
    "Most of the 12 workers did not stay with Walter Berger.",
)
OTHER = (
    "The railway reached Oslo in 1854.",
    "Many ships left the harbor in 1930 during the strike.",
)
TEXTS = [SourceText(source="town", sentences=EVIDENCE), SourceText(source="port", sentences=OTHER)]


def a_setting(seed: int = 1, evidence: tuple[str, ...] = EVIDENCE) -> Setting:
    return Setting(draw=random.Random(seed), evidence=evidence, near=OTHER, passage=EVIDENCE, pool=gather(TEXTS))


def all_of(edit: Edit, sentence: str, setting: Setting | None = None) -> set[str | None]:
    """What the edit makes of the sentence over forty draws."""
    evidence = (setting or a_setting()).evidence
    return {edit(sentence, a_setting(seed, evidence)) for seed in range(40)}


def test_names_are_found_inside_and_at_the_start_of_a_sentence() -> None:
    """A first word alone is a name only where it is known as one; months and pronouns never are."""
    found = [piece.text for piece in names("She sold it to Walter Berger of the Bank of Norway in May.")]
    assert found == ["Walter Berger", "Bank of Norway"]
    assert [piece.text for piece in names("Berger left Harton.")] == ["Harton"]
    assert [piece.text for piece in names("Berger left Harton.", {"Berger"})] == ["Berger", "Harton"]
    assert [piece.text for piece in names("The United States won.")] == ["United States"]


def test_numbers_and_dates_are_told_apart() -> None:
    """A year is a date; "twenty-five" is no "five", and "A4" no number."""
    sentence = "In May 1925 it had 1,200 of twenty-five or six A4 rooms for $3.50 in the 1930s."
    assert [piece.text for piece in numbers(sentence)] == ["1,200", "six", "$3.50"]
    assert [piece.text for piece in dates(sentence)] == ["May", "1925", "1930s"]
    assert dates("They may March on.") == []


def test_a_replacement_takes_capital_and_article_along() -> None:
    """ "An old" becomes "A new", and a phrase at the start keeps its capital."""
    (piece,) = words_in("An old mill stood there.", {"old": ("new",)})
    assert replaced("An old mill stood there.", piece, "new") == "A new mill stood there."
    (piece,) = words_in("Most of them left.", {"most of": ("none of",)})
    assert replaced("Most of them left.", piece, "none of") == "None of them left."
    assert words_in("The New York Times", {"new": ("old",)}) == []


def test_inside_of_a_sentence_only_names_keep_their_capital() -> None:
    """Also "I", and abbreviations."""
    assert inner_case("The mill stood.", ()) == "the mill stood."
    assert inner_case("Ida sold it.", ()) == "Ida sold it."
    assert inner_case("I sold it.", ()) == "I sold it."
    assert inner_case("NASA sold it.", ()) == "NASA sold it."
    assert inner_case("Berger sold it.", {"Berger"}) == "Berger sold it."


@pytest.mark.parametrize(
    ("edit", "sentence", "expected"),
    [
        (keeping.drop_opening, "In 1925, the prices fell again.", {"The prices fell again."}),
        (keeping.drop_opening, "On May 3, 1925, the prices fell.", {None}),  # the rest would begin with a year
        (
            keeping.drop_tail,
            "She sold the old mill in Harton, because prices fell.",
            {"She sold the old mill in Harton."},
        ),
        (keeping.drop_tail, "They would not leave the old mill, because prices fell.", {None}),  # less would say more
        (keeping.drop_aside, "The mill (a ruin now) stood in Harton.", {"The mill stood in Harton."}),
        (keeping.drop_aside, "Ida, a clerk from Oslo, sold the mill.", {"Ida sold the mill."}),
        (
            keeping.keep_half,
            "The mill stood in Harton, and the workers did stay there.",
            {"The mill stood in Harton.", "The workers did stay there."},
        ),
        (
            keeping.drop_detail,
            "It slowly fell to bits in May 1925.",
            {"It fell to bits in May 1925.", "It slowly fell to bits."},
        ),
        (keeping.be_vague, "She had 5 mills.", {"She had several mills."}),
        (keeping.be_vague, "She had 40 mills.", {"She had dozens of mills."}),
        (keeping.be_vague, "She sold all 5 mills.", {None}),
        (keeping.move_time, "In 1925, the mill was sold.", {"The mill was sold in 1925."}),
        (keeping.move_time, "The large old mill was sold in Harton.", {"In Harton, the large old mill was sold."}),
        (keeping.write_number, "She had 12 mills.", {"She had twelve mills."}),
        (keeping.write_number, "It cost $4,000 then.", {"It cost $4000 then."}),
        (keeping.write_number, "It rose by 45% then.", {"It rose by 45 percent then."}),
        (keeping.shorten_name, "It was sold to Walter Berger.", {"It was sold to Berger."}),
        (keeping.shorten_name, "It is in the United States.", {None}),  # "States" is nobody
        (
            keeping.say_less,
            "They always saw all of the workers.",
            {"They often saw all of the workers.", "They always saw many of the workers."},
        ),
        (keeping.say_less, "They did not see all of it.", {None}),
        (keeping.name_who, EVIDENCE[1], {"Ida Lovell" + EVIDENCE[1].removeprefix("She")}),
        (keeping.name_who, "She was not in the evidence.", {None}),
        (keeping.turn_owner, "It was Berger's mill.", {"It was the mill of Berger."}),
        (keeping.turn_owner, "The owner of Harton was there.", {"Harton's owner was there."}),
        (keeping.turn_owner, "It was Walter Berger's mill.", {None}),  # the mill of half a name
        (keeping.say_it, "The mill is old.", {"It is old."}),
        (keeping.say_it, "The people was here.", {None}),
        (
            keeping.tell_aside,
            "The mill, which burned down in 1911, stood in Harton.",
            {"The mill burned down in 1911."},
        ),
    ],
)
def test_edits_that_keep_the_meaning(edit: Edit, sentence: str, expected: set[str | None]) -> None:
    """What comes out says the same or less; None where there is no place for the edit."""
    assert all_of(edit, sentence) == expected


def test_contractions_are_written_out_and_shortened_as_whole_words() -> None:
    """ "did nothing" is no "did not"."""
    assert all_of(keeping.contract, "It did nothing at all.") == {None}
    assert all_of(keeping.contract, "It did not help.") == {"It didn't help."}
    assert "They cannot stay." in all_of(keeping.contract, "They can't stay.")


def test_two_sentences_are_joined_into_one_claim() -> None:
    """Only where they say different things: a sentence and its rewording are not two."""
    joined = all_of(keeping.join_two, EVIDENCE[0])
    assert (
        "Ida Lovell opened the mill in Harton in 1911, and most of the 12 workers did not stay with Walter Berger."
        in joined
    )
    assert all_of(keeping.join_two, EVIDENCE[0], a_setting(evidence=(EVIDENCE[0].replace("mill", "shop"),))) == {None}


@pytest.mark.parametrize(
    ("edit", "sentence", "expected"),
    [
        (twisting.opposite, "The largest mill was there.", {"The smallest mill was there."}),
        (twisting.antonym, "The solution was unable to help.", {"The solution was able to help."}),
        (twisting.overstate, "Prices may fall.", {"Prices must fall."}),
        (twisting.overstate, "Prices may not fall.", {None}),
        (breaking.exchange_names, "Walter Berger left Harton.", {"Harton left Walter Berger."}),
        (breaking.exchange_names, "Ida Lovell and Walter Berger left.", {None}),  # in a list the order says nothing
        (
            breaking.exchange_values,
            "It fell from 12 in 1911 to 6 in 1925.",
            {"It fell from 6 in 1911 to 12 in 1925.", "It fell from 12 in 1925 to 6 in 1911."},
        ),
        (breaking.exchange_values, "It had 12 rooms.", {None}),
    ],
)
def test_edits_that_break_the_meaning(edit: Edit, sentence: str, expected: set[str | None]) -> None:
    """One word or one order says another thing."""
    assert all_of(edit, sentence) == expected


def test_a_negation_goes_where_it_stands_and_comes_where_it_does_not() -> None:
    """ "didn't" loses its "n't", regular verbs get "did not"."""
    assert "Most of the 12 workers did stay with Walter Berger." in all_of(twisting.negate, EVIDENCE[2])
    assert "They can stay." in all_of(twisting.negate, "They can't stay.")
    assert {"It was not old.", "It was never old."} <= all_of(twisting.negate, "It was old.")


def test_a_wrong_number_is_never_the_same_and_keeps_its_form() -> None:
    """Signs and thousands stay, and a number of the evidence is taken where there is one."""
    wrong = all_of(breaking.other_number, "It cost $4,000 then.", a_setting(evidence=("It cost $4,000 then.",)))
    assert "It cost $4,000 then." not in wrong
    amounts = {str(one).removeprefix("It cost ").removesuffix(" then.") for one in wrong}
    assert all(one.startswith("$") and one.replace("$", "").replace(",", "").isdigit() for one in amounts)
    assert "It had 12 doors." in all_of(breaking.other_number, "It had 3 doors.")


def test_a_wrong_date_is_of_the_same_sort() -> None:
    """A year becomes a year, a month a month; the other year of the evidence is most likely."""
    wrong = all_of(breaking.other_date, "It was sold in May 1925.")
    assert "It was sold in May 1911." in wrong
    assert any(str(one).endswith("1925.") and "May" not in str(one) for one in wrong)
    assert None not in wrong


def test_a_wrong_name_is_of_the_same_kind() -> None:
    """A person with both names becomes another such person; nobody who stands in the claim already."""
    assert all_of(breaking.other_name, "It was sold to Walter Berger.") - {None} == {"It was sold to Ida Lovell."}


def test_he_and_she_become_somebody_else_than_is_meant() -> None:
    """It takes the sentence before to see that."""
    assert all_of(breaking.wrong_who, EVIDENCE[1]) == {"Walter Berger" + EVIDENCE[1].removeprefix("She")}


def test_added_text_stands_in_no_evidence() -> None:
    """Phrases and statements come from other texts, opinions from nowhere."""
    for edit in (adding.add_phrase, adding.add_statement, adding.add_personal, adding.add_opinion):
        for wrong in all_of(edit, EVIDENCE[0], a_setting(evidence=EVIDENCE[:1])) - {None}:
            assert str(wrong) not in " ".join(EVIDENCE)
    assert "Ida Lovell opened the mill in Harton in 1911 in 1930 during the strike." in all_of(
        adding.add_phrase, EVIDENCE[0]
    )


def test_an_opinion_is_on_a_thing_of_the_evidence_alone_or_beside_the_sentence() -> None:
    """Nouns in the singular with "the", and names; where there is neither nothing is added."""
    setting = a_setting(evidence=("It was the largest of the town.",))
    sold = "It was sold to Walter Berger."
    said = {str(adding.add_opinion(sold, setting)) for _ in range(3000)}
    assert {"I love Walter Berger.", "I love the town!"} <= said
    assert "It was sold to Walter Berger, but the town is great." in said
    assert "The town is great, and it was sold to Walter Berger." in said
    assert all_of(adding.add_opinion, "It fell.", a_setting(evidence=("It fell.",))) == {None}


def test_crossed_sentences_have_only_words_of_the_evidence() -> None:
    """The end of one behind the beginning of another."""
    crossed = all_of(adding.cross, EVIDENCE[0]) - {None}
    assert "Ida Lovell opened the mill because prices fell." in crossed
    words = {word.strip(".,") for one in EVIDENCE for word in one.split()}
    assert all({word.strip(".,") for word in str(one).split()} <= words for one in crossed)


CONVERSATION = ("Emma: Hi, can I get a large mocha, please?", "Ben: Sure, I'll bring your mocha to the bar.")


def test_lines_of_a_conversation_are_told_in_the_third_person() -> None:
    """Wishes and statements; "you" is the other one. A question tells nothing."""
    setting = a_setting(evidence=CONVERSATION)
    assert all_of(reported, CONVERSATION[0], setting) == {
        f"Emma {says} a large mocha." for says in ("orders", "would like", "wants", "asks for")
    }
    assert "Ben says that he will bring Emma's mocha to the bar." in all_of(reported, CONVERSATION[1], setting)
    assert all_of(reported, "Ben: Is this the right order for you?", setting) == {None}
    assert all_of(reported, EVIDENCE[0], setting) == {None}


def test_the_wrong_speaker_says_it() -> None:
    """Where the other one is named as well, they change places."""
    setting = a_setting(evidence=CONVERSATION)
    assert all_of(breaking.other_speaker, "Ben will bring Emma's mocha.", setting) == {"Emma will bring Ben's mocha."}
    assert all_of(breaking.other_speaker, "Ida will bring a mocha.", setting) == {None}
