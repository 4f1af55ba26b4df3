"""Settings: what the person wrote, what the environment adds, and what follows from it."""

from bot.settings.listing import Value, values_in_force
from bot.settings.loading import Settings, load_settings, read_policy_file
from bot.settings.policy_file import PolicyFile

__all__ = [
    "PolicyFile",
    "Settings",
    "Value",
    "load_settings",
    "read_policy_file",
    "values_in_force",
]
