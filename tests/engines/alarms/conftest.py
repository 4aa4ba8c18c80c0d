"""The kernel's own lines run by the interpreter: for a debugger's eyes and for coverage."""

import importlib.util
from types import ModuleType

import numba
import pytest

from anlan.engines.alarms import kernel
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.engines.alarms.twin import Twin


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


@pytest.fixture(params=["kernel", "twin", "plain kernel"])
def judge(request: pytest.FixtureRequest, plain_kernel: ModuleType) -> Judge:
    steppers = {"kernel": Kernel, "twin": Twin, "plain kernel": plain_kernel.Kernel}
    return Judge(steppers[request.param]())
