//! Objects as the world keeps them: trimmed to what planners read, with defaults filled in.

use std::borrow::Cow;

use ironcore_api::address::IpFamily;
use ironcore_api::compute::MachineNetworkInterface;
use ironcore_api::default;
use ironcore_api::names;
use ironcore_api::networking::{NetworkInterfaceSpec, NetworkInterfaceStatus, NetworkState};
use ironcore_api::reference::{Named, UidRef};

use super::meta::{Meta, Pairs, Str};
use super::size::Weigh;

/// The kinds that the world holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `compute.ironcore.dev` Machine.
    Machine,
    /// `networking.ironcore.dev` NetworkInterface.
    NetworkInterface,
    /// `networking.ironcore.dev` Network.
    Network,
    /// `networking.ironcore.dev` VirtualIP.
    VirtualIp,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Machine,
        Self::NetworkInterface,
        Self::Network,
        Self::VirtualIp,
    ];

    /// The kind's name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Machine => "Machine",
            Self::NetworkInterface => "NetworkInterface",
            Self::Network => "Network",
            Self::VirtualIp => "VirtualIP",
        }
    }

    /// The resource's name in paths.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Machine => "machines",
            Self::NetworkInterface => "networkinterfaces",
            Self::Network => "networks",
            Self::VirtualIp => "virtualips",
        }
    }

    /// The API group.
    pub fn group(self) -> &'static str {
        let version = self.api_version();
        version.split_once('/').map_or(version, |(group, _)| group)
    }

    /// Group and version, as in `apiVersion`.
    pub fn api_version(self) -> &'static str {
        match self {
            Self::Machine => "compute.ironcore.dev/v1alpha1",
            Self::NetworkInterface | Self::Network | Self::VirtualIp => {
                "networking.ironcore.dev/v1alpha1"
            }
        }
    }
}

/// What every object has.
pub trait Object {
    /// Its kind.
    const KIND: Kind;
    /// Its metadata.
    fn meta(&self) -> &Meta;
    /// Memory that it takes, in bytes, estimated.
    fn bytes(&self) -> usize;
}

macro_rules! object {
    ($type:ty, $kind:expr) => {
        impl Object for $type {
            const KIND: Kind = $kind;
            fn meta(&self) -> &Meta {
                &self.meta
            }
            fn bytes(&self) -> usize {
                Weigh::bytes(self)
            }
        }
    };
}

/// A machine: the interfaces that it declares.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// Metadata.
    pub meta: Meta,
    /// The declared interfaces, in order.
    pub interfaces: Box<[Declared]>,
}
object!(Machine, Kind::Machine);

/// An interface that a machine declares.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// Name of the NetworkInterface object.
    pub interface: Str,
    /// What the object is made from; `None` where the machine uses an existing one.
    pub template: Option<Box<Template>>,
}

/// What an ephemeral interface is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Labels that the interface bears.
    pub labels: Pairs,
    /// Annotations that the interface bears.
    pub annotations: Pairs,
    /// Its spec, defaults filled in.
    pub spec: NetworkInterfaceSpec,
}

impl Declared {
    /// What entry `entry` of the machine `machine` declares; `None` where it has no source.
    pub fn from_entry(machine: &str, entry: MachineNetworkInterface) -> Option<Self> {
        if let Some(ephemeral) = entry.ephemeral {
            let template = ephemeral.network_interface_template?;
            let metadata = template.metadata.unwrap_or_default();
            let mut spec = filled(template.spec);
            spec.machine_ref = None;
            return Some(Self {
                interface: names::network_interface(machine, &entry.name).into(),
                template: Some(Box::new(Template {
                    labels: metadata.labels.into(),
                    annotations: metadata.annotations.into(),
                    spec,
                })),
            });
        }
        let interface = entry.network_interface_ref.named()?.into();
        Some(Self {
            interface,
            template: None,
        })
    }
}

/// The spec with its defaults. Lists take what they need: decoding leaves room for four in a list of one.
pub(super) fn filled(spec: NetworkInterfaceSpec) -> NetworkInterfaceSpec {
    let mut spec = match default::network_interface_spec(&spec) {
        Cow::Owned(filled) => filled,
        Cow::Borrowed(_) => spec,
    };
    spec.ip_families.shrink_to_fit();
    spec.ips.shrink_to_fit();
    spec.prefixes.shrink_to_fit();
    spec
}

/// A network interface.
#[derive(Clone, Debug, PartialEq)]
pub struct Interface {
    /// Metadata.
    pub meta: Meta,
    /// Labels.
    pub labels: Pairs,
    /// Annotations.
    pub annotations: Pairs,
    /// Spec, defaults filled in.
    pub spec: NetworkInterfaceSpec,
    /// Status as stored.
    pub status: NetworkInterfaceStatus,
}
object!(Interface, Kind::NetworkInterface);

impl Interface {
    /// The VirtualIP that the spec refers to.
    pub fn virtual_ip_ref(&self) -> Option<&str> {
        self.spec.virtual_ip.as_ref()?.virtual_ip_ref.named()
    }
}

/// A network.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Metadata.
    pub meta: Meta,
    /// Its state, if anybody reports one.
    pub state: Option<NetworkState>,
}
object!(Network, Kind::Network);

/// A virtual IP.
#[derive(Clone, Debug, PartialEq)]
pub struct VirtualIp {
    /// Metadata.
    pub meta: Meta,
    /// Family of its address.
    pub family: IpFamily,
    /// The interface that has it.
    pub target: Option<UidRef>,
    /// Its address, once known.
    pub ip: Option<String>,
}
object!(VirtualIp, Kind::VirtualIp);
