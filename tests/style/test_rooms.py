"""The shape of the package: rooms that import only downwards, one idea per file, short functions."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest


PACKAGE = Path(__file__).parents[2] / "transformers_tts_gan"
MAX_FILE_LINES = 450
MAX_FUNCTION_LINES = 60
MAX_COLUMNS = 119
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent.name != "scripts")  # `evaluate.load` copies those


def file_id(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(path: Path) -> set[Path]:
    """Files of this package that `path` imports, at the top or inside a function."""
    found = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ImportFrom) and node.level > 0:
            folder = path.parents[node.level - 1]
            target = folder.joinpath(*(node.module or "").split("."))
            names = [target / alias.name for alias in node.names] if target.is_dir() else [target]
            for each in names:
                file = each.with_suffix(".py")
                found.add(file if file.is_file() else target / "__init__.py")
    return found


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def circle(graph: dict) -> list | None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return None


def test_rooms_import_only_downwards():
    """That is: some order of the rooms has all imports point down. It is read off the imports, not listed here."""
    graph: dict[str, set[str]] = {}
    for path in FILES:
        if path.parent != PACKAGE:
            graph.setdefault(room(path), set()).update(
                room(other) for other in imported(path) if other.parent != PACKAGE
            )
    for name, others in graph.items():
        others.discard(name)
    assert circle(graph) is None
    assert {"audio", "text", "models", "training"} <= set(graph), "the graph must not be empty"


def test_no_files_import_each_other_in_a_circle():
    found = circle({path: imported(path) - {path} for path in FILES})
    assert found is None, " imports ".join(file_id(path) for path in found)


def test_the_text_room_stands_on_utils_alone():
    """The frontend runs without torch."""
    outside = {room(other) for path in FILES if room(path) == "text" for other in imported(path)}
    assert outside <= {"text", "utils"}


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "__init__.py"], ids=file_id)
def test_a_room_says_what_it_is_for(path):
    assert ast.get_docstring(parse(path))


@pytest.mark.parametrize("path", FILES, ids=file_id)
def test_the_package_imports_itself_in_one_form_only(path):
    """`from ..room.name import Thing` is the one form that the tests above read; another would slip past them."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module.split(".")[0] != PACKAGE.name, f"{path.name}:{node.lineno}"
        if isinstance(node, ast.Import):
            roots = {alias.name.split(".")[0] for alias in node.names}
            assert PACKAGE.name not in roots, f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("path", FILES, ids=file_id)
def test_a_file_holds_one_idea(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_FILE_LINES, f"{path.name} has {lines} lines, at most {MAX_FILE_LINES}: split an idea off"


@pytest.mark.parametrize("path", FILES, ids=file_id)
def test_lines_fit_the_page(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, start=1) if len(line) > MAX_COLUMNS] == []


@pytest.mark.parametrize("path", FILES, ids=file_id)
def test_functions_are_short(path):
    """Lines of code: a docstring may be as long as the arguments it explains."""
    functions = [node for node in ast.walk(parse(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    docs = {node: (ast.get_docstring(node, clean=False) or "").count("\n") for node in functions}
    too_long = {node.name: node.end_lineno - node.lineno + 1 - docs[node] for node in functions}
    too_long = {name: lines for name, lines in too_long.items() if lines > MAX_FUNCTION_LINES}
    assert not too_long, f"{path.name}: functions of more than {MAX_FUNCTION_LINES} lines: {too_long}"


@pytest.mark.parametrize("path", FILES, ids=file_id)
def test_the_library_logs_and_never_prints(path):
    """But for the command line, whose output it is."""
    if path.parent.name == "cli":
        return
    calls = [node for node in ast.walk(parse(path)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert [f"{path.name}:{node.lineno}" for node in calls if node.func.id == "print"] == []
