"""A coin's price on a log axis, with the regime and the pause of every day under it."""

from bot.charts.drawing.blocks import heading
from bot.charts.drawing.lanes import Ribbon
from bot.charts.drawing.page import Block, Look
from bot.charts.drawing.scale import above_zero, known, log
from bot.charts.drawing.timeplot import Curve, TimePlot
from bot.ports.pictures import MarketRibbon

_THICK = 4.5
_PLOT = 460.0


def market_blocks(look: Look, picture: MarketRibbon) -> list[Block]:
    """Return the price, both ribbons, and what their areas mean."""
    words, palette = look.words, look.palette
    prices = above_zero(picture.prices)
    known_prices = known(prices)
    regime = Ribbon(look, words.regime, picture.days, picture.regimes, palette.regimes)
    phase = Ribbon(look, words.phase, picture.days, picture.phases, palette.phases)
    plot = TimePlot(
        look,
        picture.days,
        log(min(known_prices), max(known_prices), look.figures.short),
        [Curve(prices, colour=palette.series[0], thick=_THICK)],
        lanes=[regime, phase],
        whole_days=True,
        plot=_PLOT,
    )
    title = words.market.format(asset=picture.asset, quote=picture.quote)
    return [
        *heading(look, title, words.market_note),
        plot,
        regime.legend(words.regimes),
        phase.legend(words.phases),
    ]
