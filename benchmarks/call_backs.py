"""The weekly draw of call-backs, 10,000 times: is each order drawn as often as every other?

python -m benchmarks.call_backs
"""

import hashlib

from app.service.callbacks.rules import ONE_IN, draw_week

DRAWS = 10_000
ORDERS = 50
LIMIT = 85.35  # 0.1 % of chi-square with 49 degrees of freedom lies above


def main() -> None:
    """Print how often each order was drawn, and chi-square against its limit."""
    counts = dict.fromkeys(range(1, ORDERS + 1), 0)
    for number in range(DRAWS):
        seed = hashlib.sha256(f"draw {number}".encode()).digest()
        for one in draw_week(range(1, ORDERS + 1), seed):
            counts[one] += 1
    expected = DRAWS / ONE_IN
    statistic = sum((count - expected) ** 2 / expected for count in counts.values())
    # Draws without replacement spread less: divided so, the statistic follows chi-square.
    statistic /= 1 - 1 / ONE_IN
    print(f"{DRAWS} draws of {ORDERS // ONE_IN} of {ORDERS}: each expected {expected:.0f} times")
    print(f"least {min(counts.values())}, most {max(counts.values())}")
    print(f"chi-square / (1 - n/N) = {statistic:.1f}, 0.1 % limit {LIMIT}")
    if statistic >= LIMIT:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
