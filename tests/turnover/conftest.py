from tests.serving import served, url

__all__ = ["served", "url"]
