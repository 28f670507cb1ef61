// SPDX-License-Identifier: Apache-2.0

//! VirtualIP.

use super::draft::{VirtualIP, known_name};
use super::faults::Faults;
use super::judge::Rules;
use super::referred::References;
use super::text::no_label;
use crate::field::{Fault, FieldPath};

impl Rules for VirtualIP<'_> {
    fn across(&self, faults: &mut Faults) {
        label_name(known_name(self.metadata.as_ref()), faults);
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
