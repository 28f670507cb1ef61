//! VirtualIP.

use super::draft::{VirtualIP, given, known_name};
use super::judge::Rules;
use super::stored::keeps;
use super::text::{NO_LABEL, is_label};
use crate::field::{Fault, FieldPath};
use crate::reference::Reference;

impl Rules for VirtualIP<'_> {
    fn across(&self, faults: &mut Vec<Fault>) {
        label_name(known_name(self.metadata.as_ref()), faults);
    }

    /// All but `targetRef` is frozen.
    fn frozen(&self, old: &Self, faults: &mut Vec<Fault>) {
        let (Some(new), Some(old)) = (&self.spec, &old.spec) else {
            return;
        };
        let at = FieldPath::root("spec");
        for (field, new, old) in [
            ("type", new.r#type, old.r#type),
            ("ipFamily", new.ipFamily, old.ipFamily),
        ] {
            // One that is missing is refused for that.
            if new.is_some() {
                keeps(&at.field(field), "", new, given(old), faults);
            }
        }
    }

    /// The interface that has it may come later, and names it.
    fn references(&self, _found: &mut Vec<Reference>) {}
}

/// The object's own name, where it is known, is a DNS label.
pub(super) fn label_name(name: Option<&str>, faults: &mut Vec<Fault>) {
    if let Some(name) = name
        && !is_label(name)
    {
        let metadata = FieldPath::root("metadata");
        faults.push(Fault::invalid(&metadata.field("name"), name, NO_LABEL));
    }
}
