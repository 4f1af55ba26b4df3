"""A finished study in the few lines that a terminal shows."""

from collections.abc import Iterator

from bot.research.study.document import title_of
from bot.research.study.figure_words import interval, percent, plain_figure
from bot.research.study.living import Name
from bot.research.study.study import Study


def summary_lines(study: Study) -> Iterator[str]:
    """Yield what was compared, the differences that matter, and the verdicts on the claims."""
    yield title_of(study)
    yield ""
    for one in study.portfolios:
        own = one.portfolio
        yield f"{own.name} ({own.recipe}; {own.venue.name}, {own.universe})"
        for found in one.measured:
            window = found.window
            yield f"  {found.sample}, {window.first} to {window.last}"
            effects = {row.against: row for row in (*found.to_drift, *found.parts, *found.to_fixed)
                       if row.name == Name.FULL}  # fmt: skip
            for against in (Name.FIXED, Name.PLAIN, Name.DRIFT):
                row = effects[against]
                ends = interval(row.low, row.high, row.unit)
                yield (
                    f"    full less {against:<12} {plain_figure(row.value, sign=True):>6} "
                    f"{ends:<18} {row.unit}"
                )
            falls = (
                f"{name} {percent(-found.metrics[name].underwater.max_drawdown)}"
                for name in (Name.FULL, Name.FIXED, Name.BTC)
            )
            yield f"    deepest fall: {', '.join(falls)}"
    yield ""
    yield "What the article claims, what the data say"
    for claim in study.claims:
        yield f"  {claim.title}: {claim.told}"
    yield ""
    it = study.provenance
    yield f"{it.trials} trials, seed {it.draws.seed}, data {it.data[:12]}, config {it.config[:12]}"
    yield it.seal.told
    yield from (*study.history.notes, *study.left_out)
