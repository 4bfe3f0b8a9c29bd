"""`tts-gan COMMAND`: finds the command, and ends a wrong input with one line and an exit code.

A command is a module of this folder with `parser()`, an `argparse` parser whose description shows an example, and
`run(arguments)`, which takes what stands behind the command's name.
"""

import argparse
import importlib
import os
import sys

from .. import __version__
from ..utils.require import naming_extra


COMMANDS = {
    "speak": "say a text or a document and write sound files",
    "lesson": "make sound files, subtitles and a page of a lesson in Markdown",
    "serve": "answer requests for speech over HTTP, with a page",
    "explain": "show why a text is said the way it is",
    "prepare": "turn a published corpus, or your recordings, into what training reads",
    "distill": "make a corpus of what a pretrained text-to-speech model says",
    "check": "find what should not be trained on in a corpus",
    "train": "train a voice, its vocoder or its prosody by a recipe",
    "evaluate": "measure how well a voice speaks, beside the recordings",
    "export": "write a voice as ONNX, which speaks without torch",
}
# What a command needs beside the core; `speak` and `lesson` need `onnx` instead for a voice that was exported.
EXTRAS = {
    "speak": "torch",
    "lesson": "torch",
    "serve": "serve",
    "prepare": "train",
    "distill": "train,eval",
    "check": "train",
    "train": "train",
    "evaluate": "eval",
    "export": "onnx-export",
}
STOPPED = 128 + 2  # the code of what Ctrl+C has ended


def main(arguments: list[str] | None = None) -> None:
    """Run the command named by the first argument.

    Args:
        arguments: Instead of those of the command line.

    Raises:
        SystemExit: With code 1 and one line for input that cannot be used, with code 2 for a wrong option,
            with code 130 for Ctrl+C.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    own = arguments[: next((i for i, each in enumerate(arguments) if not each.startswith("-")), len(arguments)) + 1]
    options = top_parser().parse_args(own)
    rest = arguments[len(own) :]
    try:
        with naming_extra(f"`tts-gan {options.command}`", EXTRAS.get(options.command)):
            load_command(options.command).run(rest)
    except BrokenPipeError:  # `tts-gan explain ... | head` has read enough
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # so that Python's own flush at the end is quiet
        sys.exit(1)
    except KeyboardInterrupt:
        if options.traceback:
            raise
        print(f"tts-gan {options.command}: stopped.", file=sys.stderr)
        sys.exit(STOPPED)
    except (ValueError, OSError, ImportError) as error:
        if options.traceback:
            raise
        sys.exit(f"tts-gan {options.command}: {one_line(error)}")


def one_line(error: Exception) -> str:
    """What an error says, without line breaks; of a missing file its name."""
    if isinstance(error, FileNotFoundError) and error.filename is not None:
        return f"There is no file `{error.filename}`."
    return " ".join(str(error).split()) or type(error).__name__


def load_command(name: str):
    """The module of a command, imported now."""
    return importlib.import_module(f"{__package__}.{name}")


def top_parser() -> argparse.ArgumentParser:
    """The parser of what stands before a command's own arguments."""
    listed = "\n".join(f"  {name:<10}{about}" for name, about in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="tts-gan",
        usage="tts-gan [--traceback] COMMAND [arguments]",
        description="Text-to-speech: speak, look into the text frontend, train and evaluate.",
        epilog=f"commands:\n{listed}\n\n`tts-gan COMMAND --help` shows an example and all arguments of a command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help="one of those below")
    parser.add_argument("--traceback", action="store_true", help="show where in the code an error came from")
    parser.add_argument("--version", action="version", version=f"transformers_tts_gan {__version__}")
    return parser


def new_parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """A parser for one command; `description` is shown as it is written, so that it can hold examples."""
    return argparse.ArgumentParser(
        prog=f"tts-gan {name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
