"""The homestead, from the application to the register."""
