"""The library: one module per result, discovered by the engine."""
