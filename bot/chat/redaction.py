"""Secrets stay out of every log line, whoever writes it."""

from bot.settings.redaction import MASK, hide, redacted

__all__ = ["MASK", "hide", "redacted"]
