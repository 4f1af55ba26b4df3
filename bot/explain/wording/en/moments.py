"""Instants and lengths of time in English: "today 21:00", "Sun 22 Nov 21:00", "3 days"."""

from bot.explain.wording.en.words import LISTS
from bot.explain.wording.moments import Calendar

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

CALENDAR = Calendar(
    weekdays=WEEKDAYS,
    months=MONTHS,
    near={-1: "yesterday", 0: "today", 1: "tomorrow"},
    date="{day} {month}",
    spans={
        "s": "{count} s",
        "min": "{count} min",
        "h": "{count} h",
        "day": "{count} day",
        "days": "{count} days",
    },
    soon={
        "s": "in {count} s",
        "min": "in {count} min",
        "h": "in {count} h",
        "days": "in {count} days",
    },
    now="now",
    lists=LISTS,
)
