// SPDX-License-Identifier: Apache-2.0

//! What must hold of networks that are being deleted.

use ni_controller::world::Kind;

use super::Broken;
use super::object::must;
use crate::server::{Server, Shown};

/// No interface that was there when the network's deletion began refers to it.
///
/// # Errors
/// If one does.
pub(super) fn is_not_in_use(server: &Server, network: &Shown) -> Result<(), Broken> {
    let interfaces = server.objects.values();
    let mut users = interfaces.filter(|shown| {
        shown.kind == Kind::NetworkInterface
            && shown.json["spec"]["networkRef"]["name"] == *network.name
            && shown.version() < network.version()
    });
    let user = users.next();
    must(user.is_none(), "a network in use stays", || {
        format!("{user:?} refers to {}", network.name)
    })
}
