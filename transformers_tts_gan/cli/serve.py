"""Serve speech over HTTP, as OpenAI's clients ask for it, with a page to try it at `/`.

tts-gan serve
tts-gan serve --model outputs/my_voice examples/voices/bilingual --port 8080
TTS_GAN_API_KEY=secret tts-gan serve --host 0.0.0.0 --wyoming
"""

import argparse
import os

from .main import new_parser
from .speak import shipped_voices


WYOMING_PORT = 10_200  # where Home Assistant looks for speech


def parser() -> argparse.ArgumentParser:
    parser = new_parser("serve", __doc__)
    parser.add_argument("--model", nargs="+", help="folders, exported or not, or Hub ids of voices. Default: ours")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at. Default: this machine alone")
    parser.add_argument("--port", type=int, default=8_000, help="of HTTP. Default: 8000")
    parser.add_argument("--api_key", help="that requests must hold. Default: the variable TTS_GAN_API_KEY, or none")
    parser.add_argument("--characters", type=int, default=4_096, help="the longest text. Default: 4096")
    parser.add_argument("--seconds", type=float, default=120.0, help="the longest a request may take. Default: 120")
    parser.add_argument("--requests", type=int, default=32, help="that are spoken or wait at one time. Default: 32")
    parser.add_argument(
        "--wyoming",
        type=int,
        nargs="?",
        const=WYOMING_PORT,
        metavar="PORT",
        help=f"also serve Wyoming, for Home Assistant. Default port: {WYOMING_PORT}",
    )
    return parser


def run(arguments: list[str]) -> None:
    args = parser().parse_args(arguments)
    voices = args.model or shipped_voices()
    if not voices:
        raise ValueError("No voice comes with an installed package: name one or more with `--model`.")
    from ..serving.limits import Limits
    from ..serving.run import serve

    limits = Limits(characters=args.characters, seconds=args.seconds, requests=args.requests)
    address = f"[{args.host}]" if ":" in args.host else args.host
    page = f"http://{address}:{args.port}/"
    print(f"{page} has a page to try the voices once they are loaded; Ctrl+C stops the server.", flush=True)
    serve(voices, args.host, args.port, args.api_key or os.environ.get("TTS_GAN_API_KEY"), limits, args.wyoming)
