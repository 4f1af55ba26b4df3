"""A proposal's facts -> the sentences of its card: what stands where, what happens, the cost."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bot.explain.signals import signal_line
from bot.explain.speech import Speech
from core.domain.decision import ReasonCode
from core.facts import Fact, FactTable, Polarity

C = ReasonCode

MOST_NAMES = 4
FAR_MORE = Decimal(5)

# What may be missing from a plan, the weightiest first.
_LEFT_OUT = (
    ((C.COLD_LIMITED,), "note.cold"),
    ((C.ILLIQUID,), "note.thin"),
    ((C.NOT_TRADABLE, C.MARKET_HALTED), "note.untradable"),
    ((C.CASH_LIMITED,), "note.cash"),
    ((C.BELOW_MIN,), "note.dropped"),
)

# Shares of the proceeds that stay as cash: below the first nothing worth a word, then most, half.
_WORTH_A_WORD = Decimal("0.05")
_MOST_BELOW = Decimal("0.45")
_HALF_BELOW = Decimal("0.55")
# A buy this close to what was wanted is as wanted.
_NEARLY_ALL = Decimal("0.95")


def tell_proposal(speech: Speech, table: FactTable) -> tuple[str, ...]:
    """Return the card's sentences: trigger, trades, what the market did, one note, the cost."""
    if table.subjects_of(C.FIRST_FUNDING):
        lines = [speech.say("first.start", {"quote": speech.quote}), _first_buys(speech, table)]
    else:
        lines = [_trigger(speech, table), _action(speech, table)]
    lines += [signal_line(speech, table), _note(speech, table), _cost(speech, table)]
    return tuple(line for line in lines if line)


def _trigger(speech: Speech, table: FactTable) -> str:
    """Return who left its band, and of one that is far out why nobody waited."""
    line = trigger_line(speech, table)
    if len(table.of_kind("drift")) == 1 and table.subjects_of(C.HARD_BREACH):
        return f"{line} {speech.say('trigger.at_once')}"
    return line


def trigger_line(speech: Speech, table: FactTable) -> str:
    """Return who left its band and by how much; of three and more, the one furthest out."""
    drifts = table.of_kind("drift")
    if len(drifts) > 2:  # noqa: PLR2004  # two fit into a sentence
        first, count = drifts[0], table.find("outside")
        way = "up" if first.polarity is Polarity.UP else "down"
        number = str(count.value) if count is not None else str(len(drifts))
        gaps = {"asset": first.subject, "count": number, **speech.gaps([first])}
        return speech.say(f"trigger.many.{way}", gaps)
    if len(drifts) == 2:  # noqa: PLR2004
        return _two(speech, *drifts)
    return _one(speech, table, drifts[0]) if drifts else ""


def _one(speech: Speech, table: FactTable, drift: Fact) -> str:
    asset, way = drift.subject, drift.polarity.value
    room = table.find(f"room_{asset}".lower())
    if is_exit(table, asset) and drift.polarity is Polarity.UP:
        return speech.say("trigger.exit", {"asset": asset})
    ids = (f"room_{asset}", f"stretch_{asset}")
    facts = [drift, *(fact for name in ids if (fact := table.find(name.lower())) is not None)]
    variant = ""
    if asset in table.subjects_of(C.HARD_BREACH):
        variant = ".hard"
    elif room is not None and room.value == drift.value:
        variant = ".at"
    return speech.say(f"trigger.{way}{variant}", {"asset": asset, **speech.gaps(facts)})


def _two(speech: Speech, first: Fact, second: Fact) -> str:
    gaps = {}
    for name, fact in (("first", first), ("second", second)):
        gaps[name] = fact.subject
        gaps[f"{name}_drift"] = speech.words(fact)
        gaps[f"{name}_side"] = speech.word("side", fact.polarity.value)
    is_same = first.polarity is second.polarity
    return speech.say("trigger.two.same" if is_same else "trigger.two", gaps)


def is_exit(table: FactTable, asset: str) -> bool:
    """Tell whether an asset has a target of nothing."""
    target = table.find(f"target_{asset}".lower())
    return target is not None and target.value == Decimal(0)


def _first_buys(speech: Speech, table: FactTable) -> str:
    buys = names_of(table, Polarity.BUY)
    after = table.find(f"after_{speech.quote}".lower())
    gaps = {"quote": speech.quote} | ({} if after is None else speech.gaps([after]))
    count = table.find("orders")
    if len(buys) > MOST_NAMES and count is not None:
        return speech.say("first.buys.many", {**gaps, "count": str(count.value)})
    return speech.say("first.buys", {**gaps, "assets": speech.wording.listed(buys)})


