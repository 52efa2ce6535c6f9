#!/usr/bin/env python3
"""Metrics of the demo, computed from its checked-in data without any code of Tidemark.

    python3 test/acceptance/demo_oracle.py <shop.csv.gz> <weeks> <now> <date> [<date> ...]

prints JSON { date: { "1d": {...}, "7d": {...}, "28d": {...}, "all": {...} } } as the demo knows it at the instant <now>,
its data moved by so many weeks. A window is the days that end with the date, which is included; a day is New York's.
Standard library only (Python 3.9 or later, with a time zone database). Money is in cents.

orders              rows of kind order; one that was moved into the hour that clocks skip counts on the same day
revenue             sum of their cents
average_order_value revenue / orders
customers           households whose first order lies on the date or before: the contacts of the CRM
interactions        orders and redemptions: those of the shop
active_customers    households with an interaction
repeat_purchase_rate households with orders on two or more days / households with orders, x 100
"""

import csv
import datetime
import gzip
import io
import json
import sys
import zoneinfo
from collections import defaultdict
from fractions import Fraction

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
WINDOWS = {"1d": 1, "7d": 7, "28d": 28, "all": None}


def plain(value):
    """A whole number as such, anything else as the nearest double."""
    return value.numerator if value.denominator == 1 else float(value)


def ratio(numerator, denominator, per=1):
    value = None if denominator == 0 else plain(Fraction(numerator) * per / denominator)
    return {"value": value, "numerator": numerator, "denominator": denominator}


def read(path, weeks, now):
    """Rows that have happened by now, as (kind, household, day, cents)."""
    wall = now.astimezone(NEW_YORK).replace(tzinfo=None)
    with gzip.open(path) as packed:
        lines = list(csv.DictReader(io.StringIO(packed.read().decode("utf-8"), newline="")))
    for line in lines:
        moved = datetime.datetime.fromisoformat(line["at"]) + datetime.timedelta(weeks=weeks)
        # A redemption has only its day, and is known from its beginning on.
        if moved <= wall:
            yield line["kind"], line["household"], moved.date(), int(line["cents"] or 0)


def window(rows, first_orders, last, days):
    first = datetime.date.min if days is None else last - datetime.timedelta(days=days - 1)
    inside = [row for row in rows if first <= row[2] <= last]
    orders = [row for row in inside if row[0] == "order"]
    customers = sum(day <= last for day in first_orders.values())
    revenue = sum(cents for _, _, _, cents in orders)
    days_of = defaultdict(set)
    for _, household, day, _ in orders:
        days_of[household].add(day)
    return {
        "orders": {"value": len(orders)},
        "revenue": {"value": revenue},
        "average_order_value": ratio(revenue, len(orders)),
        "customers": {"value": customers},
        "interactions": {"value": len(inside)},
        "active_customers": {"value": len({household for _, household, _, _ in inside})},
        "repeat_purchase_rate": ratio(sum(len(d) >= 2 for d in days_of.values()), len(days_of), 100),
    }


def main():
    if len(sys.argv) < 5:
        raise SystemExit(__doc__)
    path, weeks, now, *dates = sys.argv[1:]
    rows = list(read(path, int(weeks), datetime.datetime.fromisoformat(now.replace("Z", "+00:00"))))
    first_orders = {}
    for kind, household, day, _ in rows:
        if kind == "order":
            first_orders[household] = min(day, first_orders.get(household, day))
    answer = {
        text: {name: window(rows, first_orders, datetime.date.fromisoformat(text), days) for name, days in WINDOWS.items()}
        for text in dates
    }
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
