// SPDX-License-Identifier: Apache-2.0

//! The marks by which the controllers know their own (contract, Names, marks, ownership).

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;

/// Annotation of every child that the controller creates; its value is [`EPHEMERAL_MANAGER`].
pub const EPHEMERAL_MANAGED_BY: &str = "common.ironcore.dev/ephemeral-managed-by";
/// Value of [`EPHEMERAL_MANAGED_BY`].
pub const EPHEMERAL_MANAGER: &str = "ephemeral-manager";
/// Annotation of an object that an outside system manages: the controller does not write to it.
pub const MANAGED_BY: &str = "common.ironcore.dev/managed-by";
/// Annotation of an interface that a machine's template made: what that template last said of the fields that others write
/// as well, as JSON. What it names no longer is then told from what others added (contract, Others add to what we make).
pub const LAST_APPLIED: &str = "ni.ironcore.dev/last-applied";

/// Label of a root Prefix in the controller's own namespace from which virtual IPs get their addresses, whatever its value
/// (contract, VirtualIP allocation).
pub const PUBLIC_POOL: &str = "ni.ironcore.dev/public-pool";
/// Annotation of the Prefix that holds a public address: the namespace of the virtual IP that it is for. Owner references don't
/// reach into other namespaces.
pub const VIRTUAL_IP_NAMESPACE: &str = "ni.ironcore.dev/virtual-ip-namespace";
/// As [`VIRTUAL_IP_NAMESPACE`]: its name.
pub const VIRTUAL_IP_NAME: &str = "ni.ironcore.dev/virtual-ip-name";
/// As [`VIRTUAL_IP_NAMESPACE`]: its UID, which the Prefix bears as its name.
pub const VIRTUAL_IP_UID: &str = "ni.ironcore.dev/virtual-ip-uid";

/// The controller owner reference of a child, so that the garbage collector deletes it with its owner.
pub fn controller_reference(
    api_version: &str,
    kind: &str,
    name: &str,
    uid: &str,
) -> OwnerReference {
    OwnerReference {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        uid: uid.to_owned(),
        controller: Some(true),
        block_owner_deletion: Some(true),
    }
}
