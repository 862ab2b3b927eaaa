"""Clock times: tokens that Slack draws in the reader's time zone, and words for places that know none."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from bot.slack.wire import RichTextDate

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_TIME = "{time}"
_DAY_AND_TIME = "{date_short_pretty} {time}"  # "tomorrow 14:02", and the date where that is not near


def day(moment: date) -> str:
    """ "3 Nov"."""
    return f"{moment.day} {_MONTHS[moment.month - 1]}"


def period(since: date, until: date) -> str:
    """ "26 Oct to 23 Nov"; with years where these differ: "22 Nov 2025 to 23 Nov 2026"."""
    if since.year == until.year:
        return f"{day(since)} to {day(until)}"
    return f"{day(since)} {since.year} to {day(until)} {until.year}"


def words(moment: datetime, zone: tzinfo, *, seen_on: datetime | None = None) -> str:
    """ "14:02", with the day before it when it is another day than `seen_on`'s in that zone."""
    local = moment.astimezone(zone)
    clock = f"{local.hour:02}:{local.minute:02}"
    return clock if _same_day(moment, seen_on, zone) else f"{day(local)} {clock}"


def token(moment: datetime, zone: tzinfo, *, seen_on: datetime | None = None) -> str:
    """A `<!date^…>` token for mrkdwn; the words in it are for clients that cannot draw it."""
    pattern = _TIME if _same_day(moment, seen_on, zone) else _DAY_AND_TIME
    return f"<!date^{int(moment.timestamp())}^{pattern}|{words(moment, zone, seen_on=seen_on)}>"


def element(moment: datetime, zone: tzinfo, *, seen_on: datetime | None = None) -> RichTextDate:
    """The same for rich text."""
    pattern = _TIME if _same_day(moment, seen_on, zone) else _DAY_AND_TIME
    return RichTextDate(int(moment.timestamp()), pattern, words(moment, zone, seen_on=seen_on))


def _same_day(moment: datetime, seen_on: datetime | None, zone: tzinfo) -> bool:
    return seen_on is None or moment.astimezone(zone).date() == seen_on.astimezone(zone).date()
