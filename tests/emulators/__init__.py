"""Outside services on 127.0.0.1: they speak the real wire formats, and misbehave when told to."""
