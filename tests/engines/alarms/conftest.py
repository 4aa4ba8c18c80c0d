"""The kernel's own lines run by the interpreter: for a debugger's eyes and for coverage."""

import importlib.util
from types import ModuleType

import numba
import pytest

from anlan.engines.alarms import kernel


@pytest.fixture(scope="session")
def plain_kernel() -> ModuleType:
    """The kernel's own lines run by the interpreter: for the oracle's eyes and for coverage."""
    spec = importlib.util.spec_from_file_location("plain_kernel", str(kernel.__file__))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    numba.config.DISABLE_JIT = True
    try:
        spec.loader.exec_module(module)
    finally:
        numba.config.DISABLE_JIT = False
    return module
