"""What a person wants to know -> an intent, an asset and a span: by rules, else by a model."""
