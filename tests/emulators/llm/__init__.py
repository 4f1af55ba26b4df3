"""An emulated OpenAI-compatible server that can misbehave in every way servers have been seen to.

``LlmEmulator`` listens on 127.0.0.1 and speaks Chat Completions as the wire has it. What it
answers is a ``Behaviour``: one for good, or one after the other from a script.
"""

from tests.emulators.llm.server import LlmEmulator
from tests.emulators.llm.wire import Behaviour, Call

__all__ = ["Behaviour", "Call", "LlmEmulator"]
