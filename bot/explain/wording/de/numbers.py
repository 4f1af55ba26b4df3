"""Figures in German: "3.514 $", "62,0 %", "etwa 27 $"."""

from bot.explain.wording.figures import Figures, Marks

FIGURES = Figures(
    Marks(
        decimal=",",
        thousands=".",
        money="{figure} {symbol}",
        about="etwa {amount}",
        points="{figure} Punkte",
        percent="{figure} %",
    )
)
