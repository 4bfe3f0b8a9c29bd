"""For `evaluate.load` by path: mel-cepstral distortion with dynamic time warping, in dB.

The second argument is the sampling rate in Hz.
"""

from transformers_tts_gan.metrics.hf_evaluate import MelCepstralDistortion


__all__ = ["MelCepstralDistortion"]
