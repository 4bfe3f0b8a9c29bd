"""Calls a function when a module is imported, so that importing this package loads neither torch nor Transformers.

The Auto classes must know our models as soon as somebody uses them, and not before: the text frontend alone would
otherwise wait seconds for libraries that it does not need.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec


class ImportHook(MetaPathFinder):
    """Watches for one module: calls `call` before it is executed or right after, once."""

    def __init__(self, module: str, call: Callable[[], object], before: bool = False):
        self.module, self.call, self.before = module, call, before

    def find_spec(self, fullname: str, path=None, target=None) -> ModuleSpec | None:
        """The specification that the other finders have for the module; it remembers to call `call`."""
        if fullname != self.module:
            return None
        sys.meta_path.remove(self)
        if self.before:
            self.call()
            return None
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_call(module):
            execute(module)
            self.call()

        spec.loader.exec_module = execute_and_call  # type: ignore[method-assign]
        return spec


def before_import(module: str, call: Callable[[], object]) -> None:
    """Call `call` when `module` is about to be imported, or now where it has been imported already."""
    _watch(ImportHook(module, call, before=True))


def import_after(module: str, ours: str) -> None:
    """Import `ours` right after `module` was imported, or now where that is so already."""
    _watch(ImportHook(module, lambda: importlib.import_module(ours)))


def _watch(hook: ImportHook) -> None:
    if hook.module in sys.modules:
        hook.call()
    else:
        sys.meta_path.insert(0, hook)
