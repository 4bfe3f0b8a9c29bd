"""Write a voice as ONNX: a folder that speaks with onnxruntime and numpy, without torch.

tts-gan export examples/voices/bilingual outputs/en_onnx
tts-gan export outputs/my_voice outputs/my_voice_int8 --precision int8
tts-gan export outputs/my_voice outputs/my_voice_small --precision int8 --no_text_encoder
"""

import argparse
from pathlib import Path

from .main import new_parser


def parser() -> argparse.ArgumentParser:
    parser = new_parser("export", __doc__)
    parser.add_argument("voice", help="folder or Hub id of a voice")
    parser.add_argument("folder", type=Path, help="folder to write; it is made where it does not exist")
    parser.add_argument(
        "--precision",
        choices=("fp32", "int8"),
        default="fp32",
        help="`int8`: matrices of 8 bit integers, a third of the size and about twice as fast. Default: fp32",
    )
    parser.add_argument("--no_text_encoder", action="store_true", help="leave it out: speak from the phones alone")
    return parser


def run(arguments: list[str]) -> None:
    args = parser().parse_args(arguments)
    from ..inference.onnx import export_onnx
    from ..inference.onnx_difference import measure_difference
    from ..models.modeling_tts_gan import TTSGanModel
    from ..models.processing_tts_gan import TTSGanProcessor
    from ..models.sources import check_source
    from ..text import languages

    check_source(args.voice)
    try:
        model = TTSGanModel.from_pretrained(args.voice).eval()
        processor = TTSGanProcessor.from_pretrained(args.voice)
    except OSError as error:
        raise ValueError(f"The voice `{args.voice}` cannot be loaded: {error}") from error
    folder = export_onnx(model, processor, args.folder, args.precision, not args.no_text_encoder)
    text = languages.find(processor.languages[0]).sample or "Good morning."
    found = measure_difference(model, processor, folder, text)
    megabytes = sum(file.stat().st_size for file in folder.iterdir() if file.is_file()) / 1e6
    print(f"size        {megabytes:.1f} MB, {args.precision}")
    changed = f"{found.durations} of {found.phones} phones last another number of frames than in torch"
    print(f"durations   {changed}{f', at most {found.duration_frames} more or fewer' if found.durations else ''}")
    print(
        f"F0          {found.f0_hz:.2g} Hz apart in the middle, 95 % of voiced frames within {found.most_f0_hz:.2g} Hz"
    )
    print(f"voicing     {found.voicing:.2%} of the frames are voiced in one of the two alone")
    print(f"spectrum    {found.spectrum_db:.2g} dB apart in the middle, 95 % within {found.most_spectrum_db:.2g} dB")
    if args.precision == "fp32":  # small differences of F0 add up to other phases, which nobody hears
        print(f"waveform    {found.waveform:.2g} apart at most, of {found.peak:.2g}; {found.share:.2g} of its power")
    if not args.no_text_encoder and model.text_encoder is not None:
        print("It has a text encoder, and needs `pip install tokenizers` to speak without torch.")
    print(folder.resolve())
