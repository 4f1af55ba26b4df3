"""The trading floor of ``tests.live_orders``, for tests that ask for more than orders."""

from tests.live_orders.conftest import desk, fresh, shared

__all__ = ["desk", "fresh", "shared"]
