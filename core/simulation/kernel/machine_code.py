"""LLVM's text -> this machine's code -> a walk. Nothing of the compiler is needed to run it.

LLVM comes with Numba and is imported when code is made or loaded. Code is made for the very
processor; ``machine`` names it.
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.simulation.bar_table import Floats
from core.simulation.kernel.engine import Walk
from core.simulation.kernel.layout import Pages, Tape
from core.simulation.kernel.table import Table

_ENTERED = "evenkeel_walk"

_Entry = Callable[[int, int, int, int, int, int, int, int, float], int]
_KIND = ctypes.CFUNCTYPE(
    ctypes.c_int32,  # 0 if nothing went wrong
    *[ctypes.c_void_p] * 6,  # what it returns and what went wrong, the table thrice, the sizes
    *[ctypes.c_int64] * 2,
    ctypes.c_double,
)


def machine() -> str:
    """Return what tells this processor, and the LLVM that makes code for it, from others."""
    llvm = _llvm()
    version = ".".join(str(part) for part in llvm.llvm_version_info)
    features = llvm.get_host_cpu_features().flatten()
    return f"{llvm.get_process_triple()} {version} {llvm.get_host_cpu_name()} {features}"


def code_of(text: str, entered: str) -> bytes:
    """Return an object file of LLVM's text.

    Args:
        text: what the compiler made.
        entered: the name of the function that is called from outside.

    Raises:
        ValueError: the text calls something that only the compiler has.
    """
    llvm = _llvm()
    module = llvm.parse_assembly(text)
    for function in module.functions:
        if not function.is_declaration and function.name != entered:
            function.linkage = "internal"
    module.get_function(entered).name = _ENTERED
    target = _target(llvm)
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, llvm.create_pass_builder(target, llvm.create_pipeline_tuning_options()))
    strangers = [
        function.name
        for function in module.functions
        if function.is_declaration and not function.name.startswith("llvm.")
    ]
    if strangers:
        raise ValueError(f"compiled code calls {', '.join(strangers)}, which nobody else has")
    return bytes(target.emit_object(module))


def loaded(code: bytes) -> Walk:
    """Load an object file that ``code_of`` made on such a machine, and return its walk."""
    llvm = _llvm()
    linker = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target(llvm))
    linker.add_object_file(llvm.ObjectFileRef.from_data(code))
    linker.finalize_object()
    address = linker.get_function_address(_ENTERED)
    return _LoadedWalk(linker, _KIND(address))


def _llvm() -> Any:  # noqa: ANN401  # it has no types
    from llvmlite import binding  # noqa: PLC0415  # an extra, loaded when it is asked for

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding


def _target(llvm: Any) -> Any:  # noqa: ANN401  # it has no types
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="default",
        codemodel="jitdefault",
        jit=True,
    )


@dataclass(slots=True)
class _LoadedWalk:
    """A walk in compiled code, which releases the interpreter's lock.

    Attributes:
        linker: keeps the code in memory.
        entry: the code.
        spare: tables that no thread is at work with, one for each that ever was.
    """

    linker: Any
    entry: _Entry
    spare: list[Table] = field(default_factory=list)

    def __call__(  # noqa: PLR0913, PLR0917  # the walk's
        self,
        tape: Tape,
        rules: Floats,
        coins: Floats,
        cash: float,
        pages: Pages,
        day_values: Floats,
        totals: Floats,
        near: Floats,
    ) -> None:
        # Threads take tables and give them back; each of the two happens at once or not at all.
        try:
            made = self.spare.pop()
        except IndexError:
            made = Table.made_for(tape, rules)
        if not made.fits(tape, rules):
            made = Table.made_for(tape, rules)
        returned, wrong = ctypes.c_int64(), ctypes.c_void_p()
        table, sizes = made.take(pages, (rules, coins, day_values, totals, near))
        failed = self.entry(
            ctypes.addressof(returned),
            ctypes.addressof(wrong),
            table,
            table,
            table,
            sizes,
            tape.interval,
            tape.first_day,
            cash,
        )
        self.spare.append(made)
        if failed:
            raise RuntimeError(f"compiled code ended with {failed}")
