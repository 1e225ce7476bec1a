"""50 questions on the tables. The gold answers are reckoned from the rows, not written by hand."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from benchmarks.answering.grading import Gold, gold

from .tables import EMPLOYEES, INVOICES, SALES, SHIPS, Employee, Invoice, Sale, Ship


def one(value: float | str) -> Gold:
    return gold(str(round(value, 2) if isinstance(value, float) else value))


def several(values: Iterable[Any]) -> Gold:
    return gold(*(str(value) for value in values))


def yes(is_so: bool) -> Gold:
    return gold(["yes", "true", "1"] if is_so else ["no", "not", "false", "0"])


def staff(when: Callable[[Employee], bool] = lambda _: True) -> list[Employee]:
    return [each for each in EMPLOYEES if when(each)]


def sales(when: Callable[[Sale], bool] = lambda _: True) -> list[Sale]:
    return [each for each in SALES if when(each)]


def ships(when: Callable[[Ship], bool] = lambda _: True) -> list[Ship]:
    return [each for each in SHIPS if when(each)]


def invoices(when: Callable[[Invoice], bool] = lambda _: True) -> list[Invoice]:
    return [each for each in INVOICES if when(each)]


def mean(values: list[int]) -> float:
    return sum(values) / len(values)


TABLES: list[tuple[str, Gold]] = [
    # plain: counts, sums, extremes, look-ups
    ("How many employees are there?", one(len(EMPLOYEES))),
    ("How many employees work in Sales?", one(len(staff(lambda e: e.department == "Sales")))),
    ("What is the average salary?", one(mean([e.salary for e in EMPLOYEES]))),
    (
        "What is the average salary in Engineering?",
        one(mean([e.salary for e in staff(lambda e: e.department == "Engineering")])),
    ),
    ("Who has the highest salary?", one(max(EMPLOYEES, key=lambda e: e.salary).name)),
    (
        "Who earns the least in Finance?",
        one(min(staff(lambda e: e.department == "Finance"), key=lambda e: e.salary).name),
    ),
    ("What is the salary of Clara Voss?", one(next(e.salary for e in EMPLOYEES if e.name == "Clara Voss"))),
    ("In which department does Henrik Lie work?", one("Finance")),
    ("How many departments are there?", one(len({e.department for e in EMPLOYEES}))),
    ("What is the total capacity of all ships?", one(sum(s.capacity for s in SHIPS))),
    ("Which ship is the fastest?", one(max(SHIPS, key=lambda s: s.speed_knots).ship)),
    ("What is the home port of the Cormorant?", one("Strand")),
    ("Name the three largest ships by capacity", several(s.ship for s in sorted(SHIPS, key=lambda s: -s.capacity)[:3])),
    ("How many units of Car were sold?", one(sum(s.units for s in sales(lambda s: s.product == "Car")))),
    # ranges and comparisons
    ("How many employees earn more than 4500?", one(len(staff(lambda e: e.salary > 4500)))),
    ("Which employees earn between 4000 and 4400?", several(e.name for e in staff(lambda e: 4000 <= e.salary <= 4400))),
    ("How many ships have a capacity of at least 400?", one(len(ships(lambda s: s.capacity >= 400)))),
    ("Which ships are slower than 15 knots?", several(s.ship for s in ships(lambda s: s.speed_knots < 15))),
    ("How many ships were built between 1970 and 2005?", one(len(ships(lambda s: 1970 <= s.built <= 2005)))),
    ("How many sales had fewer than 50 units?", one(len(sales(lambda s: s.units < 50)))),
    # dates
    ("How many employees were hired after 2018?", one(len(staff(lambda e: e.hired.year > 2018)))),
    ("Who was hired in 2012?", one("Elin Strand")),
    ("Who was hired first?", one(min(EMPLOYEES, key=lambda e: e.hired).name)),
    ("Which employees were hired in 2023?", several(e.name for e in staff(lambda e: e.hired.year == 2023))),
    ("How many employees were hired before 1 January 2015?", one(len(staff(lambda e: e.hired < date(2015, 1, 1))))),
    ("When was Greta Moen hired?", gold(["2017-02-14", "14 February 2017", "February 14, 2017"])),
    ("How many units were sold in 2024?", one(sum(s.units for s in sales(lambda s: s.day.year == 2024)))),
    (
        "How many units were sold in the first quarter of 2024?",
        one(sum(s.units for s in sales(lambda s: s.day.year == 2024 and s.day.month <= 3))),
    ),
    ("How many invoices were issued in March 2024?", one(len(invoices(lambda i: i.issued.month == 3)))),
    (
        "Which invoices were issued after 30 April 2024?",
        several(i.invoice for i in invoices(lambda i: i.issued > date(2024, 4, 30))),
    ),
    # negation
    ("How many employees do not work in Crew?", one(len(staff(lambda e: e.department != "Crew")))),
    ("Which ships do not have Moss as home port?", several(s.ship for s in ships(lambda s: s.home_port != "Moss"))),
    (
        "What is the average salary outside of Engineering?",
        one(mean([e.salary for e in staff(lambda e: e.department != "Engineering")])),
    ),
    (
        "How many units were sold in regions other than North?",
        one(sum(s.units for s in sales(lambda s: s.region != "North"))),
    ),
    (
        "Which employees in Halden do not work in Crew?",
        several(e.name for e in staff(lambda e: e.city == "Halden" and e.department != "Crew")),
    ),
    # booleans
    ("How many employees work remote?", one(len(staff(lambda e: e.remote)))),
    ("How many employees in Oslo are not remote?", one(len(staff(lambda e: e.city == "Oslo" and not e.remote)))),
    ("Which ships are no longer active?", several(s.ship for s in ships(lambda s: not s.active))),
    ("Is the Eider active?", yes(False)),
    ("Does Anna Holm work remote?", yes(True)),
    ("How many invoices are unpaid?", one(len(invoices(lambda i: not i.paid)))),
    # percent
    ("What is the highest discount?", one(max(s.discount for s in SALES))),
    ("How many sales had a discount of more than 5 %?", one(len(sales(lambda s: s.discount > 5)))),
    (
        "What is the average discount in the South region?",
        one(mean([s.discount for s in sales(lambda s: s.region == "South")])),
    ),
    # money
    ("What is the total revenue?", one(sum(s.revenue for s in SALES))),
    (
        "What was the revenue in the North region in 2023?",
        one(sum(s.revenue for s in sales(lambda s: s.region == "North" and s.day.year == 2023))),
    ),
    ("Which region had the most revenue?", one("North")),
    ("How many sales brought more than $3,000 of revenue?", one(len(sales(lambda s: s.revenue > 3000)))),
    (
        "What is the total amount of the invoices of Marinox?",
        one(sum(i.amount for i in invoices(lambda i: i.supplier == "Marinox"))),
    ),
    ("What is the largest invoice amount?", one(max(i.amount for i in INVOICES))),
]
