"""``evenkeel`` whose doctor waits as long for each answer as a machine that is held up may need."""

from bot.app import doctor
from bot.cli.main import main

WITHIN = 90.0
"""How long one look may take, in seconds."""

if __name__ == "__main__":
    defaults = doctor.examine.__kwdefaults__ or {}
    assert defaults["within"] == doctor.PATIENCE
    defaults["within"] = WITHIN
    main()
