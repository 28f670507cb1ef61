// SPDX-License-Identifier: Apache-2.0

//! The kinds' definitions as the API server gets them: what the types say, and the rules that it checks.
//!
//! Names, structure and descriptions are derived from the types; what a type cannot say is said here,
//! one module per kind. No rule is on an object's root: such a rule holds of objects stored before it
//! as well, so that these could not even lose a finalizer. All others forgive: see `forgive`.

mod common;
mod derive;
mod describe;
mod forgive;
mod machine;
mod machine_volume;
mod network;
mod network_interface;
mod network_interface_ips;
mod network_peerings;
mod node;
mod prefix;
mod prefix_frozen;
mod rule;
#[cfg(test)]
mod tests;
mod text;
mod virtual_ip;

use crate::bound;

pub(crate) use machine::crd as machine_crd;
pub(crate) use network::crd as network_crd;
pub(crate) use network_interface::crd as network_interface_crd;
pub(crate) use prefix::crd as prefix_crd;
pub(crate) use virtual_ip::crd as virtual_ip_crd;
