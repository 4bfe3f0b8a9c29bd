"""Sound as samples and frames: files, resampling, loudness, mel spectrograms, pitch."""
