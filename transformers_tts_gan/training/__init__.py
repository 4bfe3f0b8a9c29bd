"""The trainer: generator and discriminator steps, schedules, checkpoints, monitoring."""
