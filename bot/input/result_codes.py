"""Number the results that are no outcome: forms and sent buttons carry these numbers in a `custom_id`."""

from enum import IntEnum


class ResultCode(IntEnum):
    """A result that is no outcome. Lower numbers are the claim's outcomes by place."""

    UNCLEAR = 100
    VOID = 101
    EARLY = 102
    WEIGHTS = 103
    VALUE = 104
