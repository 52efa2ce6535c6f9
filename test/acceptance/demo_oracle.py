#!/usr/bin/env python3
"""Metrics of the demo, computed from its checked-in data without any code of Tidemark.

    python3 test/acceptance/demo_oracle.py <data folder> <weeks> <first day> <start>[,<start> ...] <date> [<date> ...]

prints JSON { date: { "1d": {...}, "7d": {...}, "28d": {...}, "all": {...} } } as the demo knows it at the last of those
instants, its data moved by so many weeks, after it was started at each of them: at a full hour of the morning in New York,
of days in a row. The first start collected from the first day on. A window is the days that end with the date, which is
included; a day is New York's. Standard library only (Python 3.9 or later, with a time zone database). Money is in cents.

orders              rows of kind order; one that was moved into the hour that clocks skip counts on the same day
revenue             sum of their cents
average_order_value revenue / orders
customers           households whose first order lies on the date or before: the contacts of the CRM
interactions        by source, as sandbox/demo/README.md says they are played
sessions            of Google Analytics, its own total; by them engaged_session_rate, pages_per_session and average_session_duration
followers           of all accounts, on days of which all of them were read
active_customers    households, and authors of comments and mentions, with an interaction
repeat_purchase_rate households with orders on two or more days / households with orders, x 100
"""

import csv
import datetime
import gzip
import io
import json
import math
import os
import sys
import zoneinfo
from collections import defaultdict
from fractions import Fraction

UTC = datetime.timezone.utc
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
PACIFIC = zoneinfo.ZoneInfo("America/Los_Angeles")
WINDOWS = {"1d": 1, "7d": 7, "28d": 28, "all": None}
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)

CHANNEL_GROUPS = [0.31, 0.22, 0.17, 0.11, 0.09, 0.07, 0.03]
SIGN_UPS = 0.02
# Of the website's views: likes, comments, shares, clicks; new followers, organic and paid; clicks on buttons.
LINKEDIN = [0.006, 0.0008, 0.001, 0.008, 0.0012, 0.0003, 0.0009]
# Likes, comments, shares; new subscribers.
YOUTUBE = [0.012, 0.0015, 0.0025, 0.003]


def plain(value):
    """A whole number as such, anything else as the nearest double."""
    return value.numerator if value.denominator == 1 else float(value)


def ratio(numerator, denominator, per=1):
    value = None if denominator == 0 else plain(Fraction(numerator) * per / denominator)
    return {"value": value, "numerator": numerator, "denominator": denominator}


def rounded(value):
    """Halves go up, as JavaScript has it."""
    return math.floor(value + 0.5)


def lines(folder, name):
    with gzip.open(os.path.join(folder, name)) as packed:
        return list(csv.DictReader(io.StringIO(packed.read().decode("utf-8"), newline="")))


def read_shop(folder, weeks, now):
    """Rows that have happened by now, as (kind, household, day, cents)."""
    wall = now.astimezone(NEW_YORK).replace(tzinfo=None)
    for line in lines(folder, "shop.csv.gz"):
        moved = datetime.datetime.fromisoformat(line["at"]) + datetime.timedelta(weeks=weeks)
        # A redemption has only its day, and is known from its beginning on.
        if moved <= wall:
            yield line["kind"], line["household"], moved.date(), int(line["cents"] or 0)


def read_web(folder, weeks):
    """Sessions, views, engaged sessions and seconds by day: a thousandth of the real ones."""
    rows = lines(folder, "web.csv.gz")
    last = datetime.date.fromisoformat(rows[-1]["day"])
    until = datetime.date(2017, 12, 31) + datetime.timedelta(weeks=weeks)
    moved = (until - last).days // 7 * 7 * DAY
    days = {}
    for row in rows:
        sessions = rounded(int(row["sessions"]) / 1000)
        engaged = rounded(sessions * (1 - float(row["bounce"]) / 100))
        views = rounded(int(row["views"]) / 1000)
        days[datetime.date.fromisoformat(row["day"]) + moved] = (sessions, views, engaged, sessions * int(row["seconds"]))
    return days


