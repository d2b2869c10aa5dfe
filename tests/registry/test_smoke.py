from app.registry.actions import load_regions
from sqlalchemy import text
def test_up(tx):
    assert load_regions(tx) == 2618
    assert load_regions(tx) == 0
