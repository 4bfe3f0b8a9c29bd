"""Text-to-speech that trains inside Transformers: a pretrained text encoder, an acoustic model and a GAN vocoder."""

from .requirements_check import check_torch_pair  # noqa: F401  (before `transformers` is imported)


# isort: split
from .batching import LengthBucketSampler, PrepareSpeech, SpeechCollator, prepare_speech
from .configuration_tts_gan import TTSGanConfig, TTSGanDiscriminatorConfig, TTSGanVocoderConfig
from .data import load_speech
from .discriminators import TTSGanDiscriminator
from .evaluation import VoiceReport, evaluate_voice
from .hub import register_auto_classes
from .modeling_tts_gan import TTSGanModel, TTSGanOutput
from .pipeline import TTSGanPipeline
from .predictors import DnsmosPredictor, MosPredictor, SpeakerEncoder
from .processing_tts_gan import TTSGanProcessor, load_text_tokenizer, phone_tokenizer
from .recognition import load_recognizer
from .report_page import write_page
from .speech_metrics import MelDistance, WordErrors
from .trainer import TTSGanTrainer
from .training_args import TTSGanTrainingArguments, parse_arguments
from .transfer import TransferReport, grow_voice
from .vocoder import TTSGanVocoder, TTSGanVocoderOutput


__all__ = [
    "DnsmosPredictor",
    "LengthBucketSampler",
    "MelDistance",
    "MosPredictor",
    "PrepareSpeech",
    "SpeakerEncoder",
    "SpeechCollator",
    "TTSGanConfig",
    "TTSGanDiscriminator",
    "TTSGanDiscriminatorConfig",
    "TTSGanModel",
    "TTSGanOutput",
    "TTSGanPipeline",
    "TTSGanProcessor",
    "TTSGanTrainer",
    "TTSGanTrainingArguments",
    "TTSGanVocoder",
    "TTSGanVocoderConfig",
    "TTSGanVocoderOutput",
    "TransferReport",
    "VoiceReport",
    "WordErrors",
    "evaluate_voice",
    "grow_voice",
    "load_recognizer",
    "load_speech",
    "load_text_tokenizer",
    "parse_arguments",
    "phone_tokenizer",
    "prepare_speech",
    "write_page",
]
__version__ = "0.1.0"
register_auto_classes()
