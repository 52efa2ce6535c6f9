#!/usr/bin/env python3
"""Commerce metrics of the ledger of docs/csv.md, without any code of Tidemark (see questions.py)."""

import datetime
from collections import defaultdict
from decimal import Decimal

from questions import main, read

OWN_COSTS = {"AMAZONFEE", "BANK CHARGES", "S"}


class Invoice:
    def __init__(self, row):
        self.day = datetime.date.fromisoformat(row["InvoiceDate"][:10])
        self.refund = row["InvoiceNo"].startswith("C")
        self.pence = 0
        self.person = None


def load(folder):
    invoices = {}
    for row in read(f"{folder}/online_retail.csv.gz"):
        price = Decimal(row["UnitPrice"])
        if not row["CustomerID"] and (price == 0 or row["StockCode"] in OWN_COSTS):
            continue
        invoice = invoices.setdefault(row["InvoiceNo"], Invoice(row))
        invoice.pence += int(row["Quantity"]) * int(price * 100)
        invoice.person = invoice.person or row["CustomerID"] or None
    return list(invoices.values())


def compute(invoices, metric, first, last):
    inside = [one for one in invoices if first <= one.day <= last]
    orders = [one for one in inside if not one.refund]
    gross = sum(one.pence for one in orders)
    returned = -sum(one.pence for one in inside if one.refund)
    days, counts = defaultdict(set), defaultdict(int)
    for one in orders:
        if one.person:
            days[one.person].add(one.day)
            counts[one.person] += 1
    if metric == "orders":
        return len(orders)
    if metric == "revenue":
        return gross - returned
    if metric == "average_order_value":
        return gross, len(orders), 1
    if metric == "refund_rate":
        return returned, gross, 100
    if metric == "repeat_purchase_rate":
        return sum(len(found) >= 2 for found in days.values()), len(days), 100
    if metric == "repeat_purchase_rate_by_orders":
        return sum(count >= 2 for count in counts.values()), len(counts), 100
    if metric == "purchase_frequency":
        return sum(counts.values()), len(counts), 1
    if metric == "active_customers":
        return len(days)
    if metric == "customer_lifetime_value":
        to_date = [one for one in invoices if not one.refund and one.person and one.day <= last]
        return sum(one.pence for one in to_date), len({one.person for one in to_date}), 1
    raise SystemExit(metric)


def groups(invoices, metric, by, first, last):
    return [("shop", invoices)] if any(first <= one.day <= last for one in invoices) else []


main(load, compute, groups)
