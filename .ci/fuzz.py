"""Hooks for Schemathesis (https://schemathesis.io): what every answer of the API has to be, besides what it checks itself."""

import atexit
import itertools
import json
import os
import re
from collections import Counter
from datetime import date

import schemathesis
from hypothesis import strategies as st

PROBLEM = {"type": str, "title": str, "status": int, "instance": str}
STACK = re.compile(rb"\n\s+at |node:internal|node_modules|file://|\.[jt]s:\d+|Traceback|SQLITE_|TypeError|ReferenceError")
MOST_BYTES = 1_000_000

# What JSON Schema cannot say of a request: then one that fits the document is refused, and the reason must say why.
RULES = {
    "from": r"is later than 'to'|at most \d+",
    "to": r"is before|at most \d+",
    "date_from": r"is before|at most \d+",
    "date_to": r"is before 'date_from'|at most \d+",
    "window": r"expected (1d|7d|28d|all)|is no window",
    "by": r"is no dimension of",
    "metric": r"has no daily values",
    "metrics": r"is no metric",
    "compare": r"is none of .* nor two days|at most \d+",
    "against": r"is none of .* nor a day|is the day itself|has no previous period",
    "cursor": r"take next_cursor of the page before",
    "segment": r"is no segment|is no dimension|expected",
    "segment_by": r"is no dimension|expected",
    "version": r"has no version",
    "url": r"is no address|cannot be shown",
    "group": r"is no group of metrics; expected",
    "limit": r"whole number from 1 to 1000",
    "title": r"is empty|cannot be shown",
    "text": r"cannot be shown",
    "tags": r"cannot be shown|is no tag",
}

# Days and instants from 1900 to 2199, half of them of the deployment: the document's formats know more years.
days = st.one_of(st.dates(date(2026, 10, 20), date(2026, 11, 20)), st.dates(date(1900, 1, 1), date(2199, 12, 31)))
times = st.times().map(lambda time: time.isoformat("milliseconds"))
schemathesis.openapi.format("date", days.map(str))
schemathesis.openapi.format("date-time", st.builds("{}T{}{}".format, days, times, st.sampled_from(["Z", "+01:00", "-08:30"])))

keys = itertools.cycle(os.environ["FUZZ_KEYS"].split())
statuses = Counter()


@schemathesis.auth(refresh_interval=None)
class Keys:
    """Each request takes the next key, so that none runs out of its quota."""

    def get(self, case, ctx):
        return next(keys)

    def set(self, case, data, ctx):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def after_call(ctx, case, response):
    statuses[response.status_code] += 1


@schemathesis.check
def answers_in_its_own_words(ctx, response, case):
    assert len(response.content) <= MOST_BYTES, f"an answer of {len(response.content)} bytes"
    assert response.status_code < 500, f"status {response.status_code}"
    assert not STACK.search(response.content), "the answer shows where the program broke"
    if response.status_code < 400 or case.method == "HEAD":
        return
    assert response.headers.get("content-type") == ["application/problem+json; charset=utf-8"], "no problem (RFC 9457)"
    problem = response.json()
    for name, kind in PROBLEM.items():
        assert isinstance(problem.get(name), kind), f"the problem lacks {name}"
    assert problem["status"] == response.status_code, "the problem's status is not the answer's"
    mode = case.meta.generation.mode if case.meta else None
    if response.status_code == 400 and mode is schemathesis.GenerationMode.POSITIVE:
        for param in problem.get("invalid_params", [{"name": "", "reason": problem.get("detail")}]):
            rule = RULES.get(param["name"].split(".")[0])
            assert rule and re.search(rule, param["reason"]), f"fits the document, and is refused: {param}"


@atexit.register
def report():
    with open(os.environ["FUZZ_REPORT"], "w") as file:
        json.dump({str(status): n for status, n in sorted(statuses.items())}, file)
