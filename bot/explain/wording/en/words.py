"""Lists of names in English: "BTC, ETH and 3 more"."""

from bot.explain.wording.lists import Lists

LISTS = Lists(last=" and ", more="{count} more")
