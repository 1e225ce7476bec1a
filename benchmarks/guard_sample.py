"""Texts in presidio-research's format, made up: `uv run python benchmarks/guard_sample.py [--texts N] [--seed S]`.

Writes `benchmarks/guard_sample.json`. Nobody's data is in it: numbers are drawn, and have the check digits that they
would have. A third of the texts holds only what looks like something: hashes, UUIDs, code, dates, prices, versions.
"""

import argparse
import hashlib
import json
import random
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

WHERE = Path(__file__).with_suffix(".json")

TEXTS = (
    "Write to {EMAIL_ADDRESS} or call {PHONE_NUMBER}.",
    "My card {CREDIT_CARD} was charged twice, the refund goes to {IBAN_CODE}.",
    "Requests from {IP_ADDRESS} fail since Monday, says {EMAIL_ADDRESS}.",
    "Her SSN is {US_SSN}; please keep it to yourself.",
    "export OPENAI_API_KEY={API_KEY}",
    "The job uses the token {API_KEY} and runs on {IP_ADDRESS}",
    "curl -H 'Authorization: Bearer {API_KEY}' https://example.com/v1",
    "Contact: {EMAIL_ADDRESS}, phone {PHONE_NUMBER}, fax {PHONE_NUMBER}",
    "Codice fiscale {IT_FISCAL_CODE}, NIF {ES_NIF}, CPF {BR_CPF}.",
    "iban: {IBAN_CODE}\nkarte: {CREDIT_CARD}\nmail: {EMAIL_ADDRESS}",
)
HARMLESS: tuple[Callable[[random.Random], str], ...] = (
    lambda chance: f"commit {hashlib.sha1(chance.randbytes(8)).hexdigest()} of {2000 + chance.randint(0, 30)}-04-01",
    lambda chance: f"sha256:{hashlib.sha256(chance.randbytes(8)).hexdigest()}",
    lambda chance: f"id={uuid.UUID(int=chance.getrandbits(128), version=4)} took {chance.random():.9f} s",
    lambda chance: f"x = w@h.reshape({chance.randint(2, 99)}, -1)  # std::vector<a::b>, see @app.route",
    lambda chance: f"version 1.{chance.randint(0, 99)}.0, {chance.randint(1, 9)},000,000 rows at 12:30:45",
    lambda chance: "Never share your token, your password or the key that begins with sk-, whoever asks.",
    lambda chance: f"from sk-learn-compatible-estimators-v1 import fit; ratio 0.{chance.getrandbits(40)}",
    lambda chance: f"https://example.com/docs?page={chance.randint(1, 9)}&key=name#top costs $1,900.00",
)


def luhn(digits: str) -> str:
    """The digits with their check digit."""
    doubled = [int(digit) * (2 - position % 2) for position, digit in enumerate(reversed(digits))]
    return digits + str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def drawn(chance: random.Random, pattern: str) -> str:
    """The pattern with each `#` as a digit, each `@` as a letter and each `*` as either."""
    letters, digits = "ABCDEFGHJKLMNPQRSTUVWXYZ", "0123456789"
    kinds = {"#": digits, "@": letters, "*": letters + letters.lower() + digits}
    return "".join(chance.choice(kinds[sign]) if sign in kinds else sign for sign in pattern)


def email(chance: random.Random) -> str:
    names, hosts = ("ada", "b.ob", "c_hen+x", "d-oe99"), ("example.com", "mail.example.co.uk", "beispiel.example.de")
    return f"{chance.choice(names)}@{chance.choice(hosts)}"


def phone(chance: random.Random) -> str:
    forms = (
        "(212) 55#-01##",
        "212-55#-01##",
        "+49 30 9018 ####",
        "+44 20 7946 0###",
        "1-415-55#-01##",
        "030 9018 ####",
    )
    return drawn(chance, chance.choice(forms))


def card(chance: random.Random) -> str:
    plain = luhn(drawn(chance, chance.choice(("4" + "#" * 14, "53" + "#" * 13, "37" + "#" * 12, "6011" + "#" * 11))))
    sign = chance.choice(("", " ", "-"))
    return sign.join(plain[at : at + 4] for at in range(0, len(plain), 4)) if len(plain) == 16 else plain


def iban(chance: random.Random) -> str:
    country, body = chance.choice(("DE", "FR", "GB")), ""
    body = {"DE": drawn(chance, "#" * 18), "FR": drawn(chance, "#" * 23), "GB": drawn(chance, "@@@@" + "#" * 14)}[
        country
    ]
    check = 98 - int("".join(str(int(sign, 36)) for sign in f"{body}{country}00")) % 97
    plain = f"{country}{check:02}{body}"
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4)) if chance.random() < 0.5 else plain


def nif(chance: random.Random) -> str:
    number = chance.randint(10_000_000, 99_999_999)
    return f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


def cpf(chance: random.Random) -> str:
    digits = [chance.randint(0, 9) for _ in range(9)]
    for length in (10, 11):
        total = sum(digit * weight for digit, weight in zip(digits, range(length, 1, -1), strict=True))
        digits.append(total * 10 % 11 % 10)
    plain = "".join(map(str, digits))
    return f"{plain[:3]}.{plain[3:6]}.{plain[6:9]}-{plain[9:]}"


def key(chance: random.Random) -> str:
    forms = ("sk-" + "*" * 12 + "123" + "*" * 33, "ghp_" + "*" * 36, "AKIA" + "@" * 16, "xoxb-123456789012-" + "*" * 24)
    return drawn(chance, chance.choice(forms))


MADE: dict[str, Callable[[random.Random], str]] = {
    "EMAIL_ADDRESS": email,
    "PHONE_NUMBER": phone,
    "CREDIT_CARD": card,
    "IBAN_CODE": iban,
    "IP_ADDRESS": lambda chance: ".".join(str(chance.randint(1, 254)) for _ in range(4)),
    "US_SSN": lambda chance: f"{chance.randint(100, 665)}-{chance.randint(10, 99)}-{chance.randint(1000, 9999)}",
    "IT_FISCAL_CODE": lambda chance: chance.choice(("RSSMRA85T10A562S", "VRDLGU70A01F205R", "BNCMRC80A01H501C")),
    "ES_NIF": nif,
    "BR_CPF": cpf,
    "API_KEY": key,
}


def made(chance: random.Random) -> dict[str, Any]:
    """One text and its spans."""
    if chance.random() < 1 / 3:
        return {"full_text": chance.choice(HARMLESS)(chance), "spans": []}
    text, spans = "", list[dict[str, Any]]()
    for part in chance.choice(TEXTS).split("{"):
        name, closed, rest = part.partition("}")
        if closed:
            value = MADE[name](chance)
            start = len(text)
            spans.append(
                {
                    "entity_type": name,
                    "entity_value": value,
                    "start_position": start,
                    "end_position": start + len(value),
                }
            )
            text += value
        text += rest if closed else name
    return {"full_text": text, "spans": spans}


def main() -> None:
    parser = argparse.ArgumentParser(description="Make up texts to score masking on.")
    parser.add_argument("--texts", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    WHERE.write_text(json.dumps([made(chance) for _ in range(asked.texts)], indent=0, ensure_ascii=False) + "\n")
    print(f"written: {WHERE.name}")


if __name__ == "__main__":
    main()
