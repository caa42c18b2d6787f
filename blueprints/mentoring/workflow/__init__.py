"""The machines of mentoring: proposal, hand-over, request for help."""
