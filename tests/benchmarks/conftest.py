"""The script that a file of tests is about."""

import sys

import pytest
from helpers.example_scripts import ROOT
from helpers.example_scripts import script as load


@pytest.fixture(scope="module")
def script(request):
    """The benchmark that the file of tests is named after, as a module, beside the others, whose parts it may take."""
    folder = str(ROOT / "benchmarks")
    sys.path.insert(0, folder)
    yield load(request.path.stem.removeprefix("test_"), "benchmarks")
    sys.path.remove(folder)
