"""What 200 feeds of which a third misbehave in turn do to the daemon in an hour: memory, open files, punctuality.

    python -m benchmarks.misbehaving [--factor 20] [--seconds 3600]

Simulated time runs `factor` times as fast as real time; with 20 an hour takes three minutes. Time limits, gaps and
back-offs are shortened alike. Exits 1 if the log of polls says anything else of a feed than what was served.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.visit.misbehaving import delays, growth, run_daemon, world
from tests.visit.test_bad_input import mistakes


def main() -> int:
    """Runs the hour and prints what came of it."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--factor", type=float, default=20.0)
    asked.add_argument("--seconds", type=float, default=3600.0)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, world(options.factor) as made:
        samples = run_daemon(made, Path(folder), options.seconds)
        wrong = mistakes(made, Path(folder))
    answered = [name for log in made.answered.values() for _, name in log]
    faults = [name for name in answered if name]
    late = sorted(delays(made))
    shares = {name: late[int(share * (len(late) - 1))] for name, share in (("median", 0.5), ("p95", 0.95), ("max", 1))}
    memory, files = growth(samples)
    print(f"{len(answered)} polls, {len(faults)} of them met one of {len(set(faults))} faults")
    print("healthy feeds, seconds late: " + ", ".join(f"{name} {value:.1f}" for name, value in shares.items()))
    print(f"memory of all processes: {samples[-1].memory:.0f} MB at the end, {memory:+.1f} MB since the half")
    print(f"open files: {samples[-1].files} at the end, {files:+.0f} since the half")
    print(f"{len(wrong)} mistakes in the log of polls and the states of feeds")
    for line in wrong:
        print(line, file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
