"""Home and the queues as drawn: wording, order, Slack's limits, and nothing untrusted alive."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.validation import check_view
from bot.slack.cards import CardOptions
from bot.slack.home import (
    HomePage,
    LeadPart,
    OwnPart,
    closed_home,
    home_view,
    page_of,
    queue_message,
    route_queue_view,
)
from bot.slack.ids import ActionId
from bot.slack.values import ButtonValue, NamedValue
from reviewers.decisions.estimate import Method
from reviewers.decisions.figures import OwnWeek
from reviewers.decisions.too_few import TooFew
from reviewers.model import Message, Preferences, Rate, TaskState, TaskView, VerdictKind
from reviewers.ports import QueueState
from reviewers.workflow.preferences import FOR_GOOD
from reviewers.workflow.reports import HeldOnes, Team, TeamQueue
from tests.builders import NOON, a_task, a_verdict, a_view, an_output
from tests.slack.checks import live_in_text, live_signs, objects, words
from tests.slack.drawn import fine as fine_message
from tests.slack.drawn import said
from tests.slack.test_injection import PAYLOADS
from tests.slack.views import fine

NOW = NOON + timedelta(hours=2)  # 14:00 of a Monday
TOMORROW, LATER = NOW + timedelta(days=1), NOW + timedelta(days=3)
DISPLAY = CardOptions(names={"U0MARA": "Mara Lindqvist", "U0JONAS": "Jonas Weber"})
WEEK = OwnWeek(reviewed=41, seconds=38.0, agreed=34, shared=37, known_right=TooFew(found=6, needed=20), known=6)
EMPTY_WEEK = OwnWeek(
    reviewed=0, seconds=TooFew(found=0, needed=5), agreed=0, shared=0, known_right=TooFew(found=0, needed=20), known=0
)
RATE = Rate(value=0.14, low=0.09, high=0.20, reviewed=212, speaks_for=4000)
BEFORE = Rate(value=0.08, low=0.06, high=0.10, reviewed=834, speaks_for=38900)


def waiting(number: int, question: str = "What does it cost?", **changes: Any) -> TaskView:
    """One answer that waits, due at 17:00."""
    task = a_task(f"t-{number}", number=number, **changes)
    return a_view(task=task, output=an_output(f"o-{number}", prompt=(Message(role="user", content=question),)))


def own(*views: TaskView, **changes: Any) -> OwnPart:
    """A reviewer's part of these answers."""
    fields: dict[str, Any] = {
        "waiting": views,
        "more": False,
        "claimed": (),
        "week": WEEK,
        "preferences": Preferences(user_id="U0MARA"),
        "channel": "C0REVIEW",
    }
    return OwnPart(**(fields | changes))


def queue(route: str, **changes: Any) -> TeamQueue:
    """A route with 19 open answers, 3 of them past due."""
    fields: dict[str, Any] = {"open": 19, "disputed": 0, "past_due": 3, "oldest_at": NOW - timedelta(minutes=130)}
    fields |= changes
    return TeamQueue(state=QueueState(route=route, **fields), minutes=25 if fields["open"] else 0)


def team(*queues: TeamQueue, **changes: Any) -> Team:
    """The figures of the design."""
    fields: dict[str, Any] = {"this_week": RATE, "before": BEFORE, "review_seconds": 3.1 * 3600} | changes
    return Team(queues=queues, **fields)


def drawn(own_part: OwnPart, lead: LeadPart | None = None, *, page: int = 0, now: datetime = NOW) -> dict[str, Any]:
    """Home at 14:00, after the checks that hold for all."""
    view = home_view(HomePage(own=own_part, lead=lead, page=page), display=DISPLAY, now=now)
    return fine_home(view)


def fine_home(view: dict[str, Any]) -> dict[str, Any]:
    """The view itself, when Slack takes it and nothing in it is alive."""
    assert check_view(view, surface="home", file_ready=lambda _: True) == []
    assert len(view["blocks"]) <= 60
    assert live_signs(view["blocks"]) == []
    ids = [block["block_id"] for block in view["blocks"]]
    assert len(ids) == len(set(ids))
    pressed = [item for item in objects(view["blocks"]) if item.get("type") == "button"]
    assert all(0 < len(item["accessibility_label"]) <= 75 for item in pressed)
    assert sum(item.get("style") == "primary" for item in pressed) <= 1
    return view


