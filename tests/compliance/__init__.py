"""Asking the law over HTTP, and the data that counties and the State Council set."""
