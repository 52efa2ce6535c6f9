"""What every independent computation shares: questions in, answers out. Standard library only, Python 3.9 or later.

    python3 <program> <folder of the data set> '[{"metric": …, "from": …, "to": …, "granularity": …, "by": …}, …]'

prints, for each question, the list of its buckets: { from, to, value[, numerator, denominator][, by] }. A bucket is a
day, a week from Monday, a month or the whole range, clipped to the range. Numbers are exact (int or Fraction) until they
are printed: whole numbers as such, all else as the nearest double.
"""

import csv
import datetime
import gzip
import io
import json
import sys
from fractions import Fraction

DAY = datetime.timedelta(days=1)


def read(path):
    """Rows of a .csv.gz file, by header name."""
    with gzip.open(path) as packed:
        return list(csv.DictReader(io.StringIO(packed.read().decode("utf-8-sig"), newline=""), strict=True))


def buckets(first, last, granularity):
    day = first
    while day <= last:
        if granularity == "day":
            end = day
        elif granularity == "week":
            end = day + (6 - day.weekday()) * DAY
        elif granularity == "month":
            end = (day.replace(day=1) + 31 * DAY).replace(day=1) - DAY
        else:
            end = last
        yield day, min(end, last)
        day = end + DAY


def printable(value):
    if value is None:
        return None
    value = Fraction(value)
    return value.numerator if value.denominator == 1 else float(value)


def put(found):
    """A number or None; or (numerator, denominator, per)."""
    if not isinstance(found, tuple):
        return {"value": printable(found)}
    above, below, per = found
    value = None if above is None or not below else Fraction(above) * per / Fraction(below)
    return {"value": printable(value), "numerator": printable(above), "denominator": printable(below)}


def main(load, compute, groups=None):
    """compute(data, metric, first, last) is a number, None or (numerator, denominator, per);
    groups(data, metric, by, first, last) are pairs of a name and the part of the data that belongs to it."""
    folder, asked = sys.argv[1], json.loads(sys.argv[2])
    data = load(folder)
    answers = []
    for question in asked:
        metric, by = question["metric"], question.get("by")
        ends = [datetime.date.fromisoformat(question[name]) for name in ("from", "to")]
        answers.append([])
        for first, last in buckets(*ends, question["granularity"]):
            answer = {"from": str(first), "to": str(last), **put(compute(data, metric, first, last))}
            if by is not None:
                parts = groups(data, metric, by, first, last)
                answer["by"] = {name: put(compute(part, metric, first, last)) for name, part in parts}
            answers[-1].append(answer)
    print(json.dumps(answers))
