//! Fills in and judges; pure.
