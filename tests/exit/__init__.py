"""Voluntary paid exit."""
