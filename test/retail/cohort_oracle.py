#!/usr/bin/env python3
"""Purchase cohorts of the UCI Online Retail ledger, computed without any code of Tidemark.

    python3 test/retail/cohort_oracle.py <online_retail.csv.gz> <last day>

prints JSON { "week": { "<first day>": [size, retained at age 0, 1, ...] }, "month": ... }: persons by the week (from
Monday) or month of their first invoice, and how many of them had an invoice in that week or month and in each one after
it that ended on the last day or before. Cancellations (invoice numbers that begin with C) and guests do not count.
Times of the ledger are local, so their dates are taken as they stand.
"""

import csv
import datetime
import gzip
import io
import json
import sys


def first_of(period, day):
    return day.replace(day=1) if period == "month" else day - datetime.timedelta(days=day.weekday())


def following(period, first):
    return first_of(period, first + datetime.timedelta(days=7 if period == "week" else 31))


def cohorts(period, bought, last):
    starts = {first_of(period, min(days)) for days in bought.values()}
    found = {}
    for start in sorted(starts):
        members = [days for days in bought.values() if first_of(period, min(days)) == start]
        row = [len(members)]
        at = start
        while following(period, at) <= last + datetime.timedelta(days=1):
            row.append(sum(any(first_of(period, day) == at for day in days) for days in members))
            at = following(period, at)
        if len(row) > 1:
            found[str(start)] = row
    return found


def main():
    path, last = sys.argv[1], datetime.date.fromisoformat(sys.argv[2])
    bought = {}
    with gzip.open(path) as packed:
        for line in csv.DictReader(io.StringIO(packed.read().decode("utf-8-sig"), newline=""), strict=True):
            if line["CustomerID"] and not line["InvoiceNo"].startswith("C"):
                day = datetime.date.fromisoformat(line["InvoiceDate"][:10])
                bought.setdefault(line["CustomerID"], set()).add(day)
    print(json.dumps({period: cohorts(period, bought, last) for period in ("week", "month")}))


if __name__ == "__main__":
    main()
