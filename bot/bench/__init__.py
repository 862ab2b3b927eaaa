"""Measurements that `make bench` prints, each against a running service."""