def _action(speech: Speech, table: FactTable) -> str:
    """Return what is traded, where that leads, and who gets the money or pays."""
    drifts = table.of_kind("drift")
    if len(drifts) != 1:
        return _plan_as_a_whole(speech, table)
    asset = drifts[0].subject
    if asset == speech.quote:
        return _cash_action(speech, table, drifts[0])
    amount = table.find(f"amount_{asset}".lower())
    landing, after = (table.find(f"{kind}_{asset}".lower()) for kind in ("landing", "after"))
    if amount is None or landing is None or after is None:
        return _plan_as_a_whole(speech, table)
    is_sale = amount.polarity is Polarity.SELL
    key = "action.sell" if is_sale else "action.buy"
    if is_sale and is_exit(table, asset):
        key = "action.exit"
    own = speech.say(key, speech.gaps([amount, landing, after]))
    return f"{own} {_receivers(speech, table) if is_sale else _payers(speech, table, amount)}"


def _cash_action(speech: Speech, table: FactTable, drift: Fact) -> str:
    way = Polarity.BUY if drift.polarity is Polarity.UP else Polarity.SELL
    names = names_of(table, way)
    cash = speech.quote.lower()
    change, after, landing = (
        table.find(f"{k}_{cash}") for k in ("cash_change", "after", "landing")
    )
    if not names or change is None or after is None or landing is None:
        return _plan_as_a_whole(speech, table)
    gaps = speech.gaps([change, after, landing])
    gaps["quote"] = speech.quote
    gaps["assets"] = speech.wording.listed_short(names)
    key = "action.cash.up" if way is Polarity.BUY else "action.cash.down"
    line = speech.say(key, gaps)
    furthest = "furthest_below" if way is Polarity.BUY else "furthest_above"
    if len(names) == 1 and _place(table, names[0]) == furthest:
        side = "below" if way is Polarity.BUY else "above"
        line = f"{line} {speech.say(f'who.{side}', {'asset': names[0]})}"
    return line


def _plan_as_a_whole(speech: Speech, table: FactTable) -> str:
    sells, buys = names_of(table, Polarity.SELL), names_of(table, Polarity.BUY)
    listed = speech.wording.listed_short
    key = "action.both" if sells and buys else "action.sells" if sells else "action.buys"
    line = speech.say(key, {"sells": listed(sells), "buys": listed(buys)})
    left = table.find("outside_after")
    if left is None:
        return line
    key = {0: "outcome.inside", 1: "outcome.one"}.get(int(str(left.value)), "outcome.some")
    return f"{line} {speech.say(key, {'count': str(left.value)})}"


def _receivers(speech: Speech, table: FactTable) -> str:
    names = names_of(table, Polarity.BUY)
    gaps = {"quote": speech.quote, "assets": speech.wording.listed_short(names)}
    if not names:
        is_furthest = _place(table, speech.quote) == "furthest_below"
        return speech.say("money.cash.furthest" if is_furthest else "money.cash", gaps)
    key = "money.many"
    if len(names) == 1:
        gaps["asset"] = names[0]
        is_furthest = _place(table, names[0]) == "furthest_below"
        key = "money.one.furthest" if is_furthest else "money.one"
    kept = table.find("kept_share")
    rest = kept.value if kept is not None and isinstance(kept.value, Decimal) else Decimal(0)
    return _in_part(speech, key, gaps, rest=rest)


def _payers(speech: Speech, table: FactTable, amount: Fact) -> str:
    names = names_of(table, Polarity.SELL)
    gaps = {"quote": speech.quote, "assets": speech.wording.listed_short(names)}
    payer = names[0] if names else speech.quote
    key = "pay.many" if len(names) > 1 else "pay.one" if names else "pay.cash"
    if len(names) < 2 and _place(table, payer) == "furthest_above":  # noqa: PLR2004  # one payer
        key = f"{key}.furthest"
    change, rest = table.find(f"cash_change_{speech.quote}".lower()), Decimal(0)
    if names and change is not None and change.polarity is Polarity.DOWN:
        rest = Decimal(str(change.value)) / Decimal(str(amount.value))
    return _in_part(speech, key, {**gaps, "asset": payer}, rest=rest)


