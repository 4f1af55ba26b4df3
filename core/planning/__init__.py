"""What to do about it: bands, destination, costs, orders, benefit, guards."""
