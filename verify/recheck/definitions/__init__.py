"""What the symbols of statements are: each function that they may name, defined naively, a file for each subject."""
