"""Discord's door: what comes in from servers and direct messages, and how bulletins look and travel there."""
