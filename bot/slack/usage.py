"""Help in words: the lines of the list, and the one line with an example after a mistake. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from slackblocks import RichTextList

from bot.slack.home import COMMAND
from bot.slack.text import escape, one_line, quiet, quoted, shortened
from bot.slack.wire import SlackMessage, bold, plain, rendered, rich, said, section

PROBLEM_LENGTH = 200  # of untrusted words: escaped, they may be five times as long
EXAMPLE_LENGTH = 120
NAME_LENGTH = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One command in words."""

    name: str
    argument: str = ""  # an example of what stands after it; may hold a route's name
    what: str  # in the list: "the whole story of an answer"
    shows: str  # after the example: "tells the whole story of an answer"
    beside: str = ""  # another command that shares the line: pause, resume


class Mistaken(Exception):
    """Something after a command is missing or wrong: what, and what may stand there; both may hold untrusted words."""

    def __init__(self, happened: str, then: str = "") -> None:
        super().__init__(happened)
        self.happened = happened
        self.then = then


def help_message(lines: Sequence[Line]) -> SlackMessage:
    """The list: no introduction."""
    items = []
    for line in lines:
        beside = [plain(", "), bold(line.beside)] if line.beside else []
        argument = [plain(f" {shortened(one_line(line.argument), EXAMPLE_LENGTH)}")] if line.argument else []
        items.append(section([bold(f"{COMMAND} {line.name}"), *beside, *argument, plain(f"  {line.what}")]))
    names = [name for line in lines for name in (line.name, line.beside) if name]
    block = rich(RichTextList("bullet", items, offset=None, border=None))
    return SlackMessage(text=f"Whetstone: {', '.join(names)}.", blocks=rendered([block], "help"))


def mistake_message(mistake: Mistaken, line: Line) -> SlackMessage:
    """What is wrong, then that command's own line with one example."""
    example = shortened(one_line(f"{COMMAND} {line.name} {line.argument}"), EXAMPLE_LENGTH)
    happened, then = (shortened(one_line(part), PROBLEM_LENGTH) for part in (mistake.happened, mistake.then))
    words = [f"*{quiet(happened)}*", quiet(then), f"`{quiet(example)}` {line.shows}."]
    spoken = [happened, then, f"{example} {line.shows}."]
    text = escape(" ".join(filter(None, spoken)))
    return SlackMessage(text=text, blocks=rendered([said(" ".join(filter(None, words)))], "usage"))


def unknown_message(name: str, lines: Sequence[Line]) -> SlackMessage:
    """There is no such command: the nearest one, or where the list is."""
    known = {each: line for line in lines for each in (line.name, line.beside) if each}
    listing = Line(name="help", what="this list", shows="lists all")
    nearest = get_close_matches(name.lower(), list(known), n=1)
    line = known[nearest[0]] if nearest else listing
    return mistake_message(Mistaken(f"There is no command {quoted(shortened(one_line(name), NAME_LENGTH))}."), line)


def unknown_output_message(name: str) -> SlackMessage:
    """Nothing has this number or id (surfaces, section 13)."""
    happened = f"No output {quoted(shortened(one_line(name), 60))}."
    then = "The id is on every card, after the #. Example:"
    return SlackMessage(
        text=escape(f"{happened} {then} {COMMAND} why 4821"),
        blocks=rendered([said(f"*{quiet(happened)}* {then} `{COMMAND} why 4821`")], "unknown"),
    )
