"""Counters and durations for Prometheus, in a registry of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from reviewers.ports import Counts

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# From a commit on a fast disk to a long poll of a minute.
BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class PrometheusMetrics:
    """The Metrics port: `posted` becomes `whetstone_posted_total`, a duration `commit` `whetstone_commit_seconds`.

    A name keeps the label names of its first use; other ones raise ValueError.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        self._lock = Lock()

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        """Add `amount` to a counter."""
        counter = self._counters.get(name) or self._new_counter(name, tuple(labels))
        (counter.labels(**labels) if labels else counter).inc(amount)

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Note one duration in seconds."""
        histogram = self._histograms.get(name) or self._new_histogram(name, tuple(labels))
        (histogram.labels(**labels) if labels else histogram).observe(seconds)

    def exposition(self, counts: Counts | None) -> bytes:
        """All of it in Prometheus' text format; `counts` is what stands in the store, None when it does not answer."""
        stored = CollectorRegistry()
        stored.register(_Stored(counts))
        return generate_latest(self.registry) + generate_latest(stored)

    def _new_counter(self, name: str, labels: tuple[str, ...]) -> Counter:
        with self._lock:
            if name not in self._counters:
                words = f"Number of: {name.replace('_', ' ')}."
                self._counters[name] = Counter(f"whetstone_{name}", words, labels, registry=self.registry)
            return self._counters[name]

    def _new_histogram(self, name: str, labels: tuple[str, ...]) -> Histogram:
        with self._lock:
            if name not in self._histograms:
                words = f"Duration in seconds: {name.replace('_', ' ')}."
                self._histograms[name] = Histogram(
                    f"whetstone_{name}_seconds", words, labels, registry=self.registry, buckets=BUCKETS
                )
            return self._histograms[name]


class _Stored(Collector):
    """What stands in the store, as gauges: the same in every process, so read one of them."""

    def __init__(self, counts: Counts | None) -> None:
        self._counts = counts

    def collect(self) -> Iterator[GaugeMetricFamily]:
        answers = 0 if self._counts is None else 1
        yield GaugeMetricFamily("whetstone_store_up", "1 when the database answered this scrape.", value=answers)
        if self._counts is None:
            return
        for name in (
            "outputs",
            "assessed",
            "unscored",
            "posted",
            "open_tasks",
            "timed_out",
            "cut",
            "outbox_due",
            "outbox_dead",
        ):
            words = f"In the store: {name.replace('_', ' ')}."
            yield GaugeMetricFamily(f"whetstone_stored_{name}", words, value=getattr(self._counts, name))
        yield _by("selected", "reason", self._counts.selected)
        yield _by("verdicts", "kind", self._counts.verdicts)
        yield _by("resolutions", "outcome", self._counts.resolutions)


def _by(name: str, label: str, numbers: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"whetstone_stored_{name}", f"In the store: {name}, by {label}.", labels=[label])
    for value, number in sorted(numbers.items()):
        family.add_metric([value], number)
    return family
