"""How many may work at once on one machine."""

from core.domain.errors import InputInvalid

MOST_PER_CORE = 8


def worker_count(asked: int | None) -> int:
    """Return how many workers to use: those asked for, or one for each core there is.

    Args:
        asked: the option ``--workers``; None leaves it to the machine.

    Raises:
        InputInvalid: none, or so many that they would only take memory from each other.
    """
    import joblib  # noqa: PLC0415  # a command that starts nothing need not wait for it

    # What this process may use, which in a container is less than the machine has.
    cores = int(joblib.cpu_count())
    most = MOST_PER_CORE * cores
    if asked is None:
        return cores
    if not 1 <= asked <= most:
        have = "1 core" if cores == 1 else f"{cores} cores"
        raise InputInvalid(
            f"--workers is {asked}; there are {have} here, so 1 to {most} are expected. "
            "Without the option all cores work"
        )
    return asked
