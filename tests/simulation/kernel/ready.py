"""Compile the kernel before tests run, so that none of them waits for the compiler.

``python -m tests.simulation.kernel.ready``
"""

from bot.research.compiled_kernel import best_walk

if __name__ == "__main__":
    best_walk()
