"""Hold the patterns by which typed dates are read: lower case, ASCII only, single spaces."""

import re

from dateutil.relativedelta import relativedelta

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


UNITS = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "year": relativedelta(years=1),
}


COUNTS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "ten": 10,
    "twelve": 12,
}


# Text is matched in lower case, ASCII only, with single spaces.
LEAD = re.compile(
    r"(on or before|no later than|not later than|by|before|until|till|within|during|in|on) +(?:the +(?=end))?"
)


END = re.compile(r"(?:the )?end of (?:the )?(.+)")


MONTH = (
    "(?P<month>"
    + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS).replace("sep(", "sept?(")
    + ")\\.?"
)


YEAR = "(?P<year>[0-9]{4})"


_DAY = "(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"


DATES = [
    re.compile(f"{YEAR}[-/](?P<month>[0-9]{{1,2}})[-/](?P<day>[0-9]{{1,2}})"),
    re.compile(f"{_DAY}(?: of)? {MONTH},? {YEAR}"),
    re.compile(f"{MONTH} {_DAY},? {YEAR}"),
]


NUMBERS = re.compile(f"(?P<first>[0-9]{{1,2}})([./-])(?P<second>[0-9]{{1,2}})\\2{YEAR}")


TIME = re.compile(
    r"(?P<day>.*?[^ ,])(?:,? at |t|, | )(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?)?"
    r" ?(?P<half>am|pm)? ?(?P<offset>z|utc|gmt|(?:utc|gmt)?[+-][0-9]{1,2}(?::?[0-9]{2})?)?"
)


SPAN = re.compile(r"([0-9]{1,4}|[a-z]+) (minute|hour|day|week|month|year)s?(?: from now)?")


QUARTERS = [
    re.compile(f"q(?P<quarter>[1-4])(?: {YEAR})?"),
    re.compile(f"{YEAR}[ -]?q(?P<quarter>[1-4])"),
]


MONTHS_OF = [
    re.compile(f"{MONTH}(?:,? {YEAR})?"),
    re.compile(f"{YEAR}-(?P<month>0[1-9]|1[0-2])"),
    re.compile(f"(?P<month>0?[1-9]|1[0-2])/{YEAR}"),
]


MIDDLE = re.compile(f"(?:mid[ -]|(?:the )?middle of ){YEAR}")


SHOWN = re.compile(r"<t:([0-9]{1,11})(?::[a-z])?>")
"""Discord's own timestamp, as Crux shows every moment, in lower case."""
