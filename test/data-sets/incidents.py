#!/usr/bin/env python3
"""Support metrics of the help desk's audit log, without any code of Tidemark (see questions.py).

A ticket is what its last row says: rows of one ticket are in the order of `sys_mod_count`."""

import datetime
import statistics
from fractions import Fraction

from questions import main, read

CHANNELS = {"Phone": "phone", "IVR": "phone", "Email": "email", "Self service": "web", "Direct opening": "in_person"}


def time(text):
    date, clock = text.split(" ")
    day, month, year = map(int, date.split("/"))
    return datetime.datetime(year, month, day, *map(int, clock.split(":")))


class Ticket:
    def __init__(self, row):
        self.opened = time(row["opened_at"])
        self.solved = time(row["closed_at"] if row["resolved_at"] == "?" else row["resolved_at"])
        self.opened_day, self.solved_day = self.opened.date(), self.solved.date()
        self.seconds = int((self.solved - self.opened).total_seconds())
        self.reopened = int(row["reopen_count"]) > 0
        self.handed_on = int(row["reassignment_count"]) > 0
        self.channel = CHANNELS[row["contact_type"]]


def load(folder):
    newest = {}
    for row in read(f"{folder}/incident_event_log.csv.gz"):
        known = newest.get(row["number"])
        if known is None or int(known["sys_mod_count"]) < int(row["sys_mod_count"]):
            newest[row["number"]] = row
    return [Ticket(row) for row in newest.values()]


def compute(tickets, metric, first, last):
    opened = [one for one in tickets if first <= one.opened_day <= last]
    solved = [one for one in tickets if first <= one.solved_day <= last]
    if metric == "tickets_opened":
        return len(opened)
    if metric == "tickets_solved":
        return len(solved)
    if metric == "open_tickets":
        return sum(one.opened_day <= last < one.solved_day for one in tickets)
    if metric == "resolution_time":
        return statistics.median(Fraction(one.seconds) for one in solved) if solved else None
    if metric == "resolution_time_mean":
        return sum(one.seconds for one in solved), len(solved), 1
    if metric == "reopen_rate":
        return sum(one.reopened for one in solved), len(solved), 100
    if metric == "first_contact_resolution_rate":
        return sum(not one.reopened and not one.handed_on for one in solved), len(solved), 100
    if metric == "first_response_time":
        return None
    raise SystemExit(metric)


def groups(tickets, metric, by, first, last):
    def counts(one):
        if metric == "open_tickets":
            return one.opened_day <= last < one.solved_day
        return first <= (one.opened_day if metric == "tickets_opened" else one.solved_day) <= last

    names = sorted({one.channel for one in tickets if counts(one)})
    return [(name, [one for one in tickets if one.channel == name]) for name in names]


main(load, compute, groups)
