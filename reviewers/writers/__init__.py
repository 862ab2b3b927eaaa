"""Chat models that answer from passages: adapters of the ChatModel port, with their heavy imports kept lazy."""