def lines(view: dict[str, Any]) -> list[str]:
    """What each block says; fields side by side in one line."""
    told = []
    for block in view["blocks"]:
        if "fields" in block:
            told.append(" | ".join(field["text"] for field in block["fields"]))
        elif block["type"] in ("section", "context", "header"):
            told.append(said(block) if block["type"] != "header" else f"# {block['text']['text']}")
        elif block["type"] == "actions":
            told.append(" ".join(f"({element['text']['text']})" for element in block["elements"]))
        else:
            told.append("---")
    return told


def token(hour: int, minute: int = 0, *, day: int = 23, dated: bool = False) -> str:
    """The token of a moment in November."""
    moment = NOON.replace(day=day, hour=hour, minute=minute)
    pattern, date = ("{date_short_pretty} {time}", f"{day} Nov ") if dated else ("{time}", "")
    return f"<!date^{int(moment.timestamp())}^{pattern}|{date}{hour:02}:{minute:02}>"


def test_reviewers_page_reads_from_what_waits_to_the_settings() -> None:
    """The design's page: the queue by due time, what is claimed, the week, the settings, the hours."""
    held = waiting(1, hold=True, due_at=NOW + timedelta(minutes=12))
    short = [waiting(n, batch_id="t-3") for n in range(3, 8)]
    claimed = waiting(9, "Can I use my watch?", claimed_by="U0MARA", claimed_until=NOW + timedelta(minutes=20))
    view = drawn(own(held, waiting(2, "Charged twice?"), *short, claimed=(claimed,)))
    assert lines(view) == [
        f"*7 answers wait for you.* The first is due at {token(14, 12)}.",
        f"What does it cost?\n:hourglass_flowing_sand: customer waiting, until {token(14, 12)}",
        f"Charged twice?\ndue {token(17)}  ·  1 minute to read",
        f"5 short answers\ndue {token(17)}  ·  1 minute to read",
        "---",
        "# Claimed by you",
        f"Can I use my watch?\n:lock: until {token(14, 20)}",
        "---",
        "# Your week",
        "*Reviewed*\n41 answers | *Time for one*\n38 s (median) | *Agrees with the others*\n34 of 37 (92 %) | "
        "*Known answers*\ntoo few to say (6 of 20)",
        "---",
        "(Pause me) (My hours) (Weekly digest: off)",
        "Hours: 9:00 to 17:00, Monday to Friday. Only you see this page.",
    ]
    batch = view["blocks"][3]["accessory"]
    assert ButtonValue.parse(batch["value"]).task_id == "t-3"


def test_empty_page_is_a_sentence() -> None:
    """Nothing waits: where answers come, and no figure that says nothing."""
    told = lines(drawn(own(week=EMPTY_WEEK)))
    assert told[0] == "*Nothing waits for you.* New answers come to <#C0REVIEW>; you get a reminder before one is due."
    assert "*Reviewed*\nno answers in 7 days" in told


def test_only_claimed_answers_are_still_to_be_reviewed() -> None:
    """Nothing else waits, and Review next leads to them."""
    claimed = waiting(1, claimed_by="U0MARA", claimed_until=NOW + timedelta(minutes=20))
    view = drawn(own(claimed=(claimed,)))
    assert lines(view)[0] == "*Nothing else waits for you.* You have claimed what stands below."
    assert view["blocks"][0]["accessory"]["action_id"] == ActionId.NEXT.value


