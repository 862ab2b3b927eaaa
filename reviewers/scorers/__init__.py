"""Machine reviewers: adapters around models, with their heavy imports kept lazy."""
