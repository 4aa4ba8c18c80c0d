"""Ask the processor's memory for a record before it is needed: random numbers cost a wait each.

`llvm.prefetch` is a hint for compiled code only.
"""

from typing import Any

from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

_WRITE, _KEEP, _DATA = 1, 3, 1


def _codegen(context: Any, builder: Any, signature: Any, given: Any) -> Any:
    """Write the call for the address of `records[number]`; bounds are the caller's to hold."""
    kind, number_kind = signature.args
    array = context.make_array(kind)(context, builder, given[0])
    place = context.cast(builder, given[1], number_kind, types.intp)
    address = cgutils.get_item_pointer(
        context, builder, kind, array, [place], wraparound=False, boundscheck=False
    )
    word, byte = ir.IntType(32), ir.IntType(8).as_pointer()
    hint = cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(ir.VoidType(), [byte, word, word, word]),
        "llvm.prefetch.p0i8",
    )
    builder.call(hint, [builder.bitcast(address, byte), word(_WRITE), word(_KEEP), word(_DATA)])
    return context.get_dummy_value()


@intrinsic  # type: ignore[untyped-decorator]
def prefetch(_typing: Any, records: Any, number: Any) -> Any:
    """Fetch a record's first line; `records[number]` must be inside."""
    return types.void(records, number), _codegen


def hint() -> Any:
    """Return what asks for a record before its turn, of use in compiled code alone."""
    return _nothing if config.DISABLE_JIT else prefetch


def _nothing(_records: Any, _number: int) -> None:
    """Do nothing: only compiled code can wait for memory."""
