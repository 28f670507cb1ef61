//! Names of the children of an interface, where the interface's own name is known.

use super::faults::Faults;
use super::text::{NO_LABEL, is_label, is_subdomain};
use crate::field::{Fault, FieldPath};

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
    if interface.len() + LONGEST_ENDING <= 253 {
        return;
    }
    let name = name(interface);
    if !is_subdomain(&name) {
        let detail = format!(
            "would be the name of the Prefix made for it, and has {} characters: at most 253",
            name.len()
        );
        faults.push(Fault::invalid(at, &name, detail));
    }
}

/// The VirtualIP that is made for the `virtualIP` at `at` can have the interface's name.
pub(super) fn of_virtual_ip(at: &FieldPath<'_>, interface: Option<&str>, faults: &mut Faults) {
    if let Some(interface) = interface
        && !is_label(interface)
    {
        let detail =
            format!("the VirtualIP made for it has the name of the interface, which {NO_LABEL}");
        faults.push(Fault::invalid(at, interface, detail));
    }
}
