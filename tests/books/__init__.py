"""The books beside the account, and the review that is made of them."""
