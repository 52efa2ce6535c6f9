#!/usr/bin/env python3
"""Posts and active members of a community, without any code of Tidemark (see questions.py)."""

import datetime
from collections import defaultdict
from fractions import Fraction

from questions import main, read

KINDS = {"1": "topic", "2": "reply"}


def load(folder):
    rows = defaultdict(list)
    for row in read(f"{folder}/posts.csv.gz"):
        if row["PostTypeId"] in KINDS:
            day = datetime.date.fromisoformat(row["CreationDate"][:10])
            rows[day].append((KINDS[row["PostTypeId"]], row["OwnerUserId"]))
    return rows


def inside(rows, first, last):
    return [one for day, found in rows.items() if first <= day <= last for one in found]


def people(rows, first, last):
    return {who for _, who in inside(rows, first, last) if who}


def compute(rows, metric, first, last):
    if metric in ("community_posts", "interactions"):
        return len(inside(rows, first, last))
    if metric in ("community_active_members", "active_customers"):
        return len(people(rows, first, last))
    if metric == "interactions_per_active_customer":
        return sum(who != "" for _, who in inside(rows, first, last)), len(people(rows, first, last)), 1
    if metric == "stickiness":
        day, daily = first, 0
        while day <= last:
            daily += len(people(rows, day, day))
            day += datetime.timedelta(days=1)
        return Fraction(daily, 28), len(people(rows, first, last)), 100
    raise SystemExit(metric)


def groups(rows, metric, by, first, last):
    found = inside(rows, first, last)
    names = sorted({kind for kind, who in found if who or metric == "community_posts"})
    return [(name, {day: [one for one in ones if one[0] == name] for day, ones in rows.items()}) for name in names]


main(load, compute, groups)
