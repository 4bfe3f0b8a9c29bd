"""Model cards: what a model was made from, how it sounds, and its measured numbers."""