@pytest.mark.parametrize(
    ("due_at", "row", "first"),
    [
        (NOW - timedelta(hours=5), f"past due since {token(9)}", f" The first is past due since {token(9)}."),
        (TOMORROW, f"due tomorrow {token(14, day=24)}", f" The first is due tomorrow at {token(14, day=24)}."),
        (LATER, f"due {token(14, day=26, dated=True)}", f" The first is due {token(14, day=26, dated=True)}."),
        (None, "no due time", ""),
    ],
)
def test_due_time_is_said_as_people_say_it(due_at: datetime | None, row: str, first: str) -> None:
    """Today by the clock, tomorrow by name, later with the day; what is late since when."""
    told = lines(drawn(own(waiting(1, due_at=due_at))))
    assert told[0] == f"*1 answer waits for you.*{first}"
    assert told[1] == f"What does it cost?\n{row}  ·  1 minute to read"


def test_today_is_the_persons_own_day() -> None:
    """At 23:30 in Berlin, what is due an hour later is due tomorrow."""
    display = replace(DISPLAY, zone=ZoneInfo("Europe/Berlin"))
    now = NOON.replace(hour=22, minute=30)
    page = HomePage(own=own(waiting(1, due_at=now + timedelta(hours=1))))
    assert "due tomorrow" in words(home_view(page, display=display, now=now)["blocks"])


@pytest.mark.parametrize(
    ("completion", "minutes"),
    [
        ("word " * 10, "1 minute"),  # 10 words and 4 of the question
        ("word " * 656, "3 minutes"),  # 660 words: exactly 3
        ("word " * 435, "2 minutes"),  # 439: 1.995
        ("漢" * 2600, "2 minutes"),  # 433 words of 6 letters and 4: 1.99
    ],
)
def test_reading_takes_a_minute_for_220_words(completion: str, minutes: str) -> None:
    """Words of question and answer; writing without blanks counts six letters as a word."""
    view = waiting(1, "What does it cost?")
    view = replace(view, output=replace(view.output, completion=completion))
    assert f"{minutes} to read" in words(drawn(own(view))["blocks"])


def test_pages_count_answers_and_forget_none() -> None:
    """19 rows: 8, 8 and 3; the label says how many answers come after, a shared card's five among them."""
    views = [waiting(n) for n in range(1, 18)] + [waiting(n, batch_id="t-18") for n in range(18, 23)]
    pages = [drawn(own(*views), page=page) for page in range(4)]
    found = [[b["block_id"] for b in view["blocks"] if b["block_id"].startswith("row_")] for view in pages]
    assert [len(rows) for rows in found] == [8, 8, 2, 2]
    assert found[3] == found[2]  # a page that is gone shows the last
    assert len({row for rows in found for row in rows}) == 18
    assert "(14 more)" in lines(pages[0])
    assert "(6 more) (Back)" in lines(pages[1])
    assert "(Back)" in lines(pages[2])
    assert [page_of(view) for view in pages] == [0, 1, 2, 2]


def test_pause_stands_on_top_until_it_ends() -> None:
    """With until when, if it has an end; Resume instead of Pause me."""
    for_good = drawn(own(preferences=Preferences(user_id="U0MARA", paused_until=FOR_GOOD)))
    assert lines(for_good)[0] == "*You are paused.* No answers are given to you, and no reminders come."
    assert "(My hours) (Weekly digest: off)" in lines(for_good)
    assert "you get a reminder" not in words(for_good["blocks"])
    today = drawn(own(preferences=Preferences(user_id="U0MARA", paused_until=NOON.replace(day=24, hour=0))))
    assert lines(today)[0].startswith(f"*You are paused* until {token(0, day=24, dated=True)}.")
    over = drawn(own(preferences=Preferences(user_id="U0MARA", paused_until=NOW)))
    assert "paused" not in lines(over)[0]


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((0, 1, 2, 3, 4), "Monday to Friday"),
        ((0, 2, 4), "Monday, Wednesday and Friday"),
        ((5, 6), "Saturday and Sunday"),
        ((6,), "Sunday"),
        (tuple(range(7)), "every day"),
    ],
)
def test_hours_are_said_in_words(days: tuple[int, ...], told: str) -> None:
    """A run of days by its ends, others by name."""
    mine = Preferences(user_id="U0MARA", starts_at=time(8, 30), ends_at=time(16), days=days, digest=True)
    assert lines(drawn(own(preferences=mine)))[-2:] == [
        "(Pause me) (My hours) (Weekly digest: on)",
        f"Hours: 8:30 to 16:00, {told}. Only you see this page.",
    ]


