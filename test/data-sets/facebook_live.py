#!/usr/bin/env python3
"""Reactions to the posts of nine sellers, without any code of Tidemark (see questions.py).

A post that is listed twice counts once, on the earlier of its dates."""

import datetime
from collections import defaultdict

from questions import main, read

COUNTERS = {"like": "num_reactions", "comment": "num_comments", "share": "num_shares"}


def load(folder):
    posts = {}
    for row in read(f"{folder}/posts.csv.gz"):
        at = datetime.datetime.strptime(row["status_published"], "%m/%d/%Y %H:%M")
        counts = {kind: int(row[column]) for kind, column in COUNTERS.items()}
        known = posts.setdefault(row["status_id"], (at, counts))
        if known[1] != counts:
            raise SystemExit(f"{row['status_id']} has two counts")
        posts[row["status_id"]] = min(known, (at, counts), key=lambda one: one[0])
    rows = defaultdict(list)
    for post, (at, counts) in posts.items():
        rows[at.date()].extend((kind, post.split("_")[0], count) for kind, count in counts.items())
    return rows


def inside(rows, first, last):
    return [one for day, found in rows.items() if first <= day <= last for one in found]


def compute(rows, metric, first, last):
    if metric in ("social_interactions", "interactions"):
        return sum(count for _, _, count in inside(rows, first, last))
    # No post has both parts: neither reach nor impressions nor followers are known
    if metric in ("engagement_rate_by_reach", "engagement_rate_by_impressions"):
        return 0, 0, 100
    if metric == "engagement_rate_by_followers":
        return None, None, 100
    raise SystemExit(metric)


def groups(rows, metric, by, first, last):
    place = {"kind": 0, "account": 1}[by]
    names = sorted({one[place] for one in inside(rows, first, last)})
    only = lambda name: {day: [one for one in found if one[place] == name] for day, found in rows.items()}
    return [(name, only(name)) for name in names]


main(load, compute, groups)
