// SPDX-License-Identifier: Apache-2.0

//! Names of the children of an interface, where the interface's own name is known.

use super::faults::Faults;
use super::text::{is_subdomain, no_label, no_subdomain};
use crate::field::{Fault, FieldPath};
use crate::words;

/// More than the longest ending of a child's name: `-pf-` and an index.
const LONGEST_ENDING: usize = 24;

/// The Prefix that is made for the entry at `at` can have its name.
pub(super) fn of_prefix(
    at: &FieldPath<'_>,
    interface: Option<&str>,
    name: impl FnOnce(&str) -> String,
    faults: &mut Faults,
) {
    // An interface whose own name is none is refused for that.
    let Some(interface) = interface.filter(|interface| is_subdomain(interface)) else {
        return;
    };
    if interface.len() + LONGEST_ENDING <= words::SUBDOMAIN_MOST {
        return;
    }
    let name = name(interface);
    for detail in no_subdomain(&name) {
        faults.push(Fault::invalid(at, &name, words::derived("Prefix", detail)));
    }
}

/// The VirtualIP that is made for the `virtualIP` at `at` can have the interface's name.
pub(super) fn of_virtual_ip(at: &FieldPath<'_>, interface: Option<&str>, faults: &mut Faults) {
    let Some(interface) = interface else {
        return;
    };
    for detail in no_label(interface) {
        let detail = words::derived("VirtualIP", detail);
        faults.push(Fault::invalid(at, interface, detail));
    }
}
