"""Targets, profile and multipliers -> the band around every target."""

from dataclasses import dataclass
from decimal import Decimal

from core.domain.decision import Band
from core.domain.policy import PROFILES, BandMode, BandRules, Profile, ProfileName
from core.domain.units import ONE, Money, Weight

# Source: METHODS 1.2 and 9a.
CLIP_LOW = Decimal("0.5")
CLIP_HIGH = Decimal("2.5")
LOWER_SHARE_OF_TARGET = Decimal("0.8")
GUARDED_WIDEN = Decimal("1.5")
GUARDED_SHRINK = Decimal("0.5")

_BY_WIDTH = (ProfileName.TIGHT, ProfileName.STANDARD, ProfileName.SMALL, ProfileName.TINY)


@dataclass(frozen=True, slots=True)
class Multipliers:
    """Factors on the upper and lower half-width of risk assets and of cash (METHODS 2.6)."""

    risk_upper: Decimal = ONE
    risk_lower: Decimal = ONE
    cash_upper: Decimal = ONE
    cash_lower: Decimal = ONE


NEUTRAL = Multipliers()


def size_profile(value: Money, previous: ProfileName, rules: BandRules) -> ProfileName:
    """Return the profile that the portfolio's size asks for, with hysteresis on the way back.

    Args:
        value: portfolio value in quote currency.
        previous: the size profile of the decision before: standard, small or tiny.
        rules: thresholds and hysteresis.

    Source: METHODS 1.2: below 10,000 small, below 5,000 tiny, back 10 % above.
    """
    back = 1 + rules.hysteresis
    was_tiny, was_small = previous is ProfileName.TINY, previous is not ProfileName.STANDARD
    if value < rules.tiny_below or (was_tiny and value <= rules.tiny_below * back):
        return ProfileName.TINY
    if value < rules.small_below or (was_small and value <= rules.small_below * back):
        return ProfileName.SMALL
    return ProfileName.STANDARD


def wider(first: ProfileName, second: ProfileName) -> ProfileName:
    """Return the profile with the wider bands."""
    return max(first, second, key=_BY_WIDTH.index)


def widths_of(name: ProfileName, rules: BandRules) -> Profile:
    """Return the widths in force: the person's own unless the size asks for a wider profile."""
    if rules.custom is not None and name is rules.profile:
        return rules.custom
    return PROFILES[name]


def base_half_width(target: Weight, profile: Profile, mode: BandMode) -> Weight:
    """Return the half-width of a target before any multiplier.

    Source: METHODS 1.2.
    """
    if mode is BandMode.ABSOLUTE:
        return profile.cap
    relative = profile.rel * target
    if mode is BandMode.RELATIVE:
        return Weight(max(relative, profile.floor))
    return Weight(min(max(relative, profile.floor), profile.cap))


def band_around(
    target: Weight, base: Weight, *, upper: Decimal, lower: Decimal, widen: Decimal = ONE
) -> Band:
    """Return the band of a target.

    Args:
        target: the target weight.
        base: the half-width before multipliers.
        upper: factor of the upper half-width.
        lower: factor of the lower half-width.
        widen: a last factor on both sides, 1.5 while GUARDED.

    Source: METHODS 1.2 and 9a; the lower side never lets a holding vanish.
    """
    clipped = [min(max(factor, CLIP_LOW), CLIP_HIGH) * base * widen for factor in (upper, lower)]
    return Band(
        upper=Weight(clipped[0]),
        lower=Weight(min(clipped[1], LOWER_SHARE_OF_TARGET * target)),
    )
