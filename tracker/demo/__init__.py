"""The sample city: invented units and people, a plan of its own, and months of work on it, dated from today.

Loaded through the same services as everything else, with the time of each act as an argument, so that every record,
event and message is what a real city would have.
"""
