// SPDX-License-Identifier: Apache-2.0

//! An object that is kept, with its digest.

use std::fmt::{Debug, Formatter};

use crate::world::decode::Slot;
use crate::world::digest::Digest;
use crate::world::meta::Meta;
use crate::world::object::Object;
use crate::world::share::Shared;

/// An object with its digest. Most versions that come differ from the known one only in the version and the last writer. The digest shows
/// that without reading the texts behind the known object, which among many objects are seldom in a cache.
#[derive(Clone)]
pub(super) struct Kept<T> {
    slot: Slot<T>,
    /// Of all but the version and the last writer; `None` where objects are compared whole.
    digest: Option<Digest>,
}

/// Without the digest, which differs from process to process: the explorer distinguishes states by this text.
impl<T: Debug> Debug for Kept<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.slot.fmt(f)
    }
}

impl<T: Object> Kept<T> {
    /// An object as it came.
    pub(super) fn new(slot: Slot<T>) -> Self {
        let digest = slot.good().and_then(Object::digest);
        Self { slot, digest }
    }

    /// The object.
    pub(super) fn slot(&self) -> &Slot<T> {
        &self.slot
    }

    /// The object alone.
    pub(super) fn into_slot(self) -> Slot<T> {
        self.slot
    }

    /// Its metadata.
    pub(super) fn meta(&self) -> &Meta {
        self.slot.meta()
    }

    /// Whether it does not decode.
    pub(super) fn is_undecodable(&self) -> bool {
        self.slot.good().is_none()
    }

    /// Whether both are the same but for the version and the last writer.
    pub(super) fn is_same(&self, other: &mut Self) -> bool {
        let Some((own, others)) = self.digest.zip(other.digest) else {
            return self.slot.is_same(&mut other.slot);
        };
        let same = own == others;
        debug_assert_eq!(same, self.slot.is_same(&mut other.slot), "digests lie");
        same
    }

    /// Takes over the version and the last writer of `newer`, which is the same otherwise.
    pub(super) fn renew(&mut self, newer: &Meta, shared: &mut Shared) {
        let meta = self.slot.meta_mut();
        meta.version = newer.version;
        let known = std::mem::replace(&mut meta.last_writer, newer.last_writer.clone());
        if let Some(writer) = &mut meta.last_writer {
            shared.share(writer, known.as_ref());
        }
    }

    /// Shares texts with the version that is known, and with other objects.
    pub(super) fn share(&mut self, known: Option<&Self>, shared: &mut Shared) {
        self.slot.share(known.map(Self::slot), shared);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::world::{Kind, decode, for_kind};

    fn object(kind: Kind) -> Value {
        let template = json!({"spec": {"networkRef": {"name": "n"}, "ipFamilies": ["IPv4"], "ips": [{"value": "10.0.0.1"}]}});
        let ephemeral = json!({"networkInterfaceTemplate": template});
        let spec = match kind {
            Kind::Machine => {
                json!({"networkInterfaces": [{"name": "a", "ephemeral": ephemeral}]})
            }
            Kind::NetworkInterface => template["spec"].clone(),
            Kind::Network => json!({}),
            Kind::VirtualIp => json!({"type": "Public", "ipFamily": "IPv4"}),
            Kind::Prefix => json!({"ipFamily": "IPv4", "prefix": "10.0.0.0/8"}),
        };
        let others = json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "c", "uid": "c"}]);
        let metadata = json!({
            "name": "o", "namespace": "ns", "uid": "u", "resourceVersion": "7", "generation": 1,
            "ownerReferences": others, "managedFields": [{"manager": "somebody"}],
        });
        json!({"metadata": metadata, "spec": spec})
    }

    /// Whether a version in which `value` is at `path` is the same as the one before.
    fn is_same(kind: Kind, path: &str, value: Value) -> bool {
        let before = object(kind);
        let mut after = before.clone();
        let (parent, field) = path.rsplit_once('/').expect("a path");
        after.pointer_mut(parent).expect("a parent")[field] = value;
        let [before, after] = [before, after].map(|json| json.to_string());
        for_kind!(kind, T => {
            let kept = |json: &str| Kept::new(decode::<T>(json).expect("an object").slot);
            let (known, mut offered) = (kept(&before), kept(&after));
            assert!(!known.is_undecodable() && !offered.is_undecodable(), "{kind:?}");
            known.is_same(&mut offered)
        })
    }

    #[test]
    fn a_version_and_who_wrote_it_make_no_difference() {
        for kind in Kind::ALL {
            assert!(is_same(kind, "/metadata/resourceVersion", json!("8")));
            let managed = json!([{"manager": "another"}]);
            assert!(is_same(kind, "/metadata/managedFields", managed));
            assert!(is_same(kind, "/metadata/selfLink", json!("not read")));
        }
    }

    #[test]
    fn all_else_that_planners_read_does() {
        let metadata = [
            ("generation", json!(2)),
            ("uid", json!("another")),
            ("creationTimestamp", json!("2026-01-01T00:00:00Z")),
            ("deletionTimestamp", json!("2026-01-01T00:00:00Z")),
            ("ownerReferences", json!([])),
            (
                "annotations",
                json!({"common.ironcore.dev/managed-by": "x"}),
            ),
            (
                "annotations",
                json!({"common.ironcore.dev/ephemeral-managed-by": "ephemeral-manager"}),
            ),
        ];
        for kind in Kind::ALL {
            for (field, value) in metadata.clone() {
                assert!(
                    !is_same(kind, &format!("/metadata/{field}"), value),
                    "{kind:?} {field}"
                );
            }
        }
        let owned = "/metadata/ownerReferences/0/controller";
        assert!(!is_same(Kind::NetworkInterface, owned, json!(true)));
        let template = "/spec/networkInterfaces/0/ephemeral/networkInterfaceTemplate";
        for (kind, path, value) in [
            (Kind::Machine, "/spec/networkInterfaces/0/name", json!("b")),
            (
                Kind::Machine,
                &*format!("{template}/metadata"),
                json!({"labels": {"a": "b"}}),
            ),
            (
                Kind::Machine,
                &*format!("{template}/spec/ips"),
                json!([{"value": "10.0.0.2"}]),
            ),
            (
                Kind::Machine,
                &*format!("{template}/spec/networkRef"),
                json!({"name": "m"}),
            ),
            (
                Kind::NetworkInterface,
                "/metadata/labels",
                json!({"a": "b"}),
            ),
            (
                Kind::NetworkInterface,
                "/spec/ips/0/value",
                json!("10.0.0.2"),
            ),
            (
                Kind::NetworkInterface,
                "/status",
                json!({"state": "Pending"}),
            ),
            (Kind::Network, "/metadata/finalizers", json!(["a"])),
            (Kind::Network, "/status", json!({"state": "Pending"})),
            (Kind::VirtualIp, "/spec/ipFamily", json!("IPv6")),
            (Kind::VirtualIp, "/status", json!({"ip": "10.0.0.1"})),
            (Kind::Prefix, "/spec/prefix", json!("11.0.0.0/8")),
        ] {
            assert!(!is_same(kind, path, value), "{kind:?} {path}");
        }
    }
}
