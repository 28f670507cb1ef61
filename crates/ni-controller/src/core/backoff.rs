// SPDX-License-Identifier: Apache-2.0

//! How long to wait before the next attempt: exponential, with jitter that is a function of object and attempt.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::world::Key;

/// Bounds of the wait between attempts for one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait, before jitter.
    pub base: Duration,
    /// The longest wait, before jitter.
    pub cap: Duration,
}

impl Backoff {
    /// The wait after `attempts` failures in a row: between half and all of `base · 2^(attempts-1)`, capped.
    pub fn wait(self, key: &Key, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        let full = self.base.saturating_mul(1 << doublings).min(self.cap);
        let mut hasher = DefaultHasher::new();
        (key, attempts).hash(&mut hasher);
        let share =
            f64::from(u32::try_from(hasher.finish() >> 32).unwrap_or(0)) / f64::from(u32::MAX);
        full.mul_f64(0.5 + share / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Kind;

    #[test]
    fn waits_double_up_to_the_cap_and_differ_by_object() {
        let backoff = Backoff {
            base: Duration::from_millis(100),
            cap: Duration::from_secs(10),
        };
        let key = |name: &str| Key {
            namespace: "ns".into(),
            kind: Kind::Machine,
            name: name.into(),
        };
        for (attempts, full) in [
            (1, 100),
            (2, 200),
            (5, 1600),
            (20, 10_000),
            (u32::MAX, 10_000),
        ] {
            let wait = backoff.wait(&key("a"), attempts).as_millis();
            assert!(
                (full / 2..=full).contains(&wait),
                "attempt {attempts}: {wait} ms of {full}"
            );
            assert_eq!(wait, backoff.wait(&key("a"), attempts).as_millis());
        }
        assert_ne!(backoff.wait(&key("a"), 3), backoff.wait(&key("b"), 3));
    }
}
