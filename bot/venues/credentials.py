"""A key to an account at a venue, in a form that no log and no error can show."""

import base64
import binascii
from dataclasses import dataclass, field
from urllib.parse import quote

_SHORT = 7
"""Letters of a line that tell nothing by themselves."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What proves to a venue who asks. Its text and its representation tell nothing.

    Attributes:
        public: the venue's name of the key.
        secret: what signs.
    """

    public: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def is_base64(self) -> bool:
        """Whether the secret is in the form that Kraken gives out; another one cannot sign."""
        try:
            return bool(base64.b64decode(self.secret, validate=True))
        except (binascii.Error, ValueError):
            return False

    def scrubbed(self, text: str) -> str:
        """Return ``text`` with neither part of the key in it, nor as JSON or an address has it."""
        lines = (line.strip() for line in self.secret.splitlines())
        # Of a secret with several lines a repetition may lose the breaks, so each goes by itself.
        single = [line for line in lines if len(line) > _SHORT and not line.startswith("-----")]
        for part in filter(None, (self.public, self.secret.strip(), *single)):
            lined = part.replace("\n", "\\n")
            slashed = (part.replace("/", "\\/"), lined.replace("/", "\\/"))
            for form in (part, lined, *slashed, quote(part, safe="")):
                text = text.replace(form, "[key]")
        return text
