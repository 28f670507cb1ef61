// SPDX-License-Identifier: Apache-2.0

//! Own writes that do not last: a policy takes back what was written, or somebody else writes the same fields. The API
//! server took each of them, so none has failed; still the same again waits longer each time.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use serde_json::Value;

use super::Backoff;
use crate::plan::{Change, Purpose, Request};
use crate::world::{Key, Kind, Str};

/// What was written last for one purpose to one object.
#[derive(Clone, Debug)]
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

impl Written {
    /// Whether it was so long ago that the same again counts as new.
    fn is_over(&self, backoff: Backoff, now: Duration) -> bool {
        now.saturating_sub(self.at) > 2 * backoff.cap
    }
}

/// Kind and name of the object that a write is about, and its purpose.
type Target = (Kind, Str, Purpose);

fn target(change: &Change) -> Target {
    (change.kind, change.name.clone(), change.purpose)
}

/// What was written last, by object that it was planned for, and by target: a write of one purpose does not hide that one of
/// another is taken back each time.
#[derive(Clone, Debug, Default)]
pub(super) struct Repeats(HashMap<Key, BTreeMap<Target, Written>>);

impl Repeats {
    /// Whether writes for this object are remembered.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.0.contains_key(key)
    }

    /// Remembers that the API server took `change`, of this fingerprint. The same after a long rest counts as new.
    pub(super) fn note(
        &mut self,
        key: &Key,
        change: &Change,
        (what, first): (u64, bool),
        backoff: Backoff,
        now: Duration,
    ) {
        let before = self.times(key, change, what, backoff, now);
        let written = Written {
            what,
            times: before + 1,
            at: now,
            first: first && before == 0,
        };
        let of = self.0.entry(key.clone()).or_default();
        of.insert(target(change), written);
    }

    /// Forgets the writes of the same object that our `change` takes back: nobody else does.
    pub(super) fn take_back(&mut self, key: &Key, change: &Change) {
        let undone = match change.purpose {
            Purpose::Release => Purpose::Claim,
            Purpose::Claim => Purpose::Release,
            Purpose::Replace | Purpose::Remove => Purpose::Make,
            Purpose::Unprotect => Purpose::Protect,
            Purpose::Make
            | Purpose::Repair
            | Purpose::Keep
            | Purpose::Grant
            | Purpose::Assign
            | Purpose::Protect
            | Purpose::Status
            | Purpose::Look => return,
        };
        if let Some(of) = self.0.get_mut(key) {
            of.remove(&(change.kind, change.name.clone(), undone));
        }
    }

    fn written(&self, key: &Key, change: &Change, what: u64) -> Option<&Written> {
        let written = self.0.get(key)?.get(&target(change))?;
        (written.what == what).then_some(written)
    }

    /// How often `change`, of the fingerprint `what`, was written in a row.
    pub(super) fn times(
        &self,
        key: &Key,
        change: &Change,
        what: u64,
        backoff: Backoff,
        now: Duration,
    ) -> u32 {
        let written = self.written(key, change, what);
        let written = written.filter(|written| !written.is_over(backoff, now));
        written.map_or(0, |written| written.times)
    }

    /// When `change` may be made, if that is not yet.
    pub(super) fn wait(
        &self,
        key: &Key,
        change: &Change,
        backoff: Backoff,
        now: Duration,
    ) -> Option<Duration> {
        let written = self.written(key, change, fingerprint(change)?)?;
        let at = written.at + backoff.wait(key, written.times);
        (at > now && !written.is_over(backoff, now)).then_some(at)
    }

    /// Nothing is left to do for `key`, which is there or not.
    pub(super) fn settle(&mut self, key: &Key, there: bool, backoff: Backoff, now: Duration) {
        let Some(of) = self.0.get_mut(key) else {
            return;
        };
        of.retain(|_, written| there && !written.first && !written.is_over(backoff, now));
        if of.is_empty() {
            self.0.remove(key);
        }
    }
}

