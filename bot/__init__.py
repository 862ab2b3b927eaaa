"""The edges: people, network, clock and environment."""
