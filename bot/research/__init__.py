"""Bar files, history fetch, sweep runner and study report."""
