// SPDX-License-Identifier: Apache-2.0

//! Whether the API server went back to an older state, as when its etcd is restored from a backup.
//!
//! Its versions only grow. So an answer that shows an object older than it was known when the request was sent proves that
//! it went back; and so does one that shows a version which the watch should have shown before. Nothing else is taken
//! for a proof: a list may be old, a watch late, and an object that nobody changes keeps its version.

use std::fmt;

/// What proves that the API server went back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WentBack {
    /// What was looked at.
    pub of: String,
    /// The version that was seen before.
    pub seen: String,
    /// What is there now.
    pub now: String,
}

impl fmt::Display for WentBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, seen, now } = self;
        write!(f, "{of}: seen at version {seen}, now {now}")
    }
}

/// What was known when a request was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The version of the object that the request is about, if one was known.
    pub known: Option<u64>,
    /// The version up to which the watch of its kind had shown everything.
    pub shown_up_to: u64,
}

impl Baseline {
    /// The version that was seen before, if an answer that shows this one proves that the server went back.
    ///
    /// A patch that changes nothing is answered with the version that was there, so an old version alone proves nothing. Of an
    /// object that was not known only a create says something: what it makes is newer than all else.
    pub fn contradicted_by(self, version: u64, created: bool) -> Option<u64> {
        let Self { known, shown_up_to } = self;
        match known {
            Some(known) if version < known => Some(known),
            Some(known) if version == known && !created => None,
            None if !created => None,
            Some(_) | None => (version <= shown_up_to).then_some(shown_up_to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_older_than_what_was_known_proves_that_the_server_went_back() {
        let (create, other) = (true, false);
        for (known, shown_up_to, version, created, expected) in [
            // As it should be: the same, a newer one, a new one.
            (Some(5), 9, 5, other, None),
            (Some(5), 9, 10, other, None),
            (None, 9, 10, create, None),
            // The answer to another of our requests was faster than the watch.
            (Some(12), 9, 12, other, None),
            (Some(12), 9, 13, other, None),
            // Older than it was.
            (Some(5), 9, 4, other, Some(5)),
            (Some(12), 9, 10, other, Some(12)),
            (Some(5), 0, 4, other, Some(5)),
            // Newer than it was, and the watch has not shown that: it shows another history.
            (Some(5), 9, 6, other, Some(9)),
            (Some(5), 9, 9, other, Some(9)),
            (None, 9, 9, create, Some(9)),
            (Some(5), 9, 7, create, Some(9)),
            // Nothing is known of it: it may have been deleted, and a 404 of a server that lags was believed.
            (None, 9, 4, other, None),
            // While a list is read, what it has not shown yet may be anything.
            (Some(5), 0, 6, other, None),
            (None, 0, 4, create, None),
        ] {
            let baseline = Baseline { known, shown_up_to };
            let found = baseline.contradicted_by(version, created);
            assert_eq!(
                found, expected,
                "{baseline:?}, {version}, created: {created}"
            );
        }
    }
}
