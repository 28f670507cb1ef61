//! What an object was before an update: what it must keep, and what is forgiven.

use std::collections::HashMap;

use crate::field::{Fault, FaultReason, FieldPath};

/// What follows "may not be changed" where a field may be set later.
pub(super) const ONCE: &str = " once set";

/// The field at `at` keeps the text that it had; where it had none, it may get one. `when` is empty
/// or [`ONCE`].
pub(super) fn keeps(
    at: &FieldPath<'_>,
    when: &str,
    new: Option<&str>,
    old: Option<&str>,
    faults: &mut Vec<Fault>,
) {
    if let Some(old) = old
        && new != Some(old)
    {
        let detail = format!("may not be changed{when}: it was {old}");
        faults.push(Fault::forbidden(at, detail));
    }
}

/// An update of an object that was already at fault is refused only for the faults that it brings:
/// takes out of `faults` those that are in `old`, each as often as it is there. Indices of lists do not
/// count: an entry's fault is the same when an earlier entry goes. Nor does it count how many entries
/// are too many: else a list that was too long could only be cut to its bound at once.
pub(super) fn forgive(faults: &mut Vec<Fault>, old: &[Fault]) {
    let mut known: HashMap<_, usize> = HashMap::new();
    for fault in old {
        *known.entry(sameness(fault)).or_default() += 1;
    }
    faults.retain(|fault| match known.get_mut(&sameness(fault)) {
        Some(times) if *times > 0 => {
            *times -= 1;
            false
        }
        _ => true,
    });
}

fn sameness(fault: &Fault) -> (String, FaultReason, String) {
    let message = match fault.reason {
        FaultReason::TooMany => String::new(),
        _ => fault.message.clone(),
    };
    (without_indices(&fault.field), fault.reason, message)
}

fn without_indices(path: &str) -> String {
    let mut within = false;
    let outside = |c: &char| {
        within = *c == '[' || within && *c != ']';
        !within && *c != ']'
    };
    path.chars().filter(outside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(index: usize, message: &str) -> Fault {
        let ips = FieldPath::root("ips");
        Fault::required(&ips.index(index).field("value"), message)
    }

    #[test]
    fn an_old_fault_is_forgiven_wherever_it_moved_and_as_often_as_it_was_there() {
        let old = [fault(1, "a"), fault(2, "b")];
        let mut faults = vec![fault(0, "a"), fault(1, "a"), fault(2, "c")];
        forgive(&mut faults, &old);
        assert_eq!(faults, [fault(1, "a"), fault(2, "c")]);
    }

    #[test]
    fn a_path_without_indices() {
        assert_eq!(without_indices("spec.ips[12].value"), "spec.ips.value");
        assert_eq!(without_indices("spec.ips"), "spec.ips");
    }
}
