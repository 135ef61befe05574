"""What may be said to Livedesk, once for every platform: names, forms, permissions and replies."""