def disputed(number: int) -> TaskView:
    """Jonas approved, Priya rejected; due tomorrow at noon."""
    verdicts = (
        a_verdict("v-1", reviewer="U0JONAS"),
        a_verdict("v-2", reviewer="U0PRIYA", kind=VerdictKind.REJECT, reasons=("invented",)),
    )
    view = waiting(number, "Is there a fee?", state=TaskState.DISPUTED, due_at=NOON + timedelta(days=1))
    return replace(view, task=replace(view.task, quorum=2), verdicts=verdicts)


def test_lead_decides_first_then_sees_the_team() -> None:
    """The design's page: decisions, each route in one sentence, the week, then the own queue without a second green."""
    lead = LeadPart(
        disputes=(disputed(40),),
        team=team(queue("Card support"), queue("Complaints", open=1, past_due=0), queue("Loans", open=0, past_due=0)),
        held={"Complaints": HeldOnes(count=1, since=NOW - timedelta(minutes=3))},
        week_minutes=240.0,
    )
    view = drawn(own(waiting(1)), lead)
    assert lines(view)[:15] == [
        "*1 decision waits for you.*",
        f"Is there a fee?\n:scales: disputed, 1 approved, 1 rejected  ·  due tomorrow {token(12, day=24)}",
        "---",
        "# The team's queue",
        "*Complaints*  1 open, a customer waits 3 min, about 25 minutes of review",
        "*Card support*  19 open, 3 past due, the oldest 2 h 10 min old, about 25 minutes of review",
        "*Loans*  nothing open",
        "---",
        "# This week so far",
        "*Wrong answers*\n14 of 100 (9 to 20), 212 reviewed | *Before (4 weeks)*\n8 of 100 (6 to 10), 834 reviewed | "
        "*Review time*\n3.1 h of 4 h",
        "In brackets: 95 % score interval, weighted for the way answers were picked.",
        "Leads see this part. Your own queue is below.",
        "---",
        f"*1 answer waits for you.* The first is due at {token(17)}.",
        f"What does it cost?\ndue {token(17)}  ·  1 minute to read",
    ]
    decide, row = view["blocks"][0]["accessory"], view["blocks"][1]["accessory"]
    assert (decide["text"]["text"], row["text"]["text"]) == ("Decide next", "Decide")
    assert ButtonValue.parse(row["value"]) == ButtonValue(task_id="t-40", settles=True)
    assert NamedValue.parse(view["blocks"][4]["accessory"]["value"]).name == "Complaints"


def test_lead_of_quiet_routes_reads_that_nothing_is_open() -> None:
    """No decision, no figures yet, and no button for what is empty."""
    empty = team(queue("", open=0, past_due=0), this_week=TooFew(found=12, needed=40), review_seconds=None)
    told = lines(drawn(own(), LeadPart(disputes=(), team=empty)))
    assert told[:2] == ["# The team's queue", "*Answers of no route*  nothing open"]
    before = told.index(
        "*Wrong answers*\ntoo few to say (12 of 40) | *Before (4 weeks)*\n8 of 100 (6 to 10), 834 reviewed"
    )
    assert told[before + 1] == "In brackets: 95 % score interval, weighted for the way answers were picked."


