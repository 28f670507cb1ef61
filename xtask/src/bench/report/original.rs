//! What IronCore's own controller takes on such a machine and API server (issue 3): it only creates, two interfaces
//! a machine as here, and writes no status.

/// A figure of the original: machines, and milliseconds per interface.
pub(super) type Figure = (f64, f64);

/// The original's wall time per interface; at 5000 machines it had done 43 % after 240 s, and got slower.
pub(super) const WALL: [Figure; 4] = [
    (500.0, 10_500.0 / 1000.0),
    (1000.0, 35_000.0 / 2000.0),
    (2000.0, 150_000.0 / 4000.0),
    (5000.0, 240_000.0 / 4300.0),
];

/// The original's CPU time per interface.
pub(super) const CPU: [Figure; 3] = [
    (500.0, 6_500.0 / 1000.0),
    (1000.0, 25_000.0 / 2000.0),
    (2000.0, 103_000.0 / 4000.0),
];