/// A hash of what a write sets, without versions and times. None for what can't be taken back and written again.
pub(super) fn fingerprint(change: &Change) -> Option<u64> {
    let hasher = &mut DefaultHasher::new();
    match (change.purpose, &change.request) {
        (Purpose::Claim | Purpose::Release, Request::Patch(body)) => body["spec"].hash(hasher),
        (Purpose::Repair | Purpose::Keep, Request::Patch(body)) => {
            let metadata = &body["metadata"];
            (&body["spec"], &metadata["labels"], &metadata["annotations"]).hash(hasher);
            metadata["ownerReferences"].hash(hasher);
        }
        (Purpose::Status | Purpose::Grant, Request::PatchStatus(body)) => {
            hash_but_times(&body["status"], hasher);
        }
        (Purpose::Protect, Request::Patch(body)) => body["metadata"]["finalizers"].hash(hasher),
        (Purpose::Make, Request::Create(_)) => {}
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

    fn change(purpose: Purpose, request: Request) -> Change {
        Change {
            kind: Kind::NetworkInterface,
            name: "x".into(),
            request,
            purpose,
            then: None,
        }
    }

    fn status(state: &str, time: &str) -> Change {
        let status = json!({ "state": state, "lastStateTransitionTime": time });
        let body = json!({ "status": status });
        change(Purpose::Status, Request::PatchStatus(body))
    }

    fn note(repeats: &mut Repeats, change: &Change, now: Duration) {
        let what = fingerprint(change).unwrap();
        repeats.note(&key(), change, (what, false), BACKOFF, now);
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
            assert_eq!(repeats.wait(&key(), &change, BACKOFF, now), None);
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
        let what = fingerprint(&same).unwrap();
        let times = |now| repeats.times(&key(), &same, what, BACKOFF, Duration::from_secs(now));
        assert_eq!([times(20), times(21)], [1, 0]);
        let later = Duration::from_secs(21);
        assert_eq!(repeats.wait(&key(), &same, BACKOFF, later), None);
        note(&mut repeats, &status("Error", "1"), Duration::ZERO);
        assert_eq!(repeats.wait(&key(), &same, BACKOFF, Duration::ZERO), None);
    }

    #[test]
    fn a_write_is_told_from_another_by_what_it_sets_and_not_by_versions_and_times() {
        let spec = |name: &str| json!({ "spec": { "machineRef": { "name": name } } });
        let metadata = |field: &str, value: &str| json!({ "metadata": { field: { "a": value } } });
        let versions = json!({ "metadata": { "resourceVersion": "8", "uid": "u" } });
        let patch = |purpose, body| fingerprint(&change(purpose, Request::Patch(body)));
        for (purpose, one, other) in [
            (Purpose::Claim, spec("a"), spec("b")),
            (Purpose::Release, spec("a"), spec("b")),
            (Purpose::Repair, spec("a"), spec("b")),
            (
                Purpose::Repair,
                metadata("labels", "1"),
                metadata("labels", "2"),
            ),
            (
                Purpose::Repair,
                metadata("annotations", "1"),
                metadata("annotations", "2"),
            ),
            (
                Purpose::Keep,
                metadata("ownerReferences", "1"),
                metadata("ownerReferences", "2"),
            ),
            (
                Purpose::Protect,
                metadata("finalizers", "1"),
                metadata("finalizers", "2"),
            ),
        ] {
            let mut newer = one.clone();
            json_patch::merge(&mut newer, &versions);
            let what = patch(purpose, one);
            assert!(what.is_some(), "{purpose:?}");
            assert_eq!(what, patch(purpose, newer), "{purpose:?}");
            assert_ne!(what, patch(purpose, other), "{purpose:?}");
        }
        let grant = |pending: &str| {
            let body = json!({ "status": { "pending": [{ "uid": pending }] } });
            fingerprint(&change(Purpose::Grant, Request::PatchStatus(body)))
        };
        assert!(grant("a").is_some());
        assert_ne!(grant("a"), grant("b"));
        assert!(fingerprint(&change(Purpose::Make, Request::Create(Value::Null))).is_some());
        assert_eq!(patch(Purpose::Assign, spec("a")), None);
        assert_eq!(fingerprint(&change(Purpose::Look, Request::Read)), None);
    }

    #[test]
    fn what_this_controller_takes_back_itself_does_not_count() {
        let write = |purpose| {
            let request = match purpose {
                Purpose::Make => Request::Create(Value::Null),
                _ => Request::Patch(json!({})),
            };
            change(purpose, request)
        };
        for (written, taken_back_by) in [
            (Purpose::Claim, Purpose::Release),
            (Purpose::Release, Purpose::Claim),
            (Purpose::Make, Purpose::Replace),
            (Purpose::Make, Purpose::Remove),
            (Purpose::Protect, Purpose::Unprotect),
        ] {
            let written = write(written);
            let what = fingerprint(&written).unwrap();
            let mut repeats = Repeats::default();
            let times =
                |repeats: &Repeats| repeats.times(&key(), &written, what, BACKOFF, Duration::ZERO);
            note(&mut repeats, &written, Duration::ZERO);
            repeats.take_back(&key(), &write(Purpose::Repair));
            assert_eq!(times(&repeats), 1, "{written:?}");
            repeats.take_back(&key(), &write(taken_back_by));
            assert_eq!(times(&repeats), 0, "{written:?}");
        }
    }

    #[test]
    fn a_first_write_that_lasts_is_forgotten() {
        let mut repeats = Repeats::default();
        let change = status("Available", "1");
        let what = fingerprint(&change).unwrap();
        repeats.note(&key(), &change, (what, true), BACKOFF, Duration::ZERO);
        repeats.settle(&key(), true, BACKOFF, Duration::ZERO);
        assert!(repeats.0.is_empty());
        for (there, now) in [(false, 0), (true, 21)] {
            repeats.note(&key(), &change, (what, false), BACKOFF, Duration::ZERO);
            repeats.settle(&key(), true, BACKOFF, Duration::ZERO);
            assert_eq!(repeats.0.len(), 1);
            repeats.settle(&key(), there, BACKOFF, Duration::from_secs(now));
            assert!(repeats.0.is_empty(), "there: {there}, after {now} s");
        }
    }
}
