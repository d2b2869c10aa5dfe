"""Second-round extension."""
