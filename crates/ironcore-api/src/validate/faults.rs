//! Faults as they are found: so many are kept, the rest is counted.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::field::{Fault, FaultReason, FieldPath};

/// Faults that one judgement lists: more than a person reads.
pub const MOST_FAULTS: usize = 256;

/// What is wrong with an object, as it is found.
#[derive(Debug, Default)]
pub(super) struct Faults {
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
    Collecting(HashMap<u64, usize>),
    /// Each is forgiven as often as it is here.
    Known(HashMap<u64, usize>),
}

impl Faults {
    /// For the object as it was: what is found is remembered, to be forgiven later.
    pub(super) fn of_old() -> Self {
        Self {
            old: Old::Collecting(HashMap::new()),
            ..Self::default()
        }
    }

    /// For an update of the object whose faults `self` collected: these are forgiven, each as often as it was found.
    pub(super) fn forgiving(self) -> Self {
        let known = match self.old {
            Old::Collecting(known) => known,
            Old::None | Old::Known(_) => HashMap::new(),
        };
        Self {
            old: Old::Known(known),
            ..Self::default()
        }
    }

    /// Whether nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        let nothing_collected = match &self.old {
            Old::Collecting(known) => known.is_empty(),
            Old::None | Old::Known(_) => true,
        };
        nothing_collected && self.listed.is_empty() && self.more == 0
    }

    /// Adds a fault.
    pub(super) fn push(&mut self, fault: Fault) {
        self.add(|| fault);
    }

    /// Adds a fault whose text is only written where somebody reads it.
    pub(super) fn add(&mut self, fault: impl FnOnce() -> Fault) {
        match &mut self.old {
            Old::None if self.listed.len() == MOST_FAULTS => self.more += 1,
            Old::None => self.listed.push(fault()),
            Old::Collecting(known) => *known.entry(sameness(&fault())).or_default() += 1,
            Old::Known(known) => {
                let fault = fault();
                match known.get_mut(&sameness(&fault)) {
                    Some(times) if *times > 0 => *times -= 1,
                    _ if self.listed.len() == MOST_FAULTS => self.more += 1,
                    _ => self.listed.push(fault),
                }
            }
        }
    }

    /// Adds `number` faults at `at` that nobody lists.
    pub(super) fn count(&mut self, at: &FieldPath<'_>, number: usize) {
        if number == 0 {
            return;
        }
        let uncounted = || Fault::inconsistent(at, "");
        match &mut self.old {
            Old::None => self.more += number,
            Old::Collecting(known) => {
                *known.entry(sameness(&uncounted())).or_default() += number;
            }
            Old::Known(known) => {
                let times = known.entry(sameness(&uncounted())).or_default();
                let forgiven = number.min(*times);
                *times -= forgiven;
                self.more += number - forgiven;
            }
        }
    }

    /// The faults that are listed, and the number of the others.
    pub(super) fn into_parts(self) -> (Vec<Fault>, usize) {
        (self.listed, self.more)
    }
}

/// What makes two faults the same. Indices of lists do not count: an entry's fault is the same when an earlier entry goes.
/// Nor does it count how many entries are too many: else a list that was too long could only be cut to its bound at once.
fn sameness(fault: &Fault) -> u64 {
    let mut hasher = DefaultHasher::new();
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

    fn fault(index: usize, message: &str) -> Fault {
        let ips = FieldPath::root("ips");
        Fault::required(&ips.index(index).field("value"), message)
    }

    /// What an update with the faults `new` is refused for, if the object had the faults `old`.
    fn forgiven(old: Vec<Fault>, new: Vec<Fault>) -> (Vec<Fault>, usize) {
        let mut faults = Faults::of_old();
        old.into_iter().for_each(|fault| faults.push(fault));
        let mut faults = faults.forgiving();
        new.into_iter().for_each(|fault| faults.push(fault));
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
        let at = |path: &FieldPath<'_>| sameness(&Fault::required(path, "x"));
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
        faults.count(&FieldPath::root("ips"), 4);
        let (listed, more) = faults.into_parts();
        assert_eq!((listed.len(), more), (MOST_FAULTS, 7));
    }

    #[test]
    fn of_an_object_with_many_old_faults_only_new_ones_are_listed() {
        let many: Vec<_> = (0..1000).map(|index| fault(index, "a")).collect();
        let mut new = many.clone();
        new.push(fault(0, "b"));
        assert_eq!(forgiven(many, new), (vec![fault(0, "b")], 0));
    }

    #[test]
    fn faults_that_are_only_counted_are_forgiven_by_their_number() {
        let at = FieldPath::root("labels");
        let mut faults = Faults::of_old();
        faults.count(&at, 3);
        assert!(!faults.is_empty());
        let mut faults = faults.forgiving();
        faults.count(&at, 5);
        assert_eq!(faults.into_parts(), (vec![], 2));
    }
}
