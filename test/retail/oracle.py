#!/usr/bin/env python3
"""Commerce metrics of the UCI Online Retail ledger, computed without any code of Tidemark.

    python3 test/retail/oracle.py <online_retail.csv.gz> <date> [<date> ...]

prints JSON { date: { "1d": {...}, "7d": {...}, "28d": {...}, "all": {...} } }, a window being the days that end with the
date, which is included. Without a date it prints the control totals instead: what was counted, what was left out and why,
and that both together are the whole ledger.

Standard library only (Python 3.9 or later, with a time zone database); money is computed as fractions of a penny and
printed as a whole number where it is one. The rules are those of docs/csv.md, written a second time:

- an invoice that begins with C is a refund, on its own day; any other is an order, on the day of its first line;
- left out: lines with neither customer nor price; AMAZONFEE, BANK CHARGES and S without a customer;
- a line without CustomerID has no person; identical lines all count.

orders                 distinct invoices of kind order
gross                  sum of their amounts, in pence
revenue                gross plus refunds (negative), each on its own day
average_order_value    gross / orders
repeat_purchase_rate   persons with orders on two or more distinct days / persons with orders, in the window, x 100
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

LONDON = zoneinfo.ZoneInfo("Europe/London")
WINDOWS = {"1d": 1, "7d": 7, "28d": 28, "all": None}


def london_day(text):
    """The day of a local time; refuses one that the clocks skip. A repeated hour means the first."""
    local = datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=LONDON, fold=0)
    back = local.astimezone(datetime.timezone.utc).astimezone(LONDON)
    if back.replace(tzinfo=None) != local.replace(tzinfo=None):
        raise SystemExit(f"{text} does not exist in London")
    return back.date()


def read(path):
    with gzip.open(path) as packed:
        return list(csv.DictReader(io.StringIO(packed.read().decode("utf-8-sig"), newline=""), strict=True))


def left_out(line):
    """Why a line does not count; None if it does."""
    if line["CustomerID"] != "":
        return None
    if Fraction(line["UnitPrice"]) == 0:
        return "neither customer nor price"
    if line["StockCode"] in ("AMAZONFEE", "BANK CHARGES", "S"):
        return f"own cost {line['StockCode']}"
    return None


def amount(line):
    return 100 * int(line["Quantity"]) * Fraction(line["UnitPrice"])


class Invoice:
    def __init__(self, number):
        self.refund = number[0] == "C"
        self.day = None
        self.amount = Fraction(0)
        self.persons = set()


def invoices(lines):
    found = {}
    for line in lines:
        invoice = found.setdefault(line["InvoiceNo"], Invoice(line["InvoiceNo"]))
        day = london_day(line["InvoiceDate"])
        # Then it does not matter whether a later line counts on its own day or on its invoice's
        if invoice.day not in (None, day):
            raise SystemExit(f"invoice {line['InvoiceNo']} spans several days")
        invoice.day = day
        invoice.amount += amount(line)
        if line["CustomerID"]:
            invoice.persons.add(line["CustomerID"])
    return list(found.values())


def plain(value):
    """A whole number as such, anything else as the nearest double."""
    if value is None:
        return None
    value = Fraction(value)
    return value.numerator if value.denominator == 1 else float(value)


def ratio(numerator, denominator, per=1):
    value = None if denominator == 0 else Fraction(numerator) * per / denominator
    return {"value": plain(value), "numerator": plain(numerator), "denominator": plain(denominator)}


def window(ledger, last, days):
    first = datetime.date.min if days is None else last - datetime.timedelta(days=days - 1)
    inside = [invoice for invoice in ledger if first <= invoice.day <= last]
    orders = [invoice for invoice in inside if not invoice.refund]
    refunds = [invoice for invoice in inside if invoice.refund]
    gross = sum((invoice.amount for invoice in orders), Fraction(0))
    returned = sum((invoice.amount for invoice in refunds), Fraction(0))
    days_of = defaultdict(set)
    for invoice in orders:
        for person in invoice.persons:
            days_of[person].add(invoice.day)
    return {
        "orders": len(orders),
        "gross": plain(gross),
        "refunds": len(refunds),
        "refunded": plain(returned),
        "revenue": plain(gross + returned),
        "average_order_value": ratio(gross, len(orders)),
        "repeat_purchase_rate": ratio(sum(len(d) >= 2 for d in days_of.values()), len(days_of), 100),
    }


def control(lines):
    groups = defaultdict(lambda: [0, Fraction(0), set()])
    for line in lines:
        group = groups[left_out(line) or "counted"]
        group[0] += 1
        group[1] += amount(line)
        group[2].add(line["InvoiceNo"])
    parts = {
        name: {"lines": count, "net": plain(net), "invoices": len(numbers)}
        for name, (count, net, numbers) in sorted(groups.items())
    }
    whole = {
        "lines": len(lines),
        "net": plain(sum(map(amount, lines), Fraction(0))),
        "invoices": len({line["InvoiceNo"] for line in lines}),
        "quantity": sum(int(line["Quantity"]) for line in lines),
    }
    return {"ledger": whole, "parts": parts}


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    lines = read(sys.argv[1])
    dates = [datetime.date.fromisoformat(text) for text in sys.argv[2:]]
    if dates:
        ledger = invoices(line for line in lines if left_out(line) is None)
        answer = {str(d): {name: window(ledger, d, days) for name, days in WINDOWS.items()} for d in dates}
    else:
        answer = control(lines)
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
