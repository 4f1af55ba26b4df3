"""How a run ended, in a few lines."""

from collections.abc import Iterator
from decimal import Decimal

from bot.app import Ended


def closing_words(ended: Ended) -> Iterator[str]:
    """Yield what went in, what is there, what was paid, and where the record is."""
    summary = ended.summary
    quote = summary.quote
    states = ", ".join(f"{count} {name.lower()}" for name, count in summary.proposals) or "none"
    yield ""
    yield "Summary" if ended.is_finished else "Stopped; the next start goes on from here"
    span = f"{summary.began_at:%Y-%m-%d %H:%M} to {summary.ended_at:%Y-%m-%d %H:%M}"
    yield f"  from          {span} UTC"
    if not ended.is_real_account:
        yield f"  put in        {_money(summary.put_in)} {quote}"
    yield f"  value         {_money(summary.value)} {quote}"
    marks = ", ".join(f"{a} {_price(p)}" for a, p in summary.prices if a != quote)
    yield f"  at            {marks}"
    if summary.untouched_value is not None and not ended.is_real_account:
        yield f"  left alone    {_money(summary.untouched_value)} {quote} after the first purchase"
    yield f"  trades        {summary.trades}, together {_money(summary.traded)} {quote}"
    yield f"  fees          {_money(summary.fees)} {quote}"
    yield f"  decisions     {summary.decisions}; proposals: {states}"
    yield f"  record        {ended.database}"
    if not ended.is_real_account:
        yield "One path of one market proves nothing; it shows how the bot works."


def _price(price: Decimal) -> str:
    return f"{price:,.2f}" if price >= 1 else f"{price:.5f}"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"
