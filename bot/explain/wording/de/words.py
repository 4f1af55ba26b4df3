"""Lists of names in German: "BTC, ETH und 3 weitere"."""

from bot.explain.wording.lists import Lists

LISTS = Lists(last=" und ", more="{count} weitere")
