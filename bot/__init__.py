"""The imperative shell: asyncio, network, disk, clock."""