def read_posts(folder, weeks):
    """Posts as (created, reactions, comments, shares), oldest first."""
    for row in lines(folder, "posts.csv.gz"):
        wall = datetime.datetime.fromisoformat(row["at"]) + datetime.timedelta(weeks=weeks)
        created = wall.replace(tzinfo=NEW_YORK).astimezone(UTC)
        yield created, int(row["reactions"]), int(row["comments"]), int(row["shares"])


def day_in(zone, instant):
    return instant.astimezone(zone).date()


def counter_changes(posts, kept, followed, starts):
    """
    (day, change) of lifetime counters: what `kept` says of a post's growth so far, read at each start for the day before.
    Posts of so many days before that day's end are read; which end, and whether later posts are, `followed` says.
    """
    days, zone, is_later_read = followed
    before = {}
    previous = None
    for start in starts:
        today = day_in(NEW_YORK, start) - DAY
        end = datetime.datetime.combine(today + DAY, datetime.time(), zone)
        # Elapsed, not on the wall.
        since = end.astimezone(UTC) - days * DAY
        now = {}
        for number, (created, *counters) in enumerate(posts):
            if not since <= created <= start or (created >= end and not is_later_read):
                continue
            # The starts are on the hour, at which counters grow.
            share = 1 - 2 ** (-((start - created) / DAY))
            now[number] = kept(lambda total: math.floor(total * share), *counters)
            is_new = day_in(NEW_YORK, created) >= (previous or today)
            yield today, now[number] - before.get(number, 0 if is_new else now[number])
        before.update(now)
        previous = today


