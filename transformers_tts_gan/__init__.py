"""Text-to-speech that trains inside Transformers: a pretrained text encoder, an acoustic model and a GAN vocoder."""

from .batching import LengthBucketSampler, PrepareSpeech, SpeechCollator, prepare_speech
from .configuration_tts_gan import TTSGanConfig, TTSGanDiscriminatorConfig, TTSGanVocoderConfig
from .data import load_speech
from .discriminators import TTSGanDiscriminator
from .modeling_tts_gan import TTSGanModel, TTSGanOutput
from .processing_tts_gan import TTSGanProcessor, phone_tokenizer
from .trainer import TTSGanTrainer
from .training_args import TTSGanTrainingArguments, parse_arguments
from .vocoder import TTSGanVocoder


__version__ = "0.1.0"
