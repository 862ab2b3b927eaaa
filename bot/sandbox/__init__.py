"""A strict stand-in for Slack on this machine: its Web API, its sockets, its people, and a page to click in."""
