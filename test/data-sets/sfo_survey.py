#!/usr/bin/env python3
"""NPS, CSAT and ratings of the airport survey, unweighted, without any code of Tidemark (see questions.py)."""

import datetime

from questions import main, read

QUESTIONS = {"nps": ("NETPRO", range(0, 11)), "csat": ("Q7ALL", range(1, 6)), "rating": ("Q9ALL", range(1, 6))}


def load(folder):
    answers = []
    for line in read(f"{folder}/survey.csv.gz"):
        day = datetime.date(2017, 5, int(line["INTDATE"]))
        for survey, (column, valid) in QUESTIONS.items():
            if line[column].isdigit() and int(line[column]) in valid:
                answers.append((day, survey, int(line[column])))
    return answers


def compute(answers, metric, first, last):
    values = {survey: [v for day, s, v in answers if s == survey and first <= day <= last] for survey in QUESTIONS}
    nps, csat, rating = values["nps"], values["csat"], values["rating"]
    if metric == "nps":
        return sum(v >= 9 for v in nps) - sum(v <= 6 for v in nps), len(nps), 100
    if metric == "csat":
        return sum(v in (4, 5) for v in csat), len(csat), 100
    if metric == "average_rating":
        return sum(rating), len(rating), 1
    if metric == "reviews":
        return len(rating)
    if metric == "survey_responses":
        return len(nps) + len(csat) + len(rating)
    raise SystemExit(metric)


def groups(answers, metric, by, first, last):
    inside = {survey for day, survey, _ in answers if first <= day <= last}
    return [(name, [one for one in answers if one[1] == name]) for name in sorted(inside)]


main(load, compute, groups)
