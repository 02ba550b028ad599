"""Critical points of neural networks: embedding, reduction and lifting."""
