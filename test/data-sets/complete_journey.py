#!/usr/bin/env python3
"""A shop's households, baskets and coupons, without any code of Tidemark (see questions.py)."""

import bisect
import datetime
import zoneinfo
from collections import defaultdict
from decimal import Decimal

from questions import DAY, main, read

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
INACTIVE = 28 * DAY
KNOWN_SINCE = datetime.date(2016, 12, 31)


class Basket:
    def __init__(self, row):
        utc = datetime.datetime.fromisoformat(row["transaction_timestamp"].replace("Z", "+00:00"))
        self.day = utc.astimezone(NEW_YORK).date()
        self.household = row["household_id"]
        self.cents = 0


class Shop:
    def __init__(self, baskets, coupons, incomes):
        self.baskets = baskets
        self.coupons = coupons
        self.incomes = incomes
        days = defaultdict(set)
        for one in baskets:
            days[one.household].add(one.day)
        for day, household in coupons:
            days[household].add(day)
        self.days = {household: sorted(found) for household, found in days.items()}


def load(folder):
    baskets = {}
    for row in read(f"{folder}/transactions_sample.csv.gz"):
        basket = baskets.get(row["basket_id"]) or Basket(row)
        baskets[row["basket_id"]] = basket
        basket.cents += int(Decimal(row["sales_value"]) * 100)
    coupons = [
        (datetime.date.fromisoformat(row["redemption_date"]), row["household_id"])
        for row in read(f"{folder}/coupon_redemptions.csv.gz")
    ]
    incomes = {row["household_id"]: row["income"] or "unknown" for row in read(f"{folder}/households.csv.gz")}
    return Shop(list(baskets.values()), coupons, incomes)


def active(shop, first, last):
    """Households that did something from the first to the last day, both included."""
    found = set()
    for household, days in shop.days.items():
        place = bisect.bisect_left(days, first)
        if place < len(days) and days[place] <= last:
            found.add(household)
    return found


def compute(shop, metric, first, last):
    baskets = [one for one in shop.baskets if first <= one.day <= last]
    known = shop.incomes.keys()
    cents = sum(one.cents for one in baskets)
    acts = len(baskets) + sum(first <= day <= last for day, _ in shop.coupons)
    days, counts = defaultdict(set), defaultdict(int)
    for one in baskets:
        days[one.household].add(one.day)
        counts[one.household] += 1
    if metric == "customers":
        return len(known)
    if metric == "orders":
        return len(baskets)
    if metric == "revenue":
        return cents
    if metric == "average_order_value":
        return cents, len(baskets), 1
    if metric == "interactions":
        return acts
    if metric == "active_customers":
        return len(active(shop, first, last))
    if metric == "active_customer_share":
        return len(active(shop, first, last) & known), len(known), 100
    if metric == "customer_interaction_rate":
        return acts, len(known), 100
    if metric == "interactions_per_active_customer":
        return acts, len(active(shop, first, last)), 1
    if metric == "repeat_purchase_rate":
        return sum(len(found) >= 2 for found in days.values()), len(days), 100
    if metric == "purchase_frequency":
        return len(baskets), len(counts), 1
    if metric == "tenure_mean":
        return (last - KNOWN_SINCE).days * len(known), len(known), 1
    if metric in ("churn_rate", "retention_rate", "churned_customers"):
        present = active(shop, last - INACTIVE + DAY, last)
        cohort = active(shop, first - INACTIVE, first - DAY)
        if metric == "churn_rate":
            return len(cohort - present), len(cohort), 100
        if metric == "retention_rate":
            return len(cohort & present), len(cohort), 100
        # Lost within: the last of its days is four weeks back on a day of the range
        return len(active(shop, first - INACTIVE, last - INACTIVE) - present)
    raise SystemExit(metric)


def groups(shop, metric, by, first, last):
    if by == "segment":
        known = shop.incomes
        only = lambda name: {one: income for one, income in known.items() if income == name}
        return [(name, Shop(shop.baskets, shop.coupons, only(name))) for name in sorted(set(known.values()))]
    parts = {"commerce": Shop(shop.baskets, [], shop.incomes), "in_person": Shop([], shop.coupons, shop.incomes)}
    return [(name, parts[name]) for name in sorted(parts) if active(parts[name], first, last)]


main(load, compute, groups)
