"""``/start``, ``/help`` and ``/settings``: what this is, what it can do, and its rules."""

from collections.abc import Iterator
from datetime import timedelta

from bot.chat.gate import Place, needs
from bot.chat.render.figures import exact, short_percent
from bot.chat.render.pages import text
from bot.chat.requests import Role
from bot.chat.visit import Visit
from bot.explain.wording import en
from bot.ports.messages import Loudness, MessageType, Mode
from core.domain.policy import PROFILES, BandMode, Policy
from core.domain.units import Weight

_MODES = {
    Mode.PAPER: "Paper money: nothing real is traded.",
    Mode.WATCH: "Watching only: nothing is traded.",
    Mode.LIVE: "Real money: what you approve is traded.",
}
_ALWAYS_ON = (MessageType.CARD, MessageType.ALARM, MessageType.ANSWER)


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def start(visit: Visit) -> str:
    """Say what this is and what the person may do here."""
    may = "approve its proposals" if visit.role is Role.APPROVER else "look, not approve"
    visit.say(
        "Evenkeel",
        text(
            "It watches how far a portfolio has drifted from its targets, and proposes trades.",
            "Nothing is traded before a person approves it.",
        ),
        text(f"You may {may}.", _MODES[visit.desk.mode]),
        text("/status shows where things stand, /help lists the commands."),
    )
    return ""


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def help_(visit: Visit) -> str:
    """List the commands of the person's role."""
    lines = [
        f"/{line.name}{line.usage and ' '}{line.usage} – {line.summary}" for line in visit.menu
    ]
    visit.say("Commands", text(*lines))
    return ""


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def settings(visit: Visit) -> str:
    """List the rules in force, in groups."""
    policy = visit.desk.policy
    visit.say(
        f"Settings · {visit.desk.mode}",
        text("Targets", *_targets(policy)),
        text("Bands", *_bands(policy)),
        text("Market", *_market(policy)),
        text("Limits", *_limits(policy)),
        text("Approval", *_approval(policy)),
        text("Messages", *_messages(visit)),
        text("They are changed in the policy file at the machine."),
    )
    return ""


def _targets(policy: Policy) -> Iterator[str]:
    yield ", ".join(f"{asset} {short_percent(weight)} %" for asset, weight in policy.targets)
    if policy.reserve:
        yield f"Reserve never spent: {en.money(policy.reserve, policy.quote)}"
    if policy.trading_capital is not None:
        yield f"At most {en.money(policy.trading_capital, policy.quote)} is ever moved"
    for name, pairs in (("Cold, never sold", policy.cold), ("Left alone", policy.excluded)):
        if pairs:
            yield f"{name}: {', '.join(f'{exact(amount)} {asset}' for asset, amount in pairs)}"


def _bands(policy: Policy) -> Iterator[str]:
    rules = policy.bands
    widths = rules.custom or PROFILES[rules.profile]
    name = "Own widths" if rules.custom is not None else f"Profile “{rules.profile}”"
    if rules.mode is BandMode.ABSOLUTE:
        yield f"{name}: {short_percent(widths.cap)} points each way"
    else:
        cap = "" if rules.mode is BandMode.RELATIVE else f", at most {_points(widths.cap)}"
        rel, floor = short_percent(widths.rel), _points(widths.floor)
        yield f"{name}: {rel} % of the target, at least {floor}{cap}"
    yield f"Back to {short_percent(rules.delta)} % of the band"
    yield f"Seen on {rules.confirm} daily looks in a row; at {exact(rules.hard)} bands at once"
    if rules.adapt_to_size:
        small, tiny = (en.money(v, policy.quote) for v in (rules.small_below, rules.tiny_below))
        yield f"Wider below {small} and {tiny}"


def _market(policy: Policy) -> Iterator[str]:
    follows = "follow" if policy.regime.is_directional else "do not follow"
    yield f"Bands {follows} what {policy.regime.asset} is doing"
    families = [en.VOCABULARY["family_short"][family] for family in policy.stress.families]
    if families:
        yield f"Pause at {policy.stress.enter_points} points from {en.listed(families)}"
    else:
        yield "No pause for market stress"
    if policy.tilt.is_on:
        yield f"Targets shift by {short_percent(policy.tilt.max_total)} points in all at most"
    else:
        yield "Targets are never shifted"


def _limits(policy: Policy) -> Iterator[str]:
    cadence, orders, rules = policy.cadence, policy.orders, policy.approval
    window = en.span(cadence.turnover_window)
    yield f"{short_percent(cadence.max_turnover)} % of the portfolio in {window}"
    yield f"{short_percent(rules.day_max_share)} % and {rules.day_max_executions} plans a day"
    yield f"{en.span(cadence.after_execution)} of rest after a trade"
    yield f"Smallest order {exact(orders.min_trade_quote)} {policy.quote}"
    yield f"Worst price {short_percent(Weight(orders.worst_price))} % from the card's"


def _approval(policy: Policy) -> Iterator[str]:
    rules, quote = policy.approval, policy.quote
    yield f"A card holds for {en.span(rules.time_to_live)}"
    share, amount = short_percent(rules.tier1_share), en.money(rules.tier1_amount, quote)
    yield f"One tap up to {share} % and {amount}, two steps above"
    wait = int(rules.second_step_after / timedelta(seconds=1))
    yield f"The second step counts after {wait} s"


def _messages(visit: Visit) -> Iterator[str]:
    audience = visit.desk.audience
    chosen = dict(audience.loudness)
    kinds = [kind for kind in MessageType if kind not in _ALWAYS_ON]
    words = ", ".join(f"{kind}s {chosen.get(kind, Loudness.ON)}" for kind in kinds)
    yield words.capitalize()
    if audience.quiet_from is not None and audience.quiet_to is not None:
        yield f"Quiet from {audience.quiet_from:%H:%M} to {audience.quiet_to:%H:%M}"
    yield f"Times are {audience.zone.key}"


def _points(width: Weight) -> str:
    return f"{short_percent(width)} points"
