"""Python's own source, read as a tree by tests that hold rules over it."""

import ast
import gc


def tree_of(source: str) -> ast.Module:
    """Parse a module with nothing collected meanwhile.

    A finaliser that warns inside `ast.parse` makes Python 3.11 fail with "AST constructor recursion
    depth mismatch", whoever has left open what is collected.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if was_on:
            gc.enable()
