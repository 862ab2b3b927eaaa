"""Claims with known answers, made by rules from real passages: some say what the passage says, some another thing."""
