"""Home and the queues: what waits for a person, and for the team of a lead. Pure: figures go in, JSON comes out."""

from __future__ import annotations

from bot.slack.home.figures import ReviewersPart
from bot.slack.home.lead import LeadPart
from bot.slack.home.page import HomePage, closed_home, home_view, page_of
from bot.slack.home.queue import LISTED, queue_message, route_queue_view
from bot.slack.home.reviewer import ROWS, OwnPart

COMMAND = "/whetstone"
PAGES = 10  # of Home at the most; by then the first rows are done

__all__ = [
    "COMMAND",
    "LISTED",
    "PAGES",
    "ROWS",
    "HomePage",
    "LeadPart",
    "OwnPart",
    "ReviewersPart",
    "closed_home",
    "home_view",
    "page_of",
    "queue_message",
    "route_queue_view",
]
