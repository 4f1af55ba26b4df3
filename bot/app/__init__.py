"""The only wiring: settings -> adapters -> workflows -> handlers."""

from bot.app.plan import Replay, RunPlan
from bot.app.wiring import Ended, lift_halt, run_bot

__all__ = ["Ended", "Replay", "RunPlan", "lift_halt", "run_bot"]
