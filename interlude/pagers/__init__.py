"""Ways to reach a clinician: one file each with a class `Pager`, found by its name."""
