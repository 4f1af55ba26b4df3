"""The only wiring: settings -> adapters -> workflows -> handlers."""

from bot.app.halting import adopt_balances, halted_among, lift_halt
from bot.app.plan import Replay, RunPlan
from bot.app.wiring import Ended, run_bot

__all__ = ["Ended", "Replay", "RunPlan", "adopt_balances", "halted_among", "lift_halt", "run_bot"]
