"""The search for counterexamples: draw instances, screen them in floats, confirm suspects exactly, shrink what is confirmed."""
