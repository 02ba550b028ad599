"""Spiking networks: exact semantics, exploration and random timings."""
