"""The one wait of a machine that has never run the kernel: its compiler, with a word about it."""

from bot.cli.progress import waiting


def make_kernel_ready() -> None:
    """Compile the kernel where that can be and was not done yet, and say so meanwhile."""
    from bot.research.compiled_kernel import can_compile, compile_apart, is_kept

    if can_compile() and not is_kept():
        with waiting("Compiling the kernel for this machine, once; up to a minute"):
            compile_apart()
