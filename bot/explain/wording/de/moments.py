"""Instants and lengths of time in German: "heute 21:00", "Sa. 28. Feb. 22:09", "3 Tage".

Names of days and months are shortened as in Unicode's CLDR.
"""

from bot.explain.wording.de.words import LISTS
from bot.explain.wording.moments import Calendar

CALENDAR = Calendar(
    weekdays=("Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."),
    months=(
        "Jan.",
        "Feb.",
        "März",
        "Apr.",
        "Mai",
        "Juni",
        "Juli",
        "Aug.",
        "Sept.",
        "Okt.",
        "Nov.",
        "Dez.",
    ),
    near={-1: "gestern", 0: "heute", 1: "morgen"},
    date="{day}. {month}",
    spans={
        "s": "{count} s",
        "min": "{count} min",
        "h": "{count} h",
        "day": "{count} Tag",
        "days": "{count} Tage",
    },
    soon={
        "s": "in {count} s",
        "min": "in {count} min",
        "h": "in {count} h",
        "days": "in {count} Tagen",
    },
    now="jetzt",
    lists=LISTS,
)
