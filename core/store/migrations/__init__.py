"""How a store of an older Livedesk becomes one of ours. Files are named `NNNN_reason.py` and never change."""
