"""Figures in English: "$3,514", "62.0 %", "about $27"."""

from bot.explain.wording.figures import Figures, Marks

FIGURES = Figures(
    Marks(
        decimal=".",
        thousands=",",
        money="{symbol}{figure}",
        about="about {amount}",
        points="{figure} points",
        percent="{figure} %",
    )
)