def _in_part(speech: Speech, key: str, gaps: Mapping[str, str], *, rest: Decimal) -> str:
    """Return who gets or pays, all of it or how much; ``rest`` is the share that cash takes."""
    if rest < _WORTH_A_WORD:
        return speech.say(key, gaps)
    is_most, is_half = rest < _MOST_BELOW, rest < _HALF_BELOW
    share = "most" if is_most else "about_half" if is_half else "part"
    return speech.say(f"{key}.part", {**gaps, "share": speech.word("share", share)})


def _cost(speech: Speech, table: FactTable) -> str:
    facts = [fact for name in ("cost", "worth") if (fact := table.find(name)) is not None]
    gaps = speech.gaps(facts)
    if table.subjects_of(C.RISK_LIMIT):
        return speech.say("cost.risk", gaps)
    ratio = table.find("worth_per_cost")
    if ratio is None or table.subjects_of(C.FIRST_FUNDING) or not isinstance(ratio.value, Decimal):
        return speech.say("cost.plain", gaps)
    return speech.say("cost.far" if ratio.value >= FAR_MORE else "cost.enough", gaps)


def _note(speech: Speech, table: FactTable) -> str:
    """Return what a person would wonder about most, or an empty text."""
    special = _new_money(speech, table) or _stress(speech, table)
    if special:
        return special
    if out := left_out(table):
        names = [name for _, name in out]
        key = next(key for codes, key in _LEFT_OUT if out[0][0] in codes)
        gaps = {"asset": names[0], "assets": speech.wording.listed_short(names)}
        return speech.say(key if len(names) == 1 else f"{key}.many", gaps)
    if _is_unsaid_hard(table):
        return speech.say("note.hard")
    if dear := table.subjects_of(C.WALK_RAISED):
        gaps = {"asset": dear[0], "assets": speech.wording.listed_short(dear)}
        return speech.say("note.dear" if len(dear) == 1 else "note.dear.many", gaps)
    return speech.say("note.small") if table.subjects_of(C.PROFILE_BY_SIZE) else ""


def left_out(table: FactTable) -> tuple[tuple[ReasonCode, str], ...]:
    """Return what a plan leaves out or cuts, and why: reasons of the weightiest sort that apply."""
    for codes, _ in _LEFT_OUT:
        named = [(code, name) for code in codes for name in table.subjects_of(code)]
        named = [(code, name) for code, name in named if not _is_nearly_all(table, name)]
        if named:
            return tuple(named)
    return ()


def _stress(speech: Speech, table: FactTable) -> str:
    state = table.find("stress")
    if state is None:
        return ""
    if state.value == "guarded":
        return speech.say("note.guarded")
    rows = [table.find(f"overridden_{name}") for name in ("by", "until")]
    return speech.say("note.override", speech.gaps(fact for fact in rows if fact is not None))


def _new_money(speech: Speech, table: FactTable) -> str:
    amount = table.find("new_money_amount")
    if amount is None:
        return ""
    is_enough = not names_of(table, Polarity.SELL)
    key = "note.new_money.only" if is_enough else "note.new_money"
    return speech.say(key, speech.gaps([amount]))


def _is_unsaid_hard(table: FactTable) -> bool:
    """Tell whether a hard breach is not yet spoken of by the trigger or the cost."""
    is_said = table.subjects_of(C.RISK_LIMIT) or table.subjects_of(C.FIRST_FUNDING)
    return (
        bool(table.subjects_of(C.HARD_BREACH)) and not is_said and len(table.of_kind("drift")) > 1
    )


def _is_nearly_all(table: FactTable, asset: str) -> bool:
    """Tell whether a buy was cut by so little that nobody needs to hear of it."""
    ids = (f"cash_limited_{asset}_wanted", f"cash_limited_{asset}_affordable")
    wanted, affordable = (table.find(name.lower()) for name in ids)
    if wanted is None or affordable is None:
        return False
    return Decimal(str(affordable.value)) >= _NEARLY_ALL * Decimal(str(wanted.value))


def names_of(table: FactTable, way: Polarity) -> Sequence[str]:
    """Return the assets a plan sells or buys, in sending order."""
    return [fact.subject for fact in table.of_kind("trade") if fact.polarity is way]


def _place(table: FactTable, asset: str) -> str:
    place = table.find(f"place_{asset}".lower())
    return "" if place is None else str(place.value)
