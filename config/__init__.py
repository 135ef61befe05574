"""What differs between two installations: settings, read once."""
