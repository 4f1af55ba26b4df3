"""Questions about the world around a run, each answered once: for the start and for the doctor."""
