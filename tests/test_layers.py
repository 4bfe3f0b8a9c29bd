"""The shape of the package: modules in the order of the data flow, one idea per file, short functions."""

import ast
from pathlib import Path

import pytest


PACKAGE = Path(__file__).parents[1] / "transformers_tts_gan"
MAX_FILE_LINES = 450
MAX_FUNCTION_LINES = 60
MAX_COLUMNS = 119

# Text to phones, phones to mel, mel to sound, then what trains, judges and publishes it.
ORDER = [
    "requirements_check",
    "hub_shim",
    "text_normalize_cues",
    "text_normalize_units",
    "text_normalize_en",
    "text_normalize_zh",
    "text_normalize_symbols",
    "text_normalize_words",
    "text_normalize_address",
    "text_normalize_signs_zh",
    "text_normalize",
    "text_segment",
    "text_new_words",
    "text_lexicon_en",
    "text_letters_en",
    "text_names_en",
    "text_tags_en",
    "text_g2p_en",
    "text_polyphones_zh",
    "text_tones_zh",
    "text_g2p_zh",
    "text_g2p",
    "text_ipa",
    "text_phones",
    "text_markup_values",
    "text_markup",
    "text_utterance",
    "text_tokens",
    "text_explain",
    "text_espeak",
    "text_to_phones",
    "text_frontend",
    "audio",
    "markdown",
    "features",
    "pitch",
    "configuration_tts_gan",
    "layers",
    "encoder_windows",
    "processing_tts_gan",
    "alignment",
    "acoustic",
    "source",
    "vocoder",
    "pauses",
    "losses",
    "lora",
    "transfer",
    "modeling_tts_gan",
    "discriminators",
    "data",
    "batching",
    "recognition",
    "metrics",
    "corpus_measure",
    "corpus_hearing",
    "corpus_check",
    "signal_metrics",
    "predictors",
    "speech_metrics",
    "training_limits",
    "training_args",
    "alarms",
    "callbacks",
    "processes",
    "randomness",
    "schedules",
    "ema",
    "card_samples",
    "card_sources",
    "model_card",
    "checkpointing",
    "gan_state",
    "trainer",
    "evaluation",
    "card_evaluation",
    "evaluate_metrics",
    "report_page",
    "hub",
    "pipeline",
]
FILES = sorted(PACKAGE.glob("*.py"))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def siblings_imported(tree: ast.Module) -> set[str]:
    """Names of the modules of this package that `tree` imports, at the top or inside a function."""
    return {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 1}


def test_order_lists_every_module_and_no_other():
    assert sorted(ORDER) == [path.stem for path in FILES if path.stem != "__init__"]


def test_the_package_is_flat():
    """But for the scripts that `evaluate.load` copies: it cannot take a module with relative imports."""
    assert {path.parent.name for path in PACKAGE.glob("*/*.py")} == {"metric_scripts"}


@pytest.mark.parametrize("name", ORDER)
def test_a_module_imports_only_modules_above_it(name):
    siblings = siblings_imported(parse(PACKAGE / f"{name}.py"))
    assert siblings <= set(ORDER[: ORDER.index(name)]), f"{name}.py may import only what stands above it in ORDER"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_package_imports_itself_in_one_form_only(path):
    """`from .name import Thing` is the one form that the layer test above reads; another would slip past it."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ImportFrom) and node.level > 0:
            assert node.level == 1 and node.module and "." not in node.module, f"{path.name}:{node.lineno}"
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module.split(".")[0] != PACKAGE.name, f"{path.name}:{node.lineno}"
        if isinstance(node, ast.Import):
            roots = {alias.name.split(".")[0] for alias in node.names}
            assert PACKAGE.name not in roots, f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_holds_one_idea(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_FILE_LINES, f"{path.name} has {lines} lines, at most {MAX_FILE_LINES}: split an idea off"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_lines_fit_the_page(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, start=1) if len(line) > MAX_COLUMNS] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_functions_are_short(path):
    """Lines of code: a docstring may be as long as the arguments it explains."""
    functions = [node for node in ast.walk(parse(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    docs = {node: (ast.get_docstring(node, clean=False) or "").count("\n") for node in functions}
    too_long = {node.name: node.end_lineno - node.lineno + 1 - docs[node] for node in functions}
    too_long = {name: lines for name, lines in too_long.items() if lines > MAX_FUNCTION_LINES}
    assert not too_long, f"{path.name}: functions of more than {MAX_FUNCTION_LINES} lines: {too_long}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_library_logs_and_never_prints(path):
    calls = [node for node in ast.walk(parse(path)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert [f"{path.name}:{node.lineno}" for node in calls if node.func.id == "print"] == []
