//! Own writes that do not last: a policy takes back what was written, or somebody else writes the same fields. The API
//! server took each of them, so none has failed; still the same again waits longer each time.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use serde_json::Value;

use super::Backoff;
use crate::plan::{Change, Purpose, Request};
use crate::world::Key;

/// What was written last to an object.
#[derive(Debug)]
struct Written {
    /// Its [`fingerprint`].
    what: u64,
    /// How often, in a row.
    times: u32,
    /// When, last.
    at: Duration,
    /// Whether it is forgotten once nothing is left to do: nobody else had written there before.
    first: bool,
}

/// What was written last, by object that it was planned for.
#[derive(Debug, Default)]
pub(super) struct Repeats(HashMap<Key, Written>);

impl Repeats {
    /// Remembers that the API server took `what`. The same after a long rest counts as new.
    pub(super) fn note(
        &mut self,
        key: &Key,
        what: u64,
        first: bool,
        backoff: Backoff,
        now: Duration,
    ) {
        let before = self.times(key, what, backoff, now);
        let written = Written {
            what,
            times: before + 1,
            at: now,
            first: first && before == 0,
        };
        self.0.insert(key.clone(), written);
    }

    /// How often `what` was written in a row.
    pub(super) fn times(&self, key: &Key, what: u64, backoff: Backoff, now: Duration) -> u32 {
        let rested = |written: &Written| now.saturating_sub(written.at) > 2 * backoff.cap;
        let written = self.0.get(key).filter(|written| written.what == what);
        written
            .filter(|written| !rested(written))
            .map_or(0, |written| written.times)
    }

    /// When `change` may be made, if that is not yet.
    pub(super) fn wait(
        &self,
        key: &Key,
        change: &Change,
        backoff: Backoff,
        now: Duration,
    ) -> Option<Duration> {
        let written = self.0.get(key)?;
        let times = self.times(key, fingerprint(change)?, backoff, now);
        let at = written.at + backoff.wait(key, times);
        (times > 0 && at > now).then_some(at)
    }

    /// Nothing is left to do for `key`, which is there or not.
    pub(super) fn settle(&mut self, key: &Key, there: bool) {
        if self
            .0
            .get(key)
            .is_some_and(|written| written.first || !there)
        {
            self.0.remove(key);
        }
    }
}

/// What a claim, release or status write says, versions and times aside. Of children a memory of their own tells what
/// does not come back as written.
pub(super) fn fingerprint(change: &Change) -> Option<u64> {
    let hasher = &mut DefaultHasher::new();
    match (change.purpose, &change.request) {
        (Purpose::Claim | Purpose::Release, Request::Patch(body)) => body["spec"].hash(hasher),
        (Purpose::Status, Request::PatchStatus(body)) => hash_but_times(&body["status"], hasher),
        _ => return None,
    }
    Some(hasher.finish())
}

fn hash_but_times(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !name.ends_with("TransitionTime"))
            .for_each(|(name, value)| {
                name.hash(hasher);
                hash_but_times(value, hasher);
            }),
        Value::Array(items) => items.iter().for_each(|item| hash_but_times(item, hasher)),
        other => other.hash(hasher),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::world::Kind;

    const BACKOFF: Backoff = Backoff {
        base: Duration::from_millis(100),
        cap: Duration::from_secs(10),
    };

    fn key() -> Key {
        Key {
            namespace: "ns".into(),
            kind: Kind::NetworkInterface,
            name: "x".into(),
        }
    }

    fn status(state: &str, time: &str) -> Change {
        let status = json!({ "state": state, "lastStateTransitionTime": time });
        Change {
            kind: Kind::NetworkInterface,
            name: "x".into(),
            request: Request::PatchStatus(json!({ "status": status })),
            purpose: Purpose::Status,
            then: None,
        }
    }

    fn note(repeats: &mut Repeats, change: &Change, now: Duration) {
        repeats.note(&key(), fingerprint(change).unwrap(), false, BACKOFF, now);
    }

    #[test]
    fn the_same_again_waits_longer_each_time_and_another_does_not() {
        let mut repeats = Repeats::default();
        let (mut now, mut waits) = (Duration::ZERO, Vec::new());
        for time in ["1", "2", "3", "4", "5"] {
            let change = status("Available", time);
            let at = repeats.wait(&key(), &change, BACKOFF, now);
            waits.push(at.map_or(Duration::ZERO, |at| at.saturating_sub(now)));
            now = at.unwrap_or(now);
            note(&mut repeats, &change, now);
            assert_eq!(
                repeats.wait(&key(), &status("Error", "1"), BACKOFF, now),
                None
            );
        }
        assert_eq!(waits[0], Duration::ZERO);
        assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
    }

    #[test]
    fn the_same_after_a_long_rest_or_another_in_between_is_new() {
        let mut repeats = Repeats::default();
        let same = status("Available", "1");
        note(&mut repeats, &same, Duration::ZERO);
        let later = Duration::from_secs(21);
        assert_eq!(repeats.wait(&key(), &same, BACKOFF, later), None);
        note(&mut repeats, &status("Error", "1"), Duration::ZERO);
        assert_eq!(repeats.wait(&key(), &same, BACKOFF, Duration::ZERO), None);
    }

    #[test]
    fn a_first_write_that_lasts_is_forgotten() {
        let mut repeats = Repeats::default();
        let what = fingerprint(&status("Available", "1")).unwrap();
        repeats.note(&key(), what, true, BACKOFF, Duration::ZERO);
        repeats.settle(&key(), true);
        assert!(repeats.0.is_empty());
        repeats.note(&key(), what, false, BACKOFF, Duration::ZERO);
        repeats.settle(&key(), true);
        assert_eq!(repeats.0.len(), 1);
        repeats.settle(&key(), false);
        assert!(repeats.0.is_empty());
    }
}