def acts(web, posts, first, starts):
    """What was done outside of the shop, as (source, day, count, person)."""
    now = starts[-1]
    yesterday = day_in(NEW_YORK, now) - DAY
    days = [first + n * DAY for n in range((yesterday - first).days + 1)]

    for day in days:
        sessions, views, *_ = web[day]
        visits = sum(rounded(sessions * share) for share in CHANNEL_GROUPS)
        sign_ups = sum(rounded(sessions * SIGN_UPS * share) for share in CHANNEL_GROUPS)
        yield "ga4", day, visits + sign_ups, None
        # Both tell of a day two days after its end: the one in UTC, the other in California.
        if day <= day_in(UTC, now) - 3 * DAY:
            yield "linkedin", day, sum(rounded(views * share) for share in LINKEDIN), None
        if day <= day_in(PACIFIC, now) - 3 * DAY:
            yield "youtube", day, sum(rounded(views * share) for share in YOUTUBE), None

    shown = {"facebook": posts, "instagram": posts[::2], "x": posts[::3]}
    shares = {"facebook": [25, 60], "instagram": [30, 70, 50, 90]}
    for source, parts in shares.items():
        reactions = defaultdict(int)
        for created, count, *_ in shown[source]:
            reactions[day_in(PACIFIC, created)] += count
        for day in days:
            yield source, day, sum(rounded(reactions[day] / part) for part in parts), None

    kept = {
        "facebook": lambda of, likes, comments, shares: of(likes) + of(comments) + of(shares) + of(120 + likes * 40) // 90,
        "instagram": lambda of, likes, comments, shares: of(likes / 2) + of(shares / 2) + of(likes / 20),
        "x": lambda of, likes, comments, shares: of(likes / 3) + of(shares / 2) + of(shares / 10) + of(likes / 40),
    }
    followed = {"facebook": (28, PACIFIC, True), "instagram": (28, PACIFIC, True), "x": (30, NEW_YORK, False)}
    for source in kept:
        for day, change in counter_changes(shown[source], kept[source], followed[source], starts):
            yield source, day, change, None

    for number, (created, _, comments, _) in enumerate(shown["instagram"]):
        for i in range(math.ceil(comments / 10)):
            at = created + (i + 1) * HOUR
            if first <= day_in(PACIFIC, at) <= yesterday:
                yield "instagram", day_in(NEW_YORK, at), 1, f"instagram {(number * 7 + i * 13) % 400}"
    for number, (created, _, comments, _) in enumerate(shown["x"]):
        for i in range(min(60, comments // 5)):
            day = day_in(NEW_YORK, created + (i + 1) * HOUR)
            if first <= day <= yesterday:
                yield "x", day, 1, f"x {(number * 11 + i * 17) % 140}"


def followers(web, posts, start):
    """Of all accounts, for the day before a start."""
    yesterday = day_in(NEW_YORK, start) - DAY

    def grown(at_first, part, shown, zone, until):
        reactions = defaultdict(int)
        for created, count, *_ in shown:
            reactions[day_in(zone, created)] += count
        return at_first + sum(rounded(count / part) for day, count in reactions.items() if day <= until)

    # By single posts, not by days.
    x = 1900 + sum(rounded(count / 45) for created, count, *_ in posts[::3] if day_in(UTC, created) < day_in(UTC, start))
    def views(today):
        return (of[1] for day, of in web.items() if day <= today)

    linkedin = 1900 + sum(rounded(of * 0.0012) + rounded(of * 0.0003) for of in views(day_in(UTC, start)))
    youtube = 4000 + sum(rounded(of * 0.003) - rounded(of * 0.001) for of in views(day_in(PACIFIC, start)))
    # Only told to three figures.
    step = 10 ** max(0, len(str(youtube)) - 3)
    facebook = grown(4200, 25, posts, PACIFIC, yesterday)
    instagram = grown(2600, 30, posts[::2], PACIFIC, day_in(PACIFIC, start) - DAY)
    return facebook + instagram + x + linkedin + youtube // step * step


def visits(web, first_collected, last, first):
    """Metrics of the website over the days that were collected."""
    days = [of for day, of in web.items() if max(first, first_collected) <= day <= last]
    sessions, views, engaged, seconds = (sum(column) for column in zip(*days))
    return {
        "sessions": {"value": sessions},
        "engaged_session_rate": ratio(engaged, sessions, 100),
        "pages_per_session": ratio(views, sessions),
        "average_session_duration": ratio(seconds, sessions),
    }


def window(rows, outside, first_orders, last, first):
    inside = [row for row in rows if first <= row[2] <= last]
    done = [act for act in outside if first <= act[1] <= last]
    orders = [row for row in inside if row[0] == "order"]
    customers = sum(day <= last for day in first_orders.values())
    revenue = sum(cents for _, _, _, cents in orders)
    days_of = defaultdict(set)
    for _, household, day, _ in orders:
        days_of[household].add(day)
    by_source = {"shop": len(inside)}
    for source, _, count, _ in done:
        by_source[source] = by_source.get(source, 0) + count
    active = {household for _, household, _, _ in inside} | {person for *_, person in done if person}
    return {
        "orders": {"value": len(orders)},
        "revenue": {"value": revenue},
        "average_order_value": ratio(revenue, len(orders)),
        "customers": {"value": customers},
        "interactions": {
            "value": sum(by_source.values()),
            "by": {"source": {source: {"value": count} for source, count in by_source.items()}},
        },
        "active_customers": {"value": len(active)},
        "repeat_purchase_rate": ratio(sum(len(d) >= 2 for d in days_of.values()), len(days_of), 100),
    }


def main():
    if len(sys.argv) < 6:
        raise SystemExit(__doc__)
    folder, weeks, first, starts, *dates = sys.argv[1:]
    starts = [datetime.datetime.fromisoformat(start.replace("Z", "+00:00")) for start in starts.split(",")]
    collected = datetime.date.fromisoformat(first)
    rows = list(read_shop(folder, int(weeks), starts[-1]))
    web = read_web(folder, int(weeks))
    posts = list(read_posts(folder, int(weeks)))
    outside = list(acts(web, posts, collected, starts))
    levels = {day_in(NEW_YORK, start) - DAY: {"followers": {"value": followers(web, posts, start)}} for start in starts}
    first_orders = {}
    for kind, household, day, _ in rows:
        if kind == "order":
            first_orders[household] = min(day, first_orders.get(household, day))
    answer = {}
    for text in dates:
        last = datetime.date.fromisoformat(text)
        answer[text] = {}
        for name, days in WINDOWS.items():
            start = datetime.date.min if days is None else last - (days - 1) * DAY
            answer[text][name] = {
                **window(rows, outside, first_orders, last, start),
                **visits(web, collected, last, start),
                **levels.get(last, {}),
            }
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
