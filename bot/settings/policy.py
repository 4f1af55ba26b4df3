"""A policy file -> the rules as the engine knows them; percent become fractions."""

from collections.abc import Mapping
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
from core.domain.units import Asset, Money, Quantity, Weight

PERCENT = Decimal("0.01")


def policy_of(file: PolicyFile) -> Policy:
    """Return the rules of a policy file as the engine knows them; percent become fractions.

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
    )


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