def test_each_rate_says_its_own_method() -> None:
    """Where they differ, both are said; where nothing is known, none is."""
    this_week = Rate(
        value=0.14, low=0.09, high=0.2, reviewed=212, speaks_for=4180, uncorrected=0.12, method=Method.CLUSTERED.value
    )
    told = lines(drawn(own(), LeadPart(disputes=(), team=team(queue("Cards"), this_week=this_week))))
    assert (
        "This week: 95 % score interval over users, weighted for the way answers were picked, corrected for reviewers' "
        "errors (without: 12); before: 95 % score interval, weighted for the way answers were picked." in told
    )
    few = TooFew(found=12, needed=40)
    told = lines(drawn(own(), LeadPart(disputes=(), team=team(queue("Cards"), this_week=few, before=few))))
    assert not any("interval" in one for one in told)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 90), st.integers(0, 30), st.integers(0, 60), st.integers(0, 60), st.integers(0, 12), st.booleans()
)
def test_home_stays_far_from_slacks_hundred_blocks(
    count: int, claims: int, disputes: int, routes: int, page: int, paused: bool
) -> None:
    """However much there is, on any page: at most 60 blocks, each id once, one green button."""
    lead = LeadPart(
        disputes=[disputed(1000 + n) for n in range(disputes)], team=team(*(queue(f"Route {n}") for n in range(routes)))
    )
    claimed = [waiting(2000 + n, claimed_by="U0MARA", claimed_until=NOW + timedelta(minutes=9)) for n in range(claims)]
    mine = Preferences(user_id="U0MARA", paused_until=FOR_GOOD if paused else None)
    part = own(*(waiting(n + 1) for n in range(count)), more=count > 80, claimed=claimed, preferences=mine)
    drawn(part, lead if disputes or routes else None, page=page)


@pytest.mark.parametrize("name", PAYLOADS)
def test_nothing_untrusted_is_alive_on_home_or_in_a_queue(name: str) -> None:
    """Questions, routes' names and claimants on every surface of this part."""
    payload = PAYLOADS[name]
    views = [waiting(1, payload * 9), waiting(2, payload, assigned_to=payload)]
    hostile = replace(disputed(3), output=views[0].output)
    lead = LeadPart(disputes=(hostile,), team=team(queue(payload)))
    drawn(own(*views, claimed=(waiting(4, payload),)), lead)
    fine_home(closed_home(payload))
    message = fine_message(queue_message(views, more=True, display=DISPLAY, now=NOW, command="/whetstone"))
    assert live_in_text(message.text) == []
    fine(route_queue_view(payload, [*views, hostile], count=3, display=DISPLAY, now=NOW))


def test_queue_is_numbered_and_cut_after_ten_rows() -> None:
    """Held ones with their symbol, shared cards as one row, the rest as a number."""
    views = [
        waiting(1, hold=True, due_at=NOW + timedelta(minutes=12)),
        *(waiting(n, batch_id="t-2") for n in range(2, 7)),
        *(waiting(n, "Charged twice?") for n in range(7, 20)),
    ]
    message = fine_message(queue_message(views, more=False, display=DISPLAY, now=NOW, command="/whetstone"))
    rows = message.blocks[1]["elements"][0]["elements"]
    assert message.blocks[1]["elements"][0]["style"] == "ordered"
    assert len(rows) == 10
    assert said(message.blocks[2]) == "5 more in Home"
    assert message.text.startswith(
        "19 answers wait for you. Until 14:12, customer waiting: What does it cost? Due 17:00: 5 short answers. "
    )
    assert message.text.endswith("Start with /whetstone next.")


def test_queue_of_a_route_says_who_has_what() -> None:
    """By due time; claimed by whom until when, given to whom, disputed; nine more are a number."""
    views = [
        waiting(1, claimed_by="U0MARA", claimed_until=NOW + timedelta(minutes=9)),
        waiting(2, assigned_to="U0MARA"),
        disputed(3),
        waiting(4),
    ]
    view = fine(route_queue_view("Card support", views, count=13, display=DISPLAY, now=NOW))
    assert said(view["blocks"][0]) == "*Card support*  13 answers undecided"
    assert said(view["blocks"][2]) == "9 more"
    first, second, third, fourth = view["blocks"][1]["elements"][0]["elements"]
    assert [element["type"] for element in first["elements"]][-5:] == ["emoji", "text", "user", "text", "date"]
    assert second["elements"][-1] == {"type": "user", "user_id": "U0MARA"}
    assert "disputed" in words(third)
    assert words(fourth).rstrip().endswith("What does it cost?")
    empty = fine(route_queue_view("", [], count=0, display=DISPLAY, now=NOW))
    assert said(empty["blocks"][0]) == "*Answers of no route*  nothing open"
