// SPDX-License-Identifier: Apache-2.0

//! The kinds' definitions as the API server gets them: what the types say, and the rules that it checks.
//!
//! Names, structure and descriptions are derived from the types, and so is what holds of each field alone ([`Constrain`], which
//! the types derive). What holds across fields is said here, one module per kind. No rule is on an object's root: such a rule holds of objects stored before it
//! as well, so that these could not even lose a finalizer. All others forgive: see `forgive`.

mod change;
pub(crate) mod common;
mod derive;
mod describe;
mod foreign;
mod forgive;
mod machine;
mod machine_volume;
mod network;
mod network_interface;
mod network_interface_ips;
mod network_peerings;
mod node;
mod prefix;
mod rule;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod virtual_ip;

use crate::bound;

pub(crate) use change::{Change, Changes, How, Of};
pub(crate) use machine::crd as machine_crd;
pub(crate) use network::crd as network_crd;
pub(crate) use network_interface::crd as network_interface_crd;
pub(crate) use node::Node;
pub(crate) use prefix::crd as prefix_crd;
pub(crate) use virtual_ip::crd as virtual_ip_crd;

/// What the schema says of a type's fields, each taken alone.
pub(crate) trait Constrain {
    /// Says it at the place that `node` is.
    fn constrain(node: Node<'_>);
}
