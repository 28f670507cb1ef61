// SPDX-License-Identifier: Apache-2.0

//! VirtualIP.

use super::draft::{Part, VirtualIP, given, known_name};
use super::faults::Faults;
use super::judge::Rules;
use super::referred::References;
use super::stored::immutable;
use super::text::no_label;
use crate::field::{Fault, FieldPath};

impl Rules for VirtualIP<'_> {
    fn spec(&self) -> &dyn Part {
        &self.spec
    }

    fn across(&self, faults: &mut Faults) {
        label_name(known_name(self.metadata.as_ref()), faults);
    }

    /// All but `targetRef` is frozen.
    fn frozen(&self, old: &Self, faults: &mut Faults) {
        let (Some(new), Some(old)) = (&self.spec, &old.spec) else {
            return;
        };
        let at = FieldPath::root("spec");
        for (field, new, old) in [
            ("type", new.r#type.as_deref(), old.r#type.as_deref()),
            ("ipFamily", new.ipFamily.as_deref(), old.ipFamily.as_deref()),
        ] {
            // One that is missing is refused for that.
            if new.is_some() {
                immutable(&at.field(field), new, given(old), faults);
            }
        }
    }

    /// The interface that has it may come later, and names it.
    fn references(&self, _found: &mut References) {}
}

/// The object's own name, where it is known, is a DNS label.
pub(super) fn label_name(name: Option<&str>, faults: &mut Faults) {
    let Some(name) = name else {
        return;
    };
    let metadata = FieldPath::root("metadata");
    for detail in no_label(name) {
        faults.push(Fault::invalid(&metadata.field("name"), name, detail));
    }
}
