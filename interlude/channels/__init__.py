"""Ways a patient writes to Interlude: one file each, found by its name when it is switched on."""
