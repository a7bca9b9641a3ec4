"""What Prometheus reads."""

from gunmane.http.metrics import BUCKETS, Metrics


def test_buckets_count_what_took_as_long_or_less() -> None:
    metrics = Metrics()
    for seconds in (0.0, 0.005, 0.0051, 0.3, 10.0, 99.0):
        metrics.request("GET", "/v1/assets", 200, seconds)
    lines = metrics.text(True).splitlines()
    buckets = [int(line.rpartition(" ")[2]) for line in lines if line.startswith("gunmane_request_seconds_bucket")]
    assert buckets == [2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 6]
    assert len(buckets) == len(BUCKETS) + 1
    assert 'gunmane_request_seconds_count{route="/v1/assets"} 6' in lines
    assert 'gunmane_request_seconds_sum{route="/v1/assets"} 109.310100' in lines
    assert 'gunmane_requests_total{method="GET",route="/v1/assets",status="200"} 6' in lines
