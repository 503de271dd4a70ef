"""The commands of `interlude`, one file a subject."""
