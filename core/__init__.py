"""The newsroom: what is said, to whom, when and how often. It knows no chat platform and speaks no HTTP."""
