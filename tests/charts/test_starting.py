"""The bot starts without matplotlib, and pays for it with its first picture only."""

import subprocess
import sys

PROGRAM = """
import importlib, pkgutil, sys
import bot.app, bot.chat, bot.cli, bot.workflow

for package in (bot.app, bot.chat, bot.cli, bot.workflow):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
import bot.charts.draw, bot.charts.look, bot.charts.reports, bot.charts.words
from bot.charts.draw import can_draw, draw
from bot.ports.pictures import Allocation, AllocationRow

picture = Allocation((AllocationRow("BTC", 0.5, 0.6, 0.4, 0.8),))
print(can_draw(picture), "matplotlib" in sys.modules, "PIL" in sys.modules)
draw(picture)
print("matplotlib" in sys.modules, "matplotlib.pyplot" in sys.modules)
"""


def test_matplotlib_is_loaded_with_the_first_picture() -> None:
    """Commands, wiring and chat load no matplotlib; drawing does, without pyplot."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM], check=True, capture_output=True, text=True
    )
    assert done.stdout == "True False False\nTrue False\n"
