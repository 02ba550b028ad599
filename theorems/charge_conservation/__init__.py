"""Charge-conserving spiking networks: what their terminal state depends on, and what it does not."""
