"""Distillation: what a pretrained TTS says becomes a corpus, and what was not understood is left out of it."""
