"""Texts to mask: fragments of what is masked and of what looks like it, in every order."""

from hypothesis import strategies as st

BASE64 = "MIIEpAIBAAKCAQEA1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL"
FRAGMENTS = [
    *("ada", "@", "example", ".com", ".co.uk", ".", "-", "_", "+", ":", "/", "://", " ", "\n", ",", "(", ")", "x", "é"),
    *("ada@example.com", "ada@example.company", "bob.b+c@mail.example.org", "git@", "@property"),
    *("4111 1111 1111 1111", "4111111111111111", "4111", "1111", "378282246310005", "5555-5555-5555-4444", "123"),
    *("DE89 3704 0044 0532 0130 00", "DE89", "3704", "GB82WEST12345698765432", "GB82 WEST", "NL91 ABNA 0417 1643 00"),
    *("192.168.0.1", "10.0", ".1.2", "2001:db8::1", "::1", "fe80::1ff:fe23:4567:890a", "std::vector", "1.2.3.4.5"),
    *("123-45-6789", "123-45", "-6789", "ssn ", "123456789", "AB 12 34 56 C", "12345678Z", "cpf 123.456.789-09"),
    *("+49 30 901820", "(212) 555-0143", "212-555-0143", "555", "0143", "call ", "+1", " ext. 12", "2024-01-02"),
    *(
        "sk-abcDEF1234567890abcdef12",
        "sk-",
        "sk-learn-something-new",
        "ghp_" + "a1B2" * 9,
        "ghp_",
        "AKIA",
        "AKIA" + "Z" * 16,
    ),
    *(
        "eyJhbGciOiJIUzI1NiJ9",
        "eyJzdWIiOiIxMjM0NTY3ODkwIn0",
        ".c2lnbmF0dXJl",
        "Bearer ",
        "Bearer abcdef1234567890abcdef",
    ),
    *(
        "https://",
        "user:pa55@",
        "host.example",
        "?token=",
        "abcdef1234567890",
        "&key=",
        "https://bob:s3cret@example.com/x",
    ),
    *("-----BEGIN ", "RSA ", "PRIVATE KEY-----", "-----", "\n" + BASE64, "\nabcd==", "\n-----END PRIVATE KEY-----"),
    *(
        " the harbour",
        " line",
        "do",
        "sk",
        "fa",
        " it's",
        " well-known",
        " 1902, and",
        " 4.50 for",
        " (so",
        ' "he"',
        ". So",
    ),
    *(
        "Bearer",
        " glpat-",
        " xoxb-",
        "dapi",
        "AB",
        " Straße",
        "é ab",
        "deadbeef",
        "cafe ",
        "Is it? ",
        "de12 ",
        " 12 ",
        " office",
    ),
    *(
        "550e8400-e29b-41d4-a716-446655440000",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "TICKET-",
        "TICKET-42",
        "Acme",
    ),
]

WRITTEN_OTHERWISE = st.text("０１４＠．ａｄａ\u0301é", max_size=4)
PIECES = st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=4), WRITTEN_OTHERWISE)

texts = st.lists(PIECES, max_size=14).map("".join)
"""Any text, of pieces that mean something here."""


@st.composite
def cuttings(draw: st.DrawFn, words: st.SearchStrategy[str] = texts) -> list[str]:
    """A text, in pieces of any length."""
    text = draw(words)
    places = sorted(draw(st.sets(st.integers(0, len(text)), max_size=30))) if text else []
    return [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
