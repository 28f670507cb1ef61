// SPDX-License-Identifier: Apache-2.0

//! How long our own writes take to come back by their watches: one write at a time for each watch.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use ni_runtime::scope::{Scope, Scopes};

use crate::world::{Kind, Meta};

/// The lag of all watches. Versions of one watch are not compared with those of another: each goes at its own pace.
#[derive(Debug)]
pub struct Lag {
    scopes: Scopes,
    /// The version that one of our writes made, which the watch has yet to show, and when it was answered.
    awaited: HashMap<(Kind, Scope), (u64, Instant)>,
}

impl Lag {
    /// Of watches of each kind in `scopes`.
    pub fn new(scopes: Scopes) -> Self {
        Self {
            scopes,
            awaited: HashMap::new(),
        }
    }

    /// A write was answered `at` this time with an object of this metadata, when its watch had shown everything up to a
    /// version. It is awaited, unless another one is, or the watch was faster than the answer.
    pub fn wrote(&mut self, kind: Kind, meta: &Meta, shown_up_to: u64, at: Instant) {
        if let Some(scope) = self.scopes.of(&meta.namespace)
            && shown_up_to < meta.version
        {
            let awaited = self.awaited.entry((kind, scope));
            awaited.or_insert((meta.version, at));
        }
    }

    /// A watch shows an object of this metadata `at` this time; the lag, if that or an older write was awaited.
    pub fn shown(&mut self, kind: Kind, meta: &Meta, at: Instant) -> Option<Duration> {
        let watch = (kind, self.scopes.of(&meta.namespace)?);
        let (version, since) = self.awaited.get(&watch).copied()?;
        if version > meta.version {
            return None;
        }
        self.awaited.remove(&watch);
        Some(at.saturating_duration_since(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Machine, decode};

    /// Metadata of an object in `namespace`, of this version.
    fn meta(namespace: &str, version: u64) -> Meta {
        let text = format!(
            r#"{{"metadata":{{"name":"a","namespace":"{namespace}","uid":"u","resourceVersion":"{version}","creationTimestamp":"1970-01-01T00:00:00Z"}}}}"#
        );
        let received = decode::<Machine>(&text).expect("metadata");
        received.slot.meta().clone()
    }

    /// Feeds writes `w NAMESPACE VERSION` and events `e NAMESPACE VERSION`, a second apart; the lags in seconds.
    fn lags(scopes: &str, steps: &[(&str, &str, u64)]) -> Vec<u64> {
        let begun = Instant::now();
        let mut lag = Lag::new(scopes.parse().expect("names"));
        let mut lags = Vec::new();
        let mut shown = HashMap::new();
        for (second, (what, namespace, version)) in steps.iter().enumerate() {
            let at = begun + Duration::from_secs(second as u64);
            let meta = meta(namespace, *version);
            let shown = shown.entry(lag.scopes.of(namespace)).or_insert(0);
            if *what == "w" {
                lag.wrote(Kind::Machine, &meta, *shown, at);
            } else {
                *shown = (*shown).max(*version);
                lags.extend(lag.shown(Kind::Machine, &meta, at).map(|lag| lag.as_secs()));
            }
        }
        lags
    }

    #[test]
    fn a_lag_is_from_an_answer_to_the_first_event_that_is_as_new() {
        for (steps, expected) in [
            (
                &[("w", "a", 5), ("e", "a", 4), ("e", "a", 5), ("e", "a", 6)][..],
                &[2][..],
            ),
            (&[("w", "a", 5), ("e", "b", 7)], &[1]),
            // One at a time.
            (
                &[("w", "a", 5), ("w", "a", 6), ("e", "a", 6), ("e", "a", 7)],
                &[2],
            ),
            // The watch was faster than the answer.
            (&[("e", "a", 5), ("w", "a", 5), ("e", "a", 6)], &[]),
        ] {
            assert_eq!(lags("", steps), expected, "{steps:?}");
        }
    }

    #[test]
    fn a_watch_of_one_namespace_says_nothing_of_the_lag_of_another() {
        for (steps, expected) in [
            (&[("w", "a", 5), ("e", "b", 7), ("e", "a", 5)][..], &[2][..]),
            (&[("e", "b", 7), ("w", "a", 5), ("e", "a", 5)], &[1]),
            (
                &[("w", "a", 5), ("w", "b", 6), ("e", "b", 6), ("e", "a", 7)],
                &[1, 3],
            ),
            (&[("w", "other", 5), ("e", "other", 5)], &[]),
        ] {
            assert_eq!(lags("a,b", steps), expected, "{steps:?}");
        }
    }
}
