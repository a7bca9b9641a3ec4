"""Charts and maps as vectors, told apart by lightness, pattern and shape as well as by colour."""
