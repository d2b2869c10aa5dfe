"""The verifier against a served log; fixtures of the transparency tests."""

from tests.transparency.conftest import log, witness, witnessed

__all__ = ["log", "witness", "witnessed"]
