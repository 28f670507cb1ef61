// SPDX-License-Identifier: Apache-2.0

//! Faults as they are found: so many are kept, the rest is counted.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use crate::field::{Fault, FaultReason};

/// The maximum number of errors that a judgement lists.
pub const MOST_FAULTS: usize = 256;

/// What is wrong with an object, as it is found.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    listed: Vec<Fault>,
    more: usize,
    old: Old,
}

/// Faults of the object as it was before an update, by what makes two faults the same. They are numbers, not texts, so
/// that an object with a hundred thousand faults costs no more than its own text does.
#[derive(Debug, Default)]
enum Old {
    /// There are none to forgive.
    #[default]
    None,
    /// They are being collected.
    Collecting(Vec<u64>, RandomState),
    /// Each is forgiven as often as it was found.
    Known(Known, RandomState),
}

/// The numbers in order, and for the first of equal ones, how many of these are forgiven.
#[derive(Debug, Default)]
struct Known {
    sorted: Vec<u64>,
    forgiven: Vec<u32>,
}

impl Known {
    fn new(mut found: Vec<u64>) -> Self {
        found.sort_unstable();
        let forgiven = vec![0; found.len()];
        Self {
            sorted: found,
            forgiven,
        }
    }

    /// Whether one more fault of this number was there.
    fn forgive(&mut self, number: u64) -> bool {
        let first = self.sorted.partition_point(|known| *known < number);
        let Some(forgiven) = self.forgiven.get_mut(first) else {
            return false;
        };
        let is_one_left = self.sorted.get(first + *forgiven as usize) == Some(&number);
        *forgiven += u32::from(is_one_left);
        is_one_left
    }
}

impl Faults {
    /// For the object as it was: what is found is remembered, to be forgiven later.
    pub(super) fn of_old() -> Self {
        // Keys of this process: nobody can make up two faults that count as one.
        Self {
            old: Old::Collecting(Vec::new(), RandomState::new()),
            ..Self::default()
        }
    }

    /// For an update of the object whose faults `self` collected: these are forgiven, each as often as it was found.
    pub(super) fn forgiving(self) -> Self {
        let old = match self.old {
            Old::Collecting(found, keys) => Old::Known(Known::new(found), keys),
            other => other,
        };
        Self {
            old,
            ..Self::default()
        }
    }

    /// Whether nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        let nothing_collected = match &self.old {
            Old::Collecting(found, _) => found.is_empty(),
            Old::None | Old::Known(..) => true,
        };
        nothing_collected && self.listed.is_empty()
    }

    /// Adds a fault.
    pub(super) fn push(&mut self, fault: Fault) {
        self.add(|| fault);
    }

    /// Adds a fault whose text is only written where somebody reads it.
    pub(super) fn add(&mut self, fault: impl FnOnce() -> Fault) {
        let is_full = self.listed.len() == MOST_FAULTS;
        match &mut self.old {
            Old::None if is_full => self.more += 1,
            Old::None => self.listed.push(fault()),
            Old::Collecting(found, keys) => found.push(sameness(&fault(), keys)),
            Old::Known(known, keys) => {
                let fault = fault();
                if known.forgive(sameness(&fault, keys)) {
                    return;
                }
                if is_full {
                    self.more += 1;
                } else {
                    self.listed.push(fault);
                }
            }
        }
    }

    /// The faults that are listed, and the number of the others; there are others only where as many are listed as can be.
    pub(super) fn into_parts(self) -> (Vec<Fault>, usize) {
        (self.listed, self.more)
    }
}

/// What makes two faults the same. Indices of lists do not count: an entry's fault is the same when an earlier entry goes.
/// Nor does it count how many entries are too many: else a list that was too long could only be cut to its bound at once.
fn sameness(fault: &Fault, keys: &RandomState) -> u64 {
    let mut hasher = keys.build_hasher();
    for outside in fault.field.split('[') {
        // What follows the bracket of an index is hashed, the index is not.
        let outside = outside.split_once(']').map_or(outside, |(_, after)| after);
        outside.hash(&mut hasher);
    }
    fault.reason.hash(&mut hasher);
    if fault.reason != FaultReason::TooMany {
        fault.message.hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FieldPath;

    fn fault(index: usize, message: &str) -> Fault {
        let ips = FieldPath::root("ips");
        Fault::required(&ips.index(index).field("value"), message)
    }

    /// What an update with the faults `new` is refused for, if the object had the faults `old`.
    fn forgiven(old: Vec<Fault>, new: Vec<Fault>) -> (Vec<Fault>, usize) {
        let mut faults = Faults::of_old();
        for fault in old {
            faults.push(fault);
        }
        let mut faults = faults.forgiving();
        for fault in new {
            faults.push(fault);
        }
        faults.into_parts()
    }

    #[test]
    fn an_old_fault_is_forgiven_wherever_it_moved_and_as_often_as_it_was_there() {
        let old = vec![fault(1, "a"), fault(2, "b")];
        let new = vec![fault(0, "a"), fault(1, "a"), fault(2, "c")];
        assert_eq!(forgiven(old, new), (vec![fault(1, "a"), fault(2, "c")], 0));
    }

    #[test]
    fn faults_are_the_same_at_every_index_of_a_list_and_at_no_other_field() {
        let keys = RandomState::new();
        let at = |path: &FieldPath<'_>| sameness(&Fault::required(path, "x"), &keys);
        let spec = FieldPath::root("spec");
        let ips = spec.field("ips");
        assert_eq!(
            at(&ips.index(1).field("value")),
            at(&ips.index(12).field("value"))
        );
        assert_ne!(at(&ips.index(1).field("value")), at(&ips.index(1)));
        assert_ne!(at(&ips), at(&spec));
    }

    #[test]
    fn more_than_are_listed_are_counted() {
        let mut faults = Faults::default();
        for index in 0..MOST_FAULTS + 3 {
            faults.push(fault(index, "a"));
        }
        let (listed, more) = faults.into_parts();
        assert_eq!((listed.len(), more), (MOST_FAULTS, 3));
    }

    #[test]
    fn of_an_object_with_many_old_faults_only_new_ones_are_listed() {
        let many: Vec<_> = (0..1000).map(|index| fault(index, "a")).collect();
        let mut new = many.clone();
        new.push(fault(0, "b"));
        assert_eq!(forgiven(many, new), (vec![fault(0, "b")], 0));
    }

    #[test]
    fn of_many_equal_faults_as_many_are_forgiven_as_there_were() {
        let equal = |number| vec![fault(0, "a"); number];
        for (old, new, expected) in [(3, 3, 0), (3, 5, 2), (0, 1, 1), (5, 1, 0)] {
            let (listed, more) = forgiven(equal(old), equal(new));
            assert_eq!((listed.len(), more), (expected, 0), "{old} {new}");
        }
    }
}
