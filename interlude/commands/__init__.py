"""The commands of `interlude`, one file a subject; each has `add_to(parser)` and functions to run."""
