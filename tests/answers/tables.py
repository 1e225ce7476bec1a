"""The tables of the mixed folder: rows to reckon the gold answers from, and files as people write them."""

import csv
import io
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Employee:
    name: str
    department: str
    city: str
    salary: int
    hired: date
    remote: bool


@dataclass(frozen=True)
class Sale:
    day: date
    region: str
    product: str
    units: int
    revenue: float
    discount: int


@dataclass(frozen=True)
class Ship:
    ship: str
    built: int
    capacity: int
    speed_knots: float
    home_port: str
    active: bool


@dataclass(frozen=True)
class Invoice:
    invoice: str
    supplier: str
    issued: date
    amount: float
    paid: bool


EMPLOYEES = [
    Employee("Anna Holm", "Engineering", "Moss", 5200, date(2015, 3, 1), True),
    Employee("Bjorn Dahl", "Engineering", "Halden", 4800, date(2019, 8, 15), False),
    Employee("Clara Voss", "Sales", "Moss", 4100, date(2021, 1, 10), True),
    Employee("David Osei", "Sales", "Oslo", 4350, date(2018, 6, 1), False),
    Employee("Elin Strand", "Crew", "Halden", 3900, date(2012, 4, 20), False),
    Employee("Farid Aziz", "Crew", "Strand", 3650, date(2022, 9, 5), False),
    Employee("Greta Moen", "Crew", "Halden", 3800, date(2017, 2, 14), False),
    Employee("Henrik Lie", "Finance", "Moss", 4950, date(2010, 11, 1), True),
    Employee("Ines Prado", "Finance", "Oslo", 4600, date(2023, 5, 22), True),
    Employee("Jakob Ness", "Engineering", "Oslo", 5600, date(2008, 1, 7), True),
    Employee("Karin Lund", "Sales", "Moss", 3950, date(2023, 10, 2), False),
    Employee("Lars Bakke", "Crew", "Strand", 4200, date(2005, 7, 18), False),
]

SALES = [
    Sale(date(2023, 1, 15), "North", "Day ticket", 120, 2400.0, 0),
    Sale(date(2023, 2, 11), "South", "Day ticket", 95, 1900.5, 5),
    Sale(date(2023, 5, 3), "North", "Season pass", 14, 4200.0, 10),
    Sale(date(2023, 7, 22), "West", "Car", 60, 3300.0, 0),
    Sale(date(2023, 11, 30), "South", "Car", 42, 2310.0, 15),
    Sale(date(2024, 1, 9), "North", "Day ticket", 140, 2940.75, 0),
    Sale(date(2024, 3, 17), "West", "Season pass", 9, 2835.0, 10),
    Sale(date(2024, 4, 2), "South", "Season pass", 11, 3465.0, 5),
    Sale(date(2024, 6, 28), "North", "Car", 75, 4312.5, 0),
    Sale(date(2024, 9, 14), "West", "Day ticket", 88, 1848.0, 20),
]

SHIPS = [
    Ship("Aurora", 2016, 600, 21.5, "Halden", True),
    Ship("Borealis", 1959, 220, 14.0, "Moss", False),
    Ship("Cormorant", 1994, 340, 17.5, "Strand", True),
    Ship("Dunlin", 2003, 410, 19.0, "Moss", True),
    Ship("Eider", 1978, 180, 13.5, "Halden", False),
    Ship("Fulmar", 2021, 520, 23.0, "Moss", True),
]

INVOICES = [
    Invoice("R-101", "Marinox", date(2024, 1, 13), 12400.0, True),
    Invoice("R-102", "Kystmat", date(2024, 2, 25), 1830.4, True),
    Invoice("R-103", "Marinox", date(2024, 3, 30), 9750.25, False),
    Invoice("R-104", "Nordlys Kraft", date(2024, 3, 31), 22015.0, False),
    Invoice("R-105", "Kystmat", date(2024, 5, 17), 2210.9, False),
    Invoice("R-106", "Nordlys Kraft", date(2024, 6, 29), 19870.0, True),
]


def tables() -> Mapping[str, str | bytes]:
    """The tables by file name: dates in ISO form and day first, money with signs, percent, yes and no, SQLite."""
    return {
        "employees.csv": _csv(
            [[e.name, e.department, e.city, e.salary, e.hired, "yes" if e.remote else "no"] for e in EMPLOYEES],
            Employee,
        ),
        "data/sales.csv": _csv(
            [[s.day, s.region, s.product, s.units, f"${s.revenue:,.2f}", f"{s.discount} %"] for s in SALES], Sale
        ),
        "data/invoices.csv": _csv(
            [[i.invoice, i.supplier, f"{i.issued:%d/%m/%Y}", _euros(i.amount), i.paid] for i in INVOICES], Invoice
        ),
        "fleet.sqlite": _sqlite(),
    }


def _csv(rows: Sequence[Sequence[Any]], kind: type[Any]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([[field.name for field in fields(kind)], *rows])
    return written.getvalue()


def _euros(amount: float) -> str:
    return f"{amount:,.2f} €".translate(str.maketrans(",.", ".,"))


def _sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fleet.sqlite"
        connection = sqlite3.connect(path)
        columns = "ship TEXT, built INTEGER, capacity INTEGER, speed_knots REAL, home_port TEXT, active BOOLEAN"
        connection.execute(f"CREATE TABLE ships ({columns})")
        connection.executemany("INSERT INTO ships VALUES (?, ?, ?, ?, ?, ?)", [astuple(ship) for ship in SHIPS])
        connection.commit()
        connection.close()
        return path.read_bytes()
