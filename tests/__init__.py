"""The proofs: every test says in one sentence the promise it keeps."""
