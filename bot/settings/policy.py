"""A policy file -> the rules as the engine knows them; percent become fractions."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal

from bot.settings.policy_file import PolicyFile
from core.domain.policy import (
    PROFILES,
    ApprovalRules,
    BandMode,
    BandRules,
    CadenceRules,
    OrderRules,
    Policy,
    Profile,
    ProfileName,
)
from core.domain.stress import Family
from core.domain.units import Asset, Money, Quantity, Weight
from core.domain.watching import RegimeRules, StressRules, TiltRules

PERCENT = Decimal("0.01")


ONCHAIN_WEIGHT = Decimal("0.10")
"""The most that on-chain readings may add to the trend score. Source: METHODS 2.3."""


def policy_of(file: PolicyFile, families: Collection[Family] | None = None) -> Policy:
    """Return the rules of a policy file as the engine knows them; percent become fractions.

    Args:
        file: what the person wrote.
        families: the kinds of evidence for the pause; None takes the file's, or those that need no
            feed.

    Raises:
        PolicyInvalid: with one sentence per mistake.
    """
    limits = file.limits
    # Left out, the quote currency has no target of its own: everything is meant to be invested.
    targets = {file.quote: Decimal(0)} | file.targets
    return Policy(
        quote=Asset(file.quote),
        targets=tuple((Asset(name), _weight(share)) for name, share in targets.items()),
        reserve=Money(file.reserve),
        cold=_amounts(file.cold),
        excluded=_amounts(file.excluded),
        trading_capital=None if file.trading_capital is None else Money(file.trading_capital),
        bands=_bands(file),
        cadence=CadenceRules(
            after_execution=timedelta(days=limits.days_after_execution),
            max_turnover=_weight(limits.max_turnover_30d),
        ),
        orders=OrderRules(min_trade_quote=Money(limits.min_trade)),
        approval=ApprovalRules(
            time_to_live=timedelta(minutes=int(limits.proposal_hours * 60)),
            day_max_share=_weight(limits.max_turnover_per_day),
            day_max_executions=limits.max_executions_per_day,
        ),
        regime=RegimeRules(
            is_directional=file.regime.bands == "directional",
            asset=Asset(file.regime.asset),
            onchain_weight=ONCHAIN_WEIGHT if file.regime.onchain else Decimal(0),
        ),
        stress=StressRules(
            families=_families(file, families),
            venue_risk=file.pause.venue_risk,
            correlated=tuple(sorted(Asset(name) for name in set(file.pause.correlated))),
        ),
        tilt=TiltRules(is_on=file.tilt.enabled),
    )


def _families(file: PolicyFile, found: Collection[Family] | None) -> tuple[Family, ...]:
    """Return the kinds of evidence in their fixed order; the person's own word comes first."""
    chosen: set[Family] = {Family.PRICE, Family.CORRELATION} | set(found or ())
    if file.pause.families is not None:
        chosen = {Family(name) for name in file.pause.families}
    if file.pause.venue_risk:
        chosen.add(Family.VENUE)
    return tuple(family for family in Family if family in chosen)


def _weight(percent: Decimal) -> Weight:
    return Weight(percent * PERCENT)


def _amounts(table: Mapping[str, Decimal]) -> tuple[tuple[Asset, Quantity], ...]:
    return tuple((Asset(name), Quantity(amount)) for name, amount in table.items())


def _bands(file: PolicyFile) -> BandRules:
    section, profile = file.bands, ProfileName(file.profile)
    widths = PROFILES[profile]
    given = (section.cap, section.relative, section.floor)
    custom = None
    if any(value is not None for value in given):
        cap, rel, floor = (
            own if value is None else _weight(value)
            for value, own in zip(given, (widths.cap, widths.rel, widths.floor), strict=True)
        )
        custom = Profile(cap, rel, floor)
    return BandRules(
        profile=profile,
        custom=custom,
        mode=BandMode(section.mode),
        delta=Weight(section.delta),
        confirm=section.confirm_days,
        adapt_to_size=section.adapt_to_size,
    )
