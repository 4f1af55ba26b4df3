"""``/start``, ``/help`` and ``/settings``: what this is, what it can do, and its rules."""

from collections.abc import Iterator
from datetime import timedelta

from bot.chat.gate import Place, needs
from bot.chat.render.figures import exact, short_percent
from bot.chat.render.pages import text
from bot.chat.render.words import Words
from bot.chat.requests import Role
from bot.chat.visit import Visit
from bot.ports.messages import Loudness, MessageType
from core.domain.policy import PROFILES, BandMode, BandRules, Policy
from core.domain.units import Weight

NAME = "Evenkeel"

_ALWAYS_ON = (MessageType.CARD, MessageType.ALARM, MessageType.ANSWER)


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def start(visit: Visit) -> str:
    """Say what this is and what the person may do here."""
    say = visit.words.say
    visit.say(
        NAME,
        text(say("start.what"), say("start.person")),
        text(say(f"start.{visit.role}"), say(f"start.{visit.desk.mode}")),
        text(say("start.next")),
    )
    return ""


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def help_(visit: Visit) -> str:
    """List the commands of the person's role."""
    words = visit.words
    calls = [f"/{line.name} {line.usage(words)}".rstrip() for line in visit.menu]
    sums = [line.summary(words) for line in visit.menu]
    lines = [f"{call} – {summary}" for call, summary in zip(calls, sums, strict=True)]
    visit.say(words.say("help.head"), text(*lines))
    return ""


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def settings(visit: Visit) -> str:
    """List the rules in force, in groups."""
    policy, words = visit.desk.policy, visit.words
    visit.say(
        words.say("settings.head", mode=words.say(f"mode.{visit.desk.mode}")),
        text(words.say("settings.targets"), *_targets(policy, words)),
        text(words.say("settings.bands"), *_bands(policy, words)),
        text(words.say("settings.market"), *_market(policy, words)),
        text(words.say("settings.limits"), *_limits(policy, words)),
        text(words.say("settings.approval"), *_approval(policy, words)),
        text(words.say("settings.messages"), *_messages(visit)),
        text(words.say("settings.where")),
    )
    return ""


def _targets(policy: Policy, words: Words) -> Iterator[str]:
    yield ", ".join(f"{asset} {short_percent(share, words)} %" for asset, share in policy.targets)
    money = words.wording.money
    if policy.reserve:
        yield words.say("settings.reserve", amount=money(policy.reserve, policy.quote))
    if policy.trading_capital is not None:
        yield words.say("settings.capital", amount=money(policy.trading_capital, policy.quote))
    for name, pairs in (("cold", policy.cold), ("excluded", policy.excluded)):
        if pairs:
            amounts = ", ".join(f"{exact(amount, words)} {asset}" for asset, amount in pairs)
            yield words.say(f"settings.{name}", amounts=amounts)


def _bands(policy: Policy, words: Words) -> Iterator[str]:
    rules = policy.bands
    yield _widths(rules, words)
    yield words.say("settings.back", delta=short_percent(rules.delta, words))
    confirm, hard = str(rules.confirm), exact(rules.hard, words)
    yield words.say("settings.confirm", days=confirm, hard=hard)
    if rules.adapt_to_size:
        limits = (rules.small_below, rules.tiny_below)
        small, tiny = (words.wording.money(limit, policy.quote) for limit in limits)
        yield words.say("settings.wider", small=small, tiny=tiny)


def _widths(rules: BandRules, words: Words) -> str:
    """Return how wide the bands are: so many points, or a part of the target within limits."""
    widths = rules.custom or PROFILES[rules.profile]
    if rules.custom is not None:
        name = words.say("settings.widths.own")
    else:
        profile = words.word("profile", rules.profile)
        name = words.say("settings.widths.profile", profile=profile)
    cap = short_percent(widths.cap, words)
    if rules.mode is BandMode.ABSOLUTE:
        return words.say("settings.widths.absolute", name=name, cap=cap)
    rel, floor = short_percent(widths.rel, words), short_percent(widths.floor, words)
    if rules.mode is BandMode.RELATIVE:
        return words.say("settings.widths.relative", name=name, rel=rel, floor=floor)
    return words.say("settings.widths.hybrid", name=name, rel=rel, floor=floor, cap=cap)


def _market(policy: Policy, words: Words) -> Iterator[str]:
    follows = "on" if policy.regime.is_directional else "off"
    yield words.say(f"settings.regime.{follows}", asset=policy.regime.asset)
    families = [words.word("family_short", family) for family in policy.stress.families]
    if families:
        points, listed = str(policy.stress.enter_points), words.wording.listed(families)
        yield words.say("settings.stress.on", points=points, families=listed)
    else:
        yield words.say("settings.stress.off")
    if policy.tilt.is_on:
        points = short_percent(policy.tilt.max_total, words)
        yield words.say("settings.tilt.on", points=points)
    else:
        yield words.say("settings.tilt.off")


def _limits(policy: Policy, words: Words) -> Iterator[str]:
    cadence, orders, rules = policy.cadence, policy.orders, policy.approval
    span = words.wording.span
    share, window = short_percent(cadence.max_turnover, words), span(cadence.turnover_window)
    yield words.say("settings.turnover", share=share, window=window)
    share, plans = short_percent(rules.day_max_share, words), str(rules.day_max_executions)
    yield words.say("settings.day", share=share, plans=plans)
    yield words.say("settings.rest", span=span(cadence.after_execution))
    smallest = exact(orders.min_trade_quote, words)
    yield words.say("settings.smallest", amount=smallest, quote=policy.quote)
    yield words.say("settings.worst", share=short_percent(Weight(orders.worst_price), words))


def _approval(policy: Policy, words: Words) -> Iterator[str]:
    rules, wording = policy.approval, words.wording
    yield words.say("settings.holds", span=wording.span(rules.time_to_live))
    share = short_percent(rules.tier1_share, words)
    amount = wording.money(rules.tier1_amount, policy.quote)
    yield words.say("settings.tiers", share=share, amount=amount)
    wait = int(rules.second_step_after / timedelta(seconds=1))
    yield words.say("settings.wait", seconds=str(wait))


def _messages(visit: Visit) -> Iterator[str]:
    audience, words = visit.desk.audience, visit.words
    chosen = dict(audience.loudness)
    kinds = [kind for kind in MessageType if kind not in _ALWAYS_ON]
    said = [words.say(f"loudness.{kind}.{chosen.get(kind, Loudness.ON)}") for kind in kinds]
    line = ", ".join(said)
    yield line[:1].upper() + line[1:]
    if audience.quiet_from is not None and audience.quiet_to is not None:
        start, end = f"{audience.quiet_from:%H:%M}", f"{audience.quiet_to:%H:%M}"
        yield words.say("settings.quiet", start=start, end=end)
    yield words.say("settings.pictures.on" if audience.pictures else "settings.pictures.off")
    yield words.say("settings.zone", zone=audience.zone.key)
