"""Slack: the app, its listeners, cards and forms."""
