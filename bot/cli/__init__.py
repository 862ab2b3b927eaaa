"""The `whetstone` command: each command is one use case, and its heavy imports wait until it runs."""
