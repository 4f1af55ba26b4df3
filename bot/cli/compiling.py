"""The one wait of a machine that has never run the kernel: its compiler, with a word about it."""

from bot.cli.progress import waiting


def make_kernel_ready() -> None:
    """Compile the kernel where that can be and was not done yet, and say so meanwhile."""
    from bot.research import compiled_kernel

    if compiled_kernel.can_compile() and not compiled_kernel.is_kept():
        with waiting("Compiling the kernel for this machine, once; up to a minute"):
            if compiled_kernel.can_keep():
                compiled_kernel.compile_apart()
            else:
                # What cannot be kept is made once, where it is needed.
                compiled_kernel.best_walk()
