//! From the API server's JSON to trimmed objects, straight, one object's fault never another's.

use ironcore_api::compute::MachineNetworkInterface;
use ironcore_api::networking::{
    NetworkInterfaceSpec, NetworkInterfaceStatus, NetworkStatus, VirtualIPSpec, VirtualIPStatus,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::meta::{Meta, RawMeta};
use super::object::{Declared, Interface, Machine, Network, Object, VirtualIp, filled};

/// An object of the API server's: decoded, or known by its metadata alone.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot<T> {
    /// It decoded.
    Good(Box<T>),
    /// It did not. It exists all the same: it keeps its name and what refers to it.
    Bad(Box<Undecodable>),
}

/// An object that does not decode.
#[derive(Clone, Debug, PartialEq)]
pub struct Undecodable {
    /// Its metadata.
    pub meta: Meta,
    /// Why it does not decode.
    pub error: String,
}

impl<T: Object> Slot<T> {
    /// Metadata, which always decodes.
    pub fn meta(&self) -> &Meta {
        match self {
            Self::Good(object) => object.meta(),
            Self::Bad(undecodable) => &undecodable.meta,
        }
    }

    /// The object, if it decoded.
    pub fn good(&self) -> Option<&T> {
        match self {
            Self::Good(object) => Some(object),
            Self::Bad(_) => None,
        }
    }
}

/// An object as received: its trimmed form, and what only the receiving code needs.
#[derive(Clone, Debug)]
pub struct Received<T> {
    /// The trimmed object.
    pub slot: Slot<T>,
    /// `resourceVersion` as text, to resume a watch from.
    pub resource_version: String,
    /// Whether it bears finalizers: a delete of it is then only an update.
    pub finalizers: bool,
}

/// Objects that are decoded from JSON in two steps: metadata, then the rest.
pub trait Decode: Object + Sized {
    /// The fields beside metadata.
    type Body: DeserializeOwned;
    /// The trimmed object.
    fn assemble(meta: Meta, raw: RawMeta, body: Self::Body) -> Self;
}

#[derive(Deserialize)]
struct MetaOnly {
    metadata: RawMeta,
}

/// Decodes one object's JSON. Fails only where not even the metadata decodes.
pub fn decode<T: Decode>(json: &str) -> Result<Received<T>, serde_json::Error> {
    let MetaOnly { metadata } = serde_json::from_str(json)?;
    let meta = metadata.trim();
    let (resource_version, finalizers) = (
        metadata.resource_version.clone(),
        !metadata.finalizers.is_empty(),
    );
    let slot = match serde_json::from_str::<T::Body>(json) {
        Ok(body) => Slot::Good(Box::new(T::assemble(meta, metadata, body))),
        Err(error) => Slot::Bad(Box::new(Undecodable {
            meta,
            error: cause(&error),
        })),
    };
    Ok(Received {
        slot,
        resource_version,
        finalizers,
    })
}

/// What is wrong, without where: the place moves with every version of the object, and what is told of it would be
/// another cause each time.
fn cause(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

impl<'de, T: Decode> Deserialize<'de> for Received<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        decode(raw.get()).map_err(serde::de::Error::custom)
    }
}

/// The body of a machine.
#[derive(Deserialize)]
pub struct MachineBody {
    #[serde(default)]
    spec: MachineSpecBody,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MachineSpecBody {
    #[serde(default)]
    network_interfaces: Option<Vec<MachineNetworkInterface>>,
}

impl Decode for Machine {
    type Body = MachineBody;
    fn assemble(meta: Meta, _: RawMeta, body: MachineBody) -> Self {
        let entries = body.spec.network_interfaces.unwrap_or_default();
        let interfaces = entries
            .into_iter()
            .filter_map(|entry| Declared::from_entry(&meta.name, entry))
            .collect();
        Self { meta, interfaces }
    }
}

/// The body of an interface.
#[derive(Deserialize)]
pub struct InterfaceBody {
    spec: NetworkInterfaceSpec,
    status: Option<NetworkInterfaceStatus>,
}

impl Decode for Interface {
    type Body = InterfaceBody;
    fn assemble(meta: Meta, raw: RawMeta, body: InterfaceBody) -> Self {
        let mut status = body.status.unwrap_or_default();
        status.ips.shrink_to_fit();
        status.prefixes.shrink_to_fit();
        status.conditions.shrink_to_fit();
        Self {
            meta,
            labels: raw.labels.unwrap_or_default().into(),
            annotations: raw.annotations.unwrap_or_default().into(),
            spec: filled(body.spec),
            status,
        }
    }
}

/// The body of a network.
#[derive(Deserialize)]
pub struct NetworkBody {
    status: Option<NetworkStatus>,
}

impl Decode for Network {
    type Body = NetworkBody;
    fn assemble(meta: Meta, _: RawMeta, body: NetworkBody) -> Self {
        Self {
            meta,
            state: body.status.and_then(|status| status.state),
        }
    }
}

/// The body of a virtual IP.
#[derive(Deserialize)]
pub struct VirtualIpBody {
    spec: VirtualIPSpec,
    status: Option<VirtualIPStatus>,
}

impl Decode for VirtualIp {
    type Body = VirtualIpBody;
    fn assemble(meta: Meta, _: RawMeta, body: VirtualIpBody) -> Self {
        Self {
            meta,
            family: body.spec.ip_family,
            target: body
                .spec
                .target_ref
                .filter(|target| !target.name.is_empty()),
            ip: body.status.and_then(|status| status.ip),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_reads_the_same_wherever_it_stands() {
        let error = |room: &str| {
            let json = format!(
                r#"{{"metadata":{{"name":"m"}},{room}"spec":{{"networkInterfaces":"none"}}}}"#
            );
            match decode::<Machine>(&json).unwrap().slot {
                Slot::Bad(undecodable) => undecodable.error,
                Slot::Good(machine) => panic!("{machine:?}"),
            }
        };
        assert_eq!(error(""), error("\n  "));
        assert!(error("").contains("none"), "{}", error(""));
        assert!(!error("").contains("column"), "{}", error(""));
    }
}
