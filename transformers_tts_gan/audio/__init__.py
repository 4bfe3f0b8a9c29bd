"""Sound as samples and frames: reading and writing files, resampling, mel spectrograms, pitch."""
