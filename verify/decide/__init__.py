"""The trusted kernel: one decision procedure a file, each with the theorem that it rests on."""
