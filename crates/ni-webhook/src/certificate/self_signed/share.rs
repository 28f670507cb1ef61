// SPDX-License-Identifier: Apache-2.0

//! Replicas that wake at different times, so that one acts and the others find it done.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// A replica's place among all, from 0 to 1: a function of its name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(pub(super) f64);

impl Share {
    /// The place of the replica with this name.
    pub fn of(name: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        Self(f64::from(u32::try_from(hasher.finish() >> 32).unwrap_or(0)) / f64::from(u32::MAX))
    }

    /// Its part of a span.
    pub fn part(self, span: Duration) -> Duration {
        span.mul_f64(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_are_spread_over_the_span() {
        let span = Duration::from_secs(100);
        let parts = (0..100).map(|number| Share::of(&format!("ni-webhook-{number}")).part(span));
        let mut tenths: Vec<u64> = parts.map(|part| part.as_secs() / 10).collect();
        assert!(tenths.iter().all(|tenth| *tenth <= 10));
        tenths.sort_unstable();
        tenths.dedup();
        assert!(tenths.len() >= 9, "{tenths:?}");
    }

    #[test]
    fn a_replica_keeps_its_place() {
        assert_eq!(Share::of("a"), Share::of("a"));
        assert_ne!(Share::of("a"), Share::of("b"));
    }
}
