"""What the parties, the centre and time do under a signed contract."""
