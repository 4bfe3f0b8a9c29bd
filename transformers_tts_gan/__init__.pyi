"""The public names and where they come from. `__init__.py` imports each when it is first used."""

from .audio.resample import (
    resample as resample,
)
from .cards.evaluation_section import (
    add_evaluation_to_card as add_evaluation_to_card,
)
from .data.collator import (
    SpeechCollator as SpeechCollator,
)
from .data.distill.arguments import (
    DistillArguments as DistillArguments,
)
from .data.distill.run import (
    distill as distill,
)
from .data.load import (
    load_speech as load_speech,
)
from .data.prepare import (
    PrepareSpeech as PrepareSpeech,
)
from .data.prepare import (
    prepare_speech as prepare_speech,
)
from .data.prosody import (
    recorded_prosody as recorded_prosody,
)
from .data.samplers import (
    LengthBucketSampler as LengthBucketSampler,
)
from .evaluation.ablation import (
    AblationArguments as AblationArguments,
)
from .evaluation.ablation import (
    run_ablation as run_ablation,
)
from .evaluation.arguments import (
    EvaluationArguments as EvaluationArguments,
)
from .evaluation.evaluate import (
    evaluate_voice as evaluate_voice,
)
from .evaluation.html_report import (
    write_page as write_page,
)
from .evaluation.prosody import (
    evaluate_prosody as evaluate_prosody,
)
from .evaluation.prosody_page import (
    write_prosody_page as write_prosody_page,
)
from .evaluation.report import (
    VoiceReport as VoiceReport,
)
from .evaluation.run import (
    run_evaluation as run_evaluation,
)
from .inference.onnx import (
    export_onnx as export_onnx,
)
from .inference.onnx_voice import (
    OnnxVoice as OnnxVoice,
)
from .inference.pipeline import (
    TTSGanPipeline as TTSGanPipeline,
)
from .inference.streaming import (
    SpeechChunk as SpeechChunk,
)
from .inference.subtitles import (
    write_subtitles as write_subtitles,
)
from .inference.times import (
    TimedWord as TimedWord,
)
from .metrics.asr import (
    load_recognizer as load_recognizer,
)
from .metrics.mos import (
    DnsmosPredictor as DnsmosPredictor,
)
from .metrics.mos import (
    MosPredictor as MosPredictor,
)
from .metrics.speaker import (
    SpeakerEncoder as SpeakerEncoder,
)
from .metrics.speech import (
    MelDistance as MelDistance,
)
from .metrics.speech import (
    WordErrors as WordErrors,
)
from .models.configuration_hifigan import (
    HifiGanVocoderConfig as HifiGanVocoderConfig,
)
from .models.configuration_prosody import (
    TTSGanProsodyConfig as TTSGanProsodyConfig,
)
from .models.configuration_tts_gan import (
    TTSGanConfig as TTSGanConfig,
)
from .models.configuration_tts_gan import (
    TTSGanDiscriminatorConfig as TTSGanDiscriminatorConfig,
)
from .models.configuration_tts_gan import (
    TTSGanVocoderConfig as TTSGanVocoderConfig,
)
from .models.discriminators import (
    TTSGanDiscriminator as TTSGanDiscriminator,
)
from .models.hifigan import (
    HifiGanVocoder as HifiGanVocoder,
)
from .models.modeling_tts_gan import (
    TTSGanModel as TTSGanModel,
)
from .models.outputs import (
    TTSGanOutput as TTSGanOutput,
)
from .models.outputs import (
    TTSGanVocoderOutput as TTSGanVocoderOutput,
)
from .models.processing_tts_gan import (
    TTSGanProcessor as TTSGanProcessor,
)
from .models.prosody import (
    ProsodyControls as ProsodyControls,
)
from .models.prosody_model import (
    TTSGanProsodyModel as TTSGanProsodyModel,
)
from .models.prosody_model import (
    TTSGanProsodyOutput as TTSGanProsodyOutput,
)
from .models.tokenization_tts_gan import (
    load_text_tokenizer as load_text_tokenizer,
)
from .models.tokenization_tts_gan import (
    phone_tokenizer as phone_tokenizer,
)
from .models.transfer import (
    TransferReport as TransferReport,
)
from .models.transfer import (
    resize_embedding_tables as resize_embedding_tables,
)
from .models.vits.new import (
    new_vits as new_vits,
)
from .models.vits.processor import (
    VitsProcessor as VitsProcessor,
)
from .models.vits.spectrogram import (
    VitsFrames as VitsFrames,
)
from .models.vocoder import (
    TTSGanVocoder as TTSGanVocoder,
)
from .training.arguments import (
    TTSGanTrainingArguments as TTSGanTrainingArguments,
)
from .training.arguments import (
    parse_arguments as parse_arguments,
)
from .training.build import (
    build_tts_trainer as build_tts_trainer,
)
from .training.build import (
    build_vocoder_trainer as build_vocoder_trainer,
)
from .training.build import (
    save_trained as save_trained,
)
from .training.prosody import (
    ProsodyArguments as ProsodyArguments,
)
from .training.prosody import (
    build_prosody_trainer as build_prosody_trainer,
)
from .training.prosody import (
    train_prosody as train_prosody,
)
from .training.prosody_ablation import (
    ProsodyAblationArguments as ProsodyAblationArguments,
)
from .training.prosody_ablation import (
    run_prosody_ablation as run_prosody_ablation,
)
from .training.recipe import (
    DataArguments as DataArguments,
)
from .training.recipe import (
    ModelArguments as ModelArguments,
)
from .training.recipe import (
    VocoderArguments as VocoderArguments,
)
from .training.shrink import (
    shrink_model as shrink_model,
)
from .training.trainer import (
    TTSGanTrainer as TTSGanTrainer,
)
