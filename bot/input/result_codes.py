"""Number the results that are no outcome, for buttons and forms: they travel in a `custom_id`."""

UNCLEAR, VOID, EARLY, WEIGHTS, VALUE = 100, 101, 102, 103, 104
"""Results that are no outcome, as numbers for buttons; below them an outcome's own number."""
