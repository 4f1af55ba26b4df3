"""The whole bot with a language model beside it: well-behaved, broken, hostile, or silent."""
