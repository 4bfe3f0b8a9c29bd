"""Models and the Auto classes, in a file that imports no configuration: whichever comes first loads the others."""

import importlib


def register_models():
    """Let the Auto classes know the models; called by each configuration, by which Auto classes look models up.

    Not on import: Transformers loads its Auto classes while other parts that the models need are half imported.
    """
    for name in ("modeling_tts_gan", "discriminators", "hifigan", "prosody_model"):
        importlib.import_module(f".{name}", __package__)
