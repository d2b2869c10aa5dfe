"""The demonstration: fictional people and villages' trades, played through the public API. Never in a real installation."""
