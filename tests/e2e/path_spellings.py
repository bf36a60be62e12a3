"""Paths spelt in a thousand ways: what proxies, frameworks and file systems are known to read as another path."""

from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import quote

Spell = Callable[[random.Random, str], str]

JUNK = (
    ["%00", "%09", "%0d%0a", "%20", "%7f", "%c2%85", "%e2%80%8b", "%ff", "%ed%a0%80"]  # blanks, controls, no UTF-8
    + [".", "..", "%2e", "%2E%2e", "..%2f", "%2f..", "%5c..", "\\..", "%252e%252e%252f", "%c0%ae%c0%ae%c0%af"]
    + [";", ";x=1", "%3b", ",", "+", "~", "*", "%25", "'", '"', "%27%20or%201=1--", "%u002f", "%%32%66"]
    + ["%23", "%3f", "?", "#", "%ef%bc%8f", "%e2%88%95", "%c0%af", "%e0%80%af", "%2", "%", "%zz", " ", "\xe9"]
)
JOINTS = ["/", "//", "/./", "/%2e/", "/%2e%2e/", "/../", "/x/../", "/;/", "\\", "%2f", "%2F", "%5c", "%252f", "/%00/"]
ENDS = ["/", "//", "/.", "/..", "/%2e", "/*", ".json", "%00", "%20", ";", ";v=1", "?", "#", "#x", "%3f", "\\", "%2f"]
STARTS = ["/", "//", "/./", "/../", "/%2e/", "///", "\\", "/\\", "/x/..", "http://127.0.0.1", "//127.0.0.1/", "%2f", ""]


def in_percent(choose: random.Random, text: str) -> str:
    """Some characters or all of them, in hexadecimal of either case."""
    share = choose.choice([0.1, 0.5, 1.0])
    form = choose.choice(["%{:02x}", "%{:02X}"])
    return "".join(form.format(ord(c)) if choose.random() < share and ord(c) < 128 else c for c in text)


def in_percent_twice(choose: random.Random, text: str) -> str:
    return in_percent(choose, text).replace("%", "%25")


def overlong(choose: random.Random, text: str) -> str:
    """One character as UTF-8 that is longer than it may be."""
    at = choose.randrange(len(text))
    code = ord(text[at]) & 0x7F
    first, last = code >> 6, 0x80 | code & 0x3F
    forms = (f"%{0xC0 | first:02x}%{last:02x}", f"%e0%{0x80 | first:02x}%{last:02x}")
    return text[:at] + choose.choice(forms) + text[at + 1 :]


def full_width(choose: random.Random, text: str) -> str:
    return quote("".join(chr(ord(c) + 0xFEE0) if c.isalnum() and choose.random() < 0.3 else c for c in text), safe="%")


def other_case(choose: random.Random, text: str) -> str:
    return choose.choice([str.upper, str.lower, str.swapcase, str.capitalize])(text)


def with_junk(choose: random.Random, text: str) -> str:
    at = choose.choice([0, len(text), choose.randrange(len(text) + 1)])
    return text[:at] + choose.choice(JUNK) + text[at:]


def other_form(choose: random.Random, text: str) -> str:
    """What some parsers take for the same UUID or number."""
    forms = [text.replace("-", ""), "{" + text + "}", f"%7b{text}%7d", f"urn:uuid:{text}", f"({text})", f"0{text}"]
    return choose.choice([*forms, f"+{text}", f"-{text}", f"{text}.0", f"{text}%20", f"0x{text}", f"{text}\\"])


def cut(choose: random.Random, text: str) -> str:
    return text[: choose.randrange(len(text))] if choose.random() < 0.5 else text[1:]


SPELLS: list[Spell] = [
    in_percent,
    in_percent,
    in_percent,
    in_percent_twice,
    overlong,
    full_width,
    other_case,
    other_case,
    with_junk,
    with_junk,
    other_form,
    cut,
]


def spelt(choose: random.Random, segments: list[str], detours: list[str]) -> str:
    """A target that means these segments to somebody; `detours` are segments to step into and out of again."""
    spelt_segments = list(segments)
    for _ in range(choose.choice([0, 1, 1, 1, 2, 3])):
        at = choose.randrange(len(spelt_segments))
        if spelt_segments[at]:
            spelt_segments[at] = choose.choice(SPELLS)(choose, spelt_segments[at])
    if choose.random() < 0.15:
        at = choose.randrange(len(spelt_segments))
        spelt_segments[at:at] = [choose.choice(detours), choose.choice(["..", "%2e%2e", ".%2e", "%252e%252e"])]
    joints = ["/"] * len(spelt_segments)
    if choose.random() < 0.25:
        joints[choose.randrange(len(joints))] = choose.choice(JOINTS)
    joints[0] = choose.choice(STARTS) if choose.random() < 0.1 else joints[0]
    end = choose.choice(ENDS) if choose.random() < 0.15 else ""
    return "".join(joint + segment for joint, segment in zip(joints, spelt_segments, strict=True)) + end
