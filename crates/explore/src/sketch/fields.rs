// SPDX-License-Identifier: Apache-2.0

//! What the numbers and times of fields mean.

/// The kind of an object that the text is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// That of the store, or of the variant.
    Shown,
    /// That of the object that the change is about.
    Changed,
    /// That of the object that it is planned for.
    Planned,
    /// That of the list: lists are in the order of kinds.
    Listed,
}

/// What is only counted or kept for speed. None of it changes a decision in worlds this small: `waited` counts to 256.
pub(super) const LEFT_OUT: [&str; 6] = ["counts", "shared", "sizes", "ticket", GIVEN, "waited"];

/// The field that says how many tickets were given.
pub(super) const GIVEN: &str = "tickets";

/// Structs and their fields that hold versions, each with the kind whose versions it holds.
pub(super) const VERSIONS: [(&str, &str, Whose); 9] = [
    ("Meta", "version", Whose::Shown),
    ("Tombstone", "version", Whose::Shown),
    ("Delete", "version", Whose::Changed),
    ("Baseline", "known", Whose::Changed),
    ("Baseline", "shown_up_to", Whose::Changed),
    ("Look", "shown", Whose::Changed),
    ("Basis", "target", Whose::Changed),
    ("Basis", "planner", Whose::Planned),
    ("List", "newest", Whose::Listed),
];

/// Fields that hold what the world's clock was when something became known.
pub(super) const KNOWN: [&str; 4] = ["seen", "at", "lost", "doubted"];

/// Fields that hold what the world's clock was when a request was sent. The clock itself is at the end of all.
pub(super) const SENT: [&str; 1] = ["clock"];

/// Fields that hold numbers of lists.
pub(super) const LISTS: [&str; 4] = ["list", "number", "older", "anchor"];

/// Fields whose numbers stand for themselves: hashes, bits of addresses, sizes of texts.
pub(super) const PLAIN: [&str; 6] = ["what", "attempt", "first", "free", "used", "bytes"];

/// Fields that hold times since the start.
pub(super) const STAMPS: [&str; 7] = [
    "at",
    "since",
    "again_at",
    "granted_at",
    "timers",
    "due",
    "started_over",
];

/// Fields that hold how long something takes.
pub(super) const SPANS: [&str; 4] = ["base", "cap", "wait", "reuse_delay"];

/// Since when an object waits for its turn: for metrics alone.
pub(super) const WAITS: &str = "keys";

/// The field whose keys are tickets.
pub(super) const TICKETS: &str = "sent";
