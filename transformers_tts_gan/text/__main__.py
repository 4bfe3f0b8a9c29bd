"""`python -m transformers_tts_gan.text "text"` shows why a text is said the way it is."""

from .explain import main


if __name__ == "__main__":
    main()
