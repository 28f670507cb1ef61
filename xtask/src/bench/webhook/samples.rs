// SPDX-License-Identifier: Apache-2.0

//! The objects that are reviewed and created: those of `deploy/samples`, and what they refer to.

use anyhow::{Context, Result};
use ironcore_api::{KINDS, Kind};
use serde::Deserialize;
use serde_json::Value;
use xtask::repo;

use crate::bench::harness::objects::NAMESPACE;
use crate::bench::harness::writes;

/// Where a machine's first interface has its template.
const TEMPLATE: &str = "/spec/networkInterfaces/0/ephemeral/networkInterfaceTemplate/spec";

/// An object with its kind.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) kind: &'static Kind,
    pub(crate) object: Value,
}

impl Sample {
    /// The sample interface: an address and a virtual IP.
    pub(crate) fn interface() -> Result<Self> {
        find("networkinterface.yaml", "NetworkInterface")
    }

    /// The sample machine with two ephemeral interfaces.
    pub(crate) fn machine() -> Result<Self> {
        find("machine-ephemeral.yaml", "Machine")
    }

    /// What both refer to.
    pub(crate) fn referred() -> Result<[Self; 2]> {
        let of = |kind| find("networkinterface.yaml", kind);
        Ok([of("Network")?, of("VirtualIP")?])
    }

    /// Path of the collection that it is in.
    pub(crate) fn collection(&self) -> String {
        let group = self.kind.group.trim_end_matches(".ironcore.dev");
        writes::collection(group, self.kind.plural)
    }

    /// The same under another name.
    pub(crate) fn named(&self, name: &str) -> Self {
        let mut named = self.clone();
        named.object["metadata"]["name"] = name.into();
        named
    }

    /// The same with one address that is none, which the schema takes and rules do not.
    pub(crate) fn spoiled(&self) -> Result<Self> {
        let mut spoiled = self.clone();
        let value = format!("{}/ips/0/value", spoiled.interface_spec());
        *spoiled.at(&value)? = "10.0.0.256".into();
        Ok(spoiled)
    }

    /// An interface with several faults.
    pub(crate) fn refused() -> Result<Self> {
        find("refused/networkinterface.yaml", "NetworkInterface")
    }

    /// The value at a JSON pointer.
    pub(crate) fn at(&mut self, pointer: &str) -> Result<&mut Value> {
        let value = self.object.pointer_mut(pointer);
        value.with_context(|| format!("the sample has no {pointer}"))
    }

    /// Where the spec of an interface is in it.
    fn interface_spec(&self) -> &'static str {
        if self.kind.kind == "Machine" {
            TEMPLATE
        } else {
            "/spec"
        }
    }
}

fn find(file: &str, kind: &str) -> Result<Sample> {
    let path = repo::root().join("deploy/samples").join(file);
    let what = || format!("reading {}", path.display());
    let text = std::fs::read_to_string(&path).with_context(what)?;
    for document in serde_norway::Deserializer::from_str(&text) {
        let mut object = Value::deserialize(document).with_context(what)?;
        if object["kind"] == kind {
            object["metadata"]["namespace"] = NAMESPACE.into();
            let kind = KINDS.iter().find(|known| known.kind == kind);
            let kind = kind.context("it is no kind of ours").with_context(what)?;
            return Ok(Sample { kind, object });
        }
    }
    None.with_context(|| format!("there is no {kind} in it"))
        .with_context(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_have_what_is_changed_in_them() {
        let (interface, machine) = (Sample::interface(), Sample::machine());
        for sample in [interface.expect("a sample"), machine.expect("a sample")] {
            let spoiled = sample.spoiled().expect("an address to spoil");
            assert_ne!(spoiled.object, sample.object);
            let collection = sample.collection();
            assert!(collection.ends_with(sample.kind.plural), "{collection}");
            assert!(collection.contains(sample.kind.group), "{collection}");
        }
        Sample::refused().expect("a sample");
        Sample::referred().expect("samples");
    }
}
