"""The number of branches by enumeration beside the generating function and the closed form, and how long enumeration takes.

Every type over r <= 3 labels of m <= 8 neurons is visited (its signs are multiplied) for the classes of activations that
exist. Run as `python benchmarks/branches.py`; it takes a few seconds.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import islice
from math import comb, factorial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from verify.networks.branch_types import bell, count_types, series_count, stirling, types

SECONDS_AT_MOST = 60.0
CLASSES = (
    ("generic (exp)", False, False),
    ("generic, sigma(0) = 0", False, True),
    ("even, sigma(0) != 0", True, False),
    ("odd (tanh)", True, True),
)


def closed_form(r: int, m: int) -> int:
    """sum_u C(m, u) r! S2(m - u, r) Bell(u): for the generic class."""
    return sum(comb(m, u) * factorial(r) * stirling(m - u, r) * bell(u) for u in range(m - r + 1))


def main() -> int:
    """Print the tables and the figure; 1 if two counts differ or the enumeration is too slow."""
    agree, slowest, begin = True, (0.0, ""), time.process_time()
    for title, signed, null in CLASSES:
        print(f"\n{title}")
        print(f"{'r':>3}{'m':>3}{'enumerated':>14}{'series':>14}{'closed form':>14}{'seconds':>10}")
        for r in range(4):
            for m in range(max(r, 1), 9):
                start = time.process_time()
                found = count_types(r, m, signed=signed, null=null)
                seconds = time.process_time() - start
                expected = series_count(r, m, signed=signed, null=null)
                closed = None if signed or null else closed_form(r, m)
                agree = agree and found == expected and closed in (None, found)
                slowest = max(slowest, (seconds, f"{title}, r = {r}, m = {m}"))
                shown = "" if closed is None else closed
                print(f"{r:>3}{m:>3}{found:>14}{expected:>14}{shown:>14}{seconds:>10.3f}")
    total = time.process_time() - begin
    start = time.process_time()
    built = sum(1 for _ in islice(types(3, 8), 50_000))
    rate = built / (time.process_time() - start)
    print(f"\nall counts agree: {agree}; slowest: {slowest[0]:.2f} s ({slowest[1]})")
    print(f"types built as objects: {rate:,.0f} per second; Python {sys.version.split()[0]}")
    figure = {
        "figure": "CPU seconds to enumerate all types with r <= 3, m <= 8, four classes",
        "value": round(total, 1), "target": f"<= {SECONDS_AT_MOST:g}", "ok": agree and total <= SECONDS_AT_MOST,
    }  # fmt: skip
    print(json.dumps(figure))
    return 0 if figure["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
