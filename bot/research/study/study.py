"""The whole study: live every policy, ask the kernel, measure, and hold the claims against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from bot.research.seal import Seal
from bot.research.study.article import claims_of
from bot.research.study.claims import Claim
from bot.research.study.findings import Draws, Measured, measured
from bot.research.study.history import History
from bot.research.study.kernel_view import (
    Kernel,
    both_sides,
    plain_again,
    profile_runs,
)
from bot.research.study.living import (
    Job,
    Lived,
    Name,
    Runs,
    comparisons,
    jobs_of,
    live_job,
    prices_of,
)
from bot.research.study.placebos import PlaceboResult, placebos
from bot.research.study.plateaus import PlateauResult, plateau
from bot.research.study.portfolios import SMALL_BELOW, Choice, Portfolio
from bot.research.study.progress import Progress, in_parallel
from bot.research.study.subjects import Subject
from core.domain.policy import ProfileName
from core.simulation.runs import SimulatedRun


@dataclass(frozen=True, slots=True)
class Provenance:
    """What it takes to make the same study again.

    Attributes:
        version: of the program.
        engine: of the engine that decides.
        data: digest over all files that were read.
        config: digest over all settings that were run, costs included.
        trials: how many settings were ever tried, those of this study included.
        draws: the randomness.
        seal: the sealed months, and whether they were opened.
        openings: how many different openings this release has made.
        is_fast: a quick look: fewer draws, one portfolio, fewer parts.
    """

    version: str
    engine: str
    data: str
    config: str
    trials: int
    draws: Draws
    seal: Seal
    openings: int
    is_fast: bool


@dataclass(frozen=True, slots=True, eq=False)
class Studied:
    """One portfolio with everything found about it.

    Attributes:
        runs: what was lived.
        measured: figures, by sample.
        placebos: regime and pause at the wrong time.
        plateau: band width x destination, and fees.
        kernel_gap: largest relative difference of daily values between the kernel and ``decide()``
            on the full policy, whose settings are the same.
    """

    runs: Runs
    measured: tuple[Measured, ...]
    placebos: tuple[PlaceboResult, ...]
    plateau: PlateauResult
    kernel_gap: float

    @property
    def portfolio(self) -> Portfolio:
        """Whose."""
        return self.runs.portfolio


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """A finished study."""

    provenance: Provenance
    history: History
    portfolios: tuple[Studied, ...]
    claims: tuple[Claim, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What the kernel was asked about one portfolio."""

    placebos: tuple[PlaceboResult, ...]
    plateau: PlateauResult
    both_sides: SimulatedRun
    plain: SimulatedRun
    full: SimulatedRun
    profiles: Mapping[ProfileName, SimulatedRun]


def all_jobs(choice: Choice, *, seed: int, is_fast: bool) -> tuple[Job, ...]:
    """Return everything that ``decide()`` must live through."""
    return tuple(
        chain.from_iterable(jobs_of(one, seed=seed, is_fast=is_fast) for one in choice.portfolios)
    )


def run_study(
    history: History,
    choice: Choice,
    provenance: Provenance,
    *,
    workers: int,
    progress: Progress,
) -> Study:
    """Run the standard comparison.

    Args:
        history: the data, cut where the seal begins unless it is open.
        choice: the portfolios.
        provenance: settings and randomness of this study.
        workers: processes to spread the work over.
        progress: hears how far it is.
    """
    draws = provenance.draws
    jobs = all_jobs(choice, seed=draws.seed, is_fast=provenance.is_fast)
    progress.step("living each day", len(jobs))
    lived = in_parallel(
        partial(live_job, readings=history.readings), jobs, workers=workers, progress=progress
    )
    everything = _gathered(choice, jobs, lived)
    progress.step("placebos and plateaus", len(everything))
    asked = in_parallel(
        partial(_ask_kernel, draws=draws), everything, workers=workers, progress=progress
    )
    progress.step("intervals", len(everything) + 1)
    found = []
    for runs, one in zip(everything, asked, strict=True):
        found.append(_studied(runs, one, provenance))
        progress.advance()
    subjects = [
        Subject(runs, one.both_sides, one.plain, one.profiles)
        for runs, one in zip(everything, asked, strict=True)
    ]
    claims = claims_of(subjects, history.fear_greed, draws)
    progress.advance()
    return Study(provenance, history, tuple(found), claims, choice.left_out)


def _gathered(choice: Choice, jobs: Sequence[Job], lived: Sequence[Lived]) -> list[Runs]:
    every = []
    for portfolio in choice.portfolios:
        own = {
            job.name: one
            for job, one in zip(jobs, lived, strict=True)
            if job.portfolio.key == portfolio.key
        }
        full = own[Name.FULL]
        by_name = {name: one.run for name, one in own.items()}
        by_name |= {run.name: run for run in comparisons(portfolio)}
        every.append(Runs(portfolio, prices_of(portfolio), by_name, full.series))
    return every


def _ask_kernel(runs: Runs, draws: Draws) -> _Asked:
    kernel, key = Kernel.of(runs), runs.portfolio.key
    is_small = runs.portfolio.value < SMALL_BELOW
    return _Asked(
        placebos(kernel, draws, key=key),
        plateau(kernel, draws, key=key),
        both_sides(kernel),
        plain_again(kernel),
        kernel.run(kernel.policy, name=Name.FULL),
        profile_runs(kernel) if is_small else {},
    )


def _studied(runs: Runs, asked: _Asked, provenance: Provenance) -> Studied:
    lived = runs.by_name[Name.FULL].values
    return Studied(
        runs,
        measured(
            runs,
            provenance.draws,
            trials=provenance.trials,
            variance=asked.plateau.sharpe_variance,
        ),
        asked.placebos,
        asked.plateau,
        float(abs(asked.full.values / lived - 1.0).max()),
    )
