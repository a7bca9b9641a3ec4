"""Counters in the text format of Prometheus (exposition format 0.0.4)."""

from bisect import bisect_left
from collections import defaultdict
from itertools import accumulate

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of request durations in seconds."""


class Metrics:
    """Counts of one process; Prometheus adds up the processes."""

    def __init__(self) -> None:
        self._requests: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        self._durations: defaultdict[str, list[float]] = defaultdict(lambda: [0.0] * (len(BUCKETS) + 2))

    def request(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count one answered request; `path` is the route's pattern, never a real address."""
        self._requests[method, path, status] += 1
        row = self._durations[path]
        row[bisect_left(BUCKETS, seconds)] += 1
        row[-1] += seconds

    def text(self, database_up: bool) -> str:
        """Write everything counted."""
        lines = [
            "# HELP gunmane_requests_total Requests answered, by method, route and status.",
            "# TYPE gunmane_requests_total counter",
        ]
        for (method, path, status), count in sorted(self._requests.items()):
            lines.append(f'gunmane_requests_total{{method="{method}",route="{path}",status="{status}"}} {count}')
        lines += [
            "# HELP gunmane_request_seconds Time from the request's head to its answer.",
            "# TYPE gunmane_request_seconds histogram",
        ]
        for path, row in sorted(self._durations.items()):
            counts = list(accumulate(map(int, row[:-1])))  # buckets hold what smaller ones hold
            for bound, count in zip((*BUCKETS, "+Inf"), counts, strict=True):
                lines.append(f'gunmane_request_seconds_bucket{{route="{path}",le="{bound}"}} {count}')
            lines.append(f'gunmane_request_seconds_sum{{route="{path}"}} {row[-1]:.6f}')
            lines.append(f'gunmane_request_seconds_count{{route="{path}"}} {counts[-1]}')
        lines += [
            "# HELP gunmane_database_up Whether the database answered just now.",
            "# TYPE gunmane_database_up gauge",
            f"gunmane_database_up {int(database_up)}",
        ]
        return "\n".join(lines) + "\n"
