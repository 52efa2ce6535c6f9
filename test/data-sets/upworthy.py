#!/usr/bin/env python3
"""Web traffic of a daily export, without any code of Tidemark (see questions.py). Days without a figure are left out."""

import datetime

from questions import main, read


def number(text):
    return None if text == "N/A" else int(text.replace(",", ""))


def load(folder):
    rows = {}
    for row in read(f"{folder}/daily_users.csv.gz"):
        month, day, year = map(int, row["Day Index"].split("/"))
        names = ("Users", "New Users", "Sessions", "Pageviews")
        rows[datetime.date(2000 + year, month, day)] = [number(row[name]) for name in names]
    return rows


def compute(rows, metric, first, last):
    inside = [row for day, row in rows.items() if first <= day <= last]
    sessions = [row[2] for row in inside if row[2] is not None]
    if metric == "sessions":
        return sum(sessions) if sessions else None
    if metric == "pages_per_session":
        both = [row for row in inside if row[2] is not None and row[3] is not None]
        return sum(row[3] for row in both), sum(row[2] for row in both), 1
    if metric == "new_user_share":
        if first != last:
            return None, None, 100
        return inside[0][1], inside[0][0], 100
    if metric in ("bounce_rate", "average_session_duration"):
        return 0, 0, 100
    raise SystemExit(metric)


def groups(rows, metric, by, first, last):
    return [("web", rows)] if any(first <= day <= last for day in rows) else []


main(load, compute, groups)
