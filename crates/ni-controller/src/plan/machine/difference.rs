// SPDX-License-Identifier: Apache-2.0

//! How an interface differs from the template in its machine.

use ironcore_api::networking::NetworkInterfaceSpec;
use ironcore_api::reference::Named;
use serde_json::Value;

use super::applied;
use super::interfaces::machine_ref;
use crate::plan::children::{Difference, Field, Owns, different_metadata, value};
use crate::plan::same::{same_ip, same_list};
use crate::world::{Interface, Machine, Template};

/// Compares after defaulting, addresses as addresses, null = empty = absent (contract).
pub(super) fn difference(machine: &Machine, template: &Template, child: &Interface) -> Difference {
    let want = template.spec.unpack();
    let mut difference = spec_difference(machine, &want, &child.spec.unpack());
    difference.extend(different_metadata(
        (template.labels.iter(), template.annotations.iter()),
        (&child.labels, &child.annotations),
        <Machine as Owns<Interface>>::MARKS,
    ));
    difference.extend(applied::difference(&want, child));
    difference
}

/// Takes the wanted spec apart, so that a field that nobody compares does not compile.
fn spec_difference(
    machine: &Machine,
    want: &NetworkInterfaceSpec,
    have: &NetworkInterfaceSpec,
) -> Difference {
    let NetworkInterfaceSpec {
        provider_id: _, // the network plugin's
        network_ref,
        machine_ref: _, // the machine's own, see below
        ip_families,
        ips,
        prefixes: _,   // others write them as well,
        virtual_ip: _, // see `applied`
        attributes,
    } = want;
    let mut difference = Difference::new();
    let mut fixed = |name, same: bool| {
        if !same {
            difference.insert(Field::Fixed(name), Value::Null);
        }
    };
    let same_families = *ip_families == have.ip_families;
    fixed(
        "networkRef",
        network_ref.named() == have.network_ref.named(),
    );
    fixed("ipFamilies", same_families);
    fixed("attributes", *attributes == have.attributes);
    let mut change = |name, same: bool, value: &dyn Fn() -> Value| {
        if !same {
            difference.insert(Field::Spec(name), value());
        }
    };
    let holder = machine_ref(machine);
    let same = have.machine_ref.as_ref() == Some(&holder);
    change("machineRef", same, &|| value(&holder));
    // Addresses go with families, which can't be changed: those of other families would be refused.
    let same = !same_families || same_list(ips, &have.ips, same_ip);
    change("ips", same, &|| value(ips));
    difference
}
