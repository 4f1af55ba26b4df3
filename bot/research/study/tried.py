"""Everything that a study tries, as digests, so that it can be counted before it is tried.

A cell of a plateau is tried on a portfolio's prices, days and value as much as a run on
``decide()`` is, so all digests carry them. Holding, placebos and fees are no rules that anybody
could choose, and are not counted.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from bot.research.digests import bars_digest
from bot.research.study.kernel_view import kernel_policies
from bot.research.study.living import COSTS, SIMPLE, Job
from bot.research.study.plateaus import plateau_policies
from bot.research.study.portfolios import SMALL_BELOW, Choice, Portfolio
from core.codec import digest, digest_of
from core.domain.units import text_of


def settings_of(choice: Choice, jobs: Iterable[Job]) -> tuple[str, ...]:
    """Return the digests of every setting a study will try.

    Args:
        choice: the portfolios; the prices of their venues end where the study does.
        jobs: everything that ``decide()`` lives through.
    """
    grounds = {one.key: _ground(one) for one in choice.portfolios}
    lived = (digest([*_rules(job), grounds[job.portfolio.key]]) for job in jobs)
    others = (_others(one, grounds[one.key]) for one in choice.portfolios)
    return tuple(sorted({*lived, *chain.from_iterable(others)}))


def config_digest(settings: Sequence[str]) -> str:
    """Return the digest of all settings of a study, what trading costs included."""
    costs = [str(COSTS.fee), str(COSTS.half_spread)]
    costs += [f"{asset} {rate}" for asset, rate in COSTS.half_spreads]
    return digest([*costs, *settings])


def _ground(one: Portfolio) -> str:
    """Return the digest of what all rules are tried on: prices, days, value and costs."""
    days = [one.window.first.isoformat(), one.window.last.isoformat()]
    return digest([bars_digest(one.venue.table), *days, text_of(one.value), digest_of(COSTS)])


def _rules(job: Job) -> list[str]:
    person = "always" if job.yes_seed is None else f"random {job.yes_seed}"
    return [digest_of(job.policy), str(job.delay), person]


def _others(one: Portfolio, ground: str) -> Iterator[str]:
    """Yield the digests of what is tried beside ``decide()``: plateau, claims and simple rules."""
    is_small = one.value < SMALL_BELOW
    for policy in (*plateau_policies(one.policy), *kernel_policies(one.policy, is_small=is_small)):
        yield digest(["kernel", digest_of(policy), ground])
    for name in SIMPLE:
        yield digest([name, digest_of(one.policy), ground])
