"""Code that reads what a model wrote before a person does, and lets no claim through unproved."""
