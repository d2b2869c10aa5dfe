"""What is done to listings and lots: a theme a file, every change of state through `moves.move`."""
