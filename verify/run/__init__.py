"""Finding theorem modules, running their checks in worker processes, and putting the results together."""
