//! Cluster tests live in `tests/`.
