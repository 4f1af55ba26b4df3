"""A finished study and its pictures -> one page of HTML that needs nothing beside itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from bot.charts.drawing.palette import PALETTES
from bot.research.study import figure_words
from bot.research.study.claims import Claim
from bot.research.study.document import title_of
from bot.research.study.findings import Effect, Measured
from bot.research.study.language import NO_RESULT
from bot.research.study.living import COSTS, MEANINGS, RANDOM_SHARE, TABLE, TAX_RATE, Name
from bot.research.study.pictures import DrawnFigure, Figure, claim_figures, drawn, figures_of
from bot.research.study.plateaus import CAPS, DELTAS
from bot.research.study.progress import Progress, in_parallel
from bot.research.study.study import Studied, Study
from bot.research.study.table_rows import TextBlock, text_blocks
from bot.research.study.verdicts import MEANINGS as VERDICTS
from bot.research.trials import BEFORE_ALL
from bot.research.windows import SEEN_FROM, SEEN_TO, YEARLY_FROM_YEARS, Window
from core.simulation.statistics import DeflatedSharpe

TEMPLATES = Path(__file__).parent / "templates"
REPORT = "report.html.j2"

_CLAIMS = "claims"
_WHOLE = "whole"
"""The place of pictures that stand for a portfolio's whole window."""

Pictures = Mapping[str, DrawnFigure]


@dataclass(frozen=True, slots=True, eq=False)
class SampleView:
    """One portfolio over one sample, ready to be written."""

    found: Measured
    blocks: tuple[TextBlock, ...]
    pictures: Pictures

    @property
    def window(self) -> Window:
        """The days."""
        return self.found.window

    @property
    def to_fixed(self) -> Effect:
        """Full against fixed bands."""
        return next(one for one in self.found.to_fixed if one.name == Name.FULL)

    @property
    def to_drift(self) -> Effect:
        """Full against drift."""
        return next(one for one in self.found.to_drift if one.name == Name.FULL)

    @property
    def to_plain(self) -> Effect:
        """Full against plain."""
        return next(one for one in self.found.parts if one.name == Name.FULL)

    @property
    def sharpe(self) -> DeflatedSharpe:
        """Of the full policy, after all trials."""
        return self.found.sharpes[Name.FULL]

    def fall(self, name: str) -> float:
        """Return a policy's deepest fall, as a negative fraction."""
        return -self.found.metrics[name].underwater.max_drawdown


@dataclass(frozen=True, slots=True, eq=False)
class PortfolioView:
    """One portfolio, ready to be written."""

    one: Studied
    samples: tuple[SampleView, ...]
    pictures: Pictures

    @property
    def may_claim(self) -> bool:
        """Whether a gain over fixed bands may be claimed: all of METHODS 6.3 must agree."""
        gains = [view.to_fixed.low > 0.0 and view.sharpe.may_be_claimed for view in self.samples]
        placebos = [row.result for row in self.one.placebos]
        stands_out = all(result.observed > result.middle[1] for result in placebos)
        return bool(gains) and all(gains) and stands_out and self.one.plateau.is_flat


@dataclass(frozen=True, slots=True, eq=False)
class ClaimView:
    """One claim, ready to be written."""

    claim: Claim
    pictures: tuple[DrawnFigure, ...]


def page_of(study: Study, *, workers: int, progress: Progress) -> str:
    """Return the report.

    Args:
        study: what was found.
        workers: processes that draw pictures.
        progress: hears of each picture.
    """
    every = list(_all_figures(study))
    progress.step("pictures", len(every))
    images = in_parallel(drawn, [figure for _, figure in every], workers=workers, progress=progress)
    by_place: dict[tuple[str, str], dict[str, DrawnFigure]] = {}
    for (place, _), image in zip(every, images, strict=True):
        by_place.setdefault(place, {})[image.key] = image
    claims = [
        ClaimView(claim, tuple(by_place.get((_CLAIMS, claim.key), {}).values()))
        for claim in study.claims
    ]
    views = [_portfolio_view(one, by_place) for one in study.portfolios]
    return _template().render(
        study=study,
        provenance=study.provenance,
        title=title_of(study),
        portfolios=views,
        claims=claims,
        **_constants(),
    )


def _all_figures(study: Study) -> Iterator[tuple[tuple[str, str], Figure]]:
    for claim in study.claims:
        for figure in claim_figures(claim):
            yield (_CLAIMS, claim.key), figure
    for one in study.portfolios:
        samples = {found.window for found in one.measured}
        is_split = samples != {one.portfolio.window}
        for figure in figures_of(one):
            is_whole = figure.window not in samples or not is_split
            place = _WHOLE if is_whole else figure.window.first.isoformat()
            yield (one.portfolio.key, place), figure


def _portfolio_view(
    one: Studied, pictures: Mapping[tuple[str, str], dict[str, DrawnFigure]]
) -> PortfolioView:
    key = one.portfolio.key
    whole = pictures.get((key, _WHOLE), {})
    samples = tuple(
        SampleView(
            found,
            text_blocks(found),
            whole | pictures.get((key, found.window.first.isoformat()), {}),
        )
        for found in one.measured
    )
    return PortfolioView(one, samples, whole)


def _constants() -> dict[str, object]:
    return {
        "table": TABLE,
        "meanings": MEANINGS,
        "verdicts": VERDICTS,
        "costs": COSTS,
        "tax_rate": TAX_RATE,
        "random_share": RANDOM_SHARE,
        "before_all": BEFORE_ALL,
        "seen": Window(SEEN_FROM, SEEN_TO),
        "yearly_from": YEARLY_FROM_YEARS,
        "no_result": NO_RESULT,
        "caps": CAPS,
        "deltas": DELTAS,
        "names": Name,
        "palettes": PALETTES,
    }


@cache
def _template_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": figure_words.percent,
        "figure": figure_words.plain_figure,
        "money": figure_words.money,
        "figure_in": figure_words.figure_in,
    }
    environment.globals |= {"interval": figure_words.interval, "joined": _joined}
    return environment


def _template() -> Template:
    return _template_environment().get_template(REPORT)


def _joined(words: Sequence[str]) -> str:
    return ", ".join(words)
