"""Discord's gateway on the stage: one WebSocket per client, sessions that outlive it, and the close codes."""
