//! The objects of a world of any size, each made from its number when it is asked for: a million would not fit into memory as
//! text. All of it is at rest: a controller that knows its job has nothing to do.

use std::fmt::Write;
use std::net::Ipv4Addr;

use ironcore_api::ownership::{EPHEMERAL_MANAGED_BY, EPHEMERAL_MANAGER, LAST_APPLIED};

/// Machines that share a template's texts, and a network.
const GROUP: u64 = 100;
/// Groups that share a namespace.
const GROUPS: u64 = 10;
/// Interfaces of a machine.
pub(super) const NICS: u64 = 2;
/// One machine of so many has a virtual IP.
const PER_VIRTUAL_IP: u64 = 4;
/// Objects of a group.
const OF_GROUP: u64 = 1 + GROUP + GROUP * NICS + GROUP / PER_VIRTUAL_IP;
/// Where many ask for one address and one interface.
pub(super) const CONTESTED: &str = "contested";
/// At most so many do.
const MOST: u64 = 10_000;

/// A kind that is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    Machine,
    NetworkInterface,
    Network,
    VirtualIp,
    Prefix,
}

impl Kind {
    pub(super) const ALL: [Self; 5] = [
        Self::Machine,
        Self::NetworkInterface,
        Self::Network,
        Self::VirtualIp,
        Self::Prefix,
    ];

    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Machine => "machines",
            Self::NetworkInterface => "networkinterfaces",
            Self::Network => "networks",
            Self::VirtualIp => "virtualips",
            Self::Prefix => "prefixes",
        }
    }

    /// `apiVersion` and `kind`.
    pub(super) fn head(self) -> (&'static str, &'static str) {
        match self {
            Self::Machine => ("compute.ironcore.dev/v1alpha1", "Machine"),
            Self::NetworkInterface => ("networking.ironcore.dev/v1alpha1", "NetworkInterface"),
            Self::Network => ("networking.ironcore.dev/v1alpha1", "Network"),
            Self::VirtualIp => ("networking.ironcore.dev/v1alpha1", "VirtualIP"),
            Self::Prefix => ("ipam.ironcore.dev/v1alpha1", "Prefix"),
        }
    }
}

/// How many objects there are of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Objects {
    /// Groups of machines with all that they have.
    groups: u64,
    /// Interfaces that ask for one address, and as many machines that name one interface.
    pub(super) contenders: u64,
    /// Virtual IPs that nobody has, to make up the number.
    spare: u64,
}

/// Where an object is, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) namespace: String,
    pub(super) name: String,
}

impl Objects {
    /// `count` objects in all.
    pub(super) fn new(count: u64) -> Self {
        let contenders = (count / 20).min(MOST);
        // Who contends needs a network, and the interface that the machines name.
        let fixed = if contenders > 0 {
            2 * contenders + 2
        } else {
            0
        };
        let rest = count.saturating_sub(fixed);
        Self {
            groups: rest / OF_GROUP,
            contenders,
            spare: rest % OF_GROUP,
        }
    }

    /// Machines that have interfaces of their own.
    pub(super) fn machines(self) -> u64 {
        self.groups * GROUP
    }

    /// Networks, without the one that is contested on.
    pub(super) fn networks(self) -> u64 {
        self.groups
    }

    fn contested(self) -> u64 {
        u64::from(self.contenders > 0)
    }

    /// How many there are of a kind.
    pub(super) fn count(self, kind: Kind) -> u64 {
        match kind {
            Kind::Machine => self.contenders + self.machines(),
            Kind::NetworkInterface => self.contenders + self.contested() + self.machines() * NICS,
            Kind::Network => self.contested() + self.groups,
            Kind::VirtualIp => self.machines() / PER_VIRTUAL_IP + self.spare,
            Kind::Prefix => 0,
        }
    }

    /// Where the object is that is number `number` of its kind: they are in order.
    pub(super) fn place(self, kind: Kind, number: u64) -> Place {
        let of = |namespace: &str, name: String| Place {
            namespace: namespace.to_owned(),
            name,
        };
        match kind {
            Kind::Machine | Kind::NetworkInterface if number < self.contenders => {
                of(CONTESTED, contender(number))
            }
            Kind::Machine => of_machine(number - self.contenders, ""),
            Kind::NetworkInterface if number < self.contenders + self.contested() => {
                of(CONTESTED, SHARED.to_owned())
            }
            Kind::NetworkInterface => {
                let number = number - self.contenders - self.contested();
                of_machine(number / NICS, &format!("-nic-{}", number % NICS))
            }
            Kind::Network if number < self.contested() => of(CONTESTED, CONTESTED.to_owned()),
            Kind::Network => {
                let group = number - self.contested();
                of(&tenant(group), network(group))
            }
            Kind::VirtualIp if number < self.spare => of("spare", format!("vip-{number:05}")),
            Kind::VirtualIp => {
                let machine = (number - self.spare) * PER_VIRTUAL_IP;
                of_machine(machine, "-vip")
            }
            Kind::Prefix => of("", String::new()),
        }
    }

    /// The number of the object of this kind at this place, if it is one of these.
    pub(super) fn number(self, kind: Kind, place: &Place) -> Option<u64> {
        let digits = place.name.split('-').filter_map(|part| part.parse().ok());
        let digits: Vec<u64> = digits.collect();
        let guess = match (kind, &digits[..]) {
            (_, [number]) if place.namespace == CONTESTED || kind == Kind::VirtualIp => *number,
            (Kind::NetworkInterface, []) => self.contenders,
            (Kind::Network, []) => 0,
            (Kind::Machine, [group, at]) => self.contenders + group * GROUP + at,
            (Kind::NetworkInterface, [group, at, nic]) => {
                self.contenders + self.contested() + (group * GROUP + at) * NICS + nic
            }
            (Kind::Network, [group]) => self.contested() + group,
            (Kind::VirtualIp, [group, at]) => self.spare + (group * GROUP + at) / PER_VIRTUAL_IP,
            _ => return None,
        };
        let right = guess < self.count(kind) && self.place(kind, guess) == *place;
        right.then_some(guess)
    }

    /// Appends the object's text: as the API server would send it.
    pub(super) fn write(self, kind: Kind, number: u64, out: &mut String) {
        let text = match kind {
            Kind::Machine if number < self.contenders => self.contending_machine(number, out),
            Kind::Machine => self.machine(number - self.contenders, out),
            Kind::NetworkInterface if number < self.contenders => {
                self.contending_interface(number, out)
            }
            Kind::NetworkInterface if number < self.contenders + self.contested() => {
                self.shared_interface(out)
            }
            Kind::NetworkInterface => {
                let number = number - self.contenders - self.contested();
                self.interface(number / NICS, number % NICS, out)
            }
            Kind::Network => self.network(number, out),
            Kind::VirtualIp => self.virtual_ip(number, out),
            Kind::Prefix => Ok(()),
        };
        text.expect("writing to a String does not fail");
    }

    /// The object's text.
    pub(super) fn text(self, kind: Kind, number: u64) -> String {
        let mut text = String::new();
        self.write(kind, number, &mut text);
        text
    }

    fn machine(self, machine: u64, out: &mut String) -> std::fmt::Result {
        let group = machine / GROUP;
        let number = self.contenders + machine;
        self.begin(Kind::Machine, number, group, "", out)?;
        out.write_str(r#"},"spec":{"image":"registry.example/os/gardenlinux:1592.4","#)?;
        out.write_str(r#""machineClassRef":{"name":"x3-xlarge"},"machinePoolRef":{"name":"pool-"#)?;
        write!(out, r#"{:03}"}},"networkInterfaces":["#, machine % 977)?;
        for nic in 0..NICS {
            let comma = if nic == 0 { "" } else { "," };
            write!(
                out,
                r#"{comma}{{"ephemeral":{{"networkInterfaceTemplate":{{"metadata":{{"labels":{}}},"spec":{{"#,
                labels(group)
            )?;
            addressed(group, machine, nic, out)?;
            write!(out, r#"}}}}}},"name":"nic-{nic}"}}"#)?;
        }
        out.write_str(r#"],"power":"On"},"status":{"machineID":"ironcore-machinepool-libvirt://"#)?;
        let uid = uid(Kind::Machine, number);
        write!(
            out,
            r#"{uid}","networkInterfaces":[{{"handle":"{uid}-nic-0","name":"nic-0","state":"Attached"}},{{"handle":"{uid}-nic-1","name":"nic-1","state":"Attached"}}],"observedGeneration":1,"state":"Running"}}}}"#
        )
    }

    fn interface(self, machine: u64, nic: u64, out: &mut String) -> std::fmt::Result {
        let group = machine / GROUP;
        let number = self.contenders + self.contested() + machine * NICS + nic;
        let applied = if has_virtual_ip(machine, nic) {
            let name = of_machine(machine, "-vip").name;
            format!(
                r#","{LAST_APPLIED}":"{{\"virtualIP\":{{\"virtualIPRef\":{{\"name\":\"{name}\"}}}}}}""#
            )
        } else {
            String::new()
        };
        let annotations = format!(
            r#""annotations":{{"{EPHEMERAL_MANAGED_BY}":"{EPHEMERAL_MANAGER}"{applied}}},"#
        );
        self.begin(Kind::NetworkInterface, number, group, &annotations, out)?;
        let (owner, owner_uid) = (
            of_machine(machine, "").name,
            uid(Kind::Machine, self.contenders + machine),
        );
        write!(
            out,
            r#","ownerReferences":[{{"apiVersion":"compute.ironcore.dev/v1alpha1","blockOwnerDeletion":true,"controller":true,"kind":"Machine","name":"{owner}","uid":"{owner_uid}"}}]}},"spec":{{"#
        )?;
        addressed(group, machine, nic, out)?;
        write!(
            out,
            r#","machineRef":{{"name":"{owner}","uid":"{owner_uid}"}},"providerID":"ironcore-net://{}"}},"status":{{"#,
            uid(Kind::Prefix, number)
        )?;
        ready(number, r#""reason":"Available","status":"True""#, "", out)?;
        write!(out, r#","ips":["{}"]"#, address(machine, nic))?;
        out.write_str(
            r#","lastStateTransitionTime":"2026-01-01T00:00:00Z","observedGeneration":1,"state":"Available""#,
        )?;
        if has_virtual_ip(machine, nic) {
            write!(out, r#","virtualIP":"{}""#, public(machine))?;
        }
        out.write_str("}}")
    }

    fn network(self, number: u64, out: &mut String) -> std::fmt::Result {
        self.begin(Kind::Network, number, number, "", out)?;
        write!(
            out,
            r#"}},"spec":{{"providerID":"ironcore-net://{number}"}},"status":{{"state":"Available"}}}}"#
        )
    }

    fn virtual_ip(self, number: u64, out: &mut String) -> std::fmt::Result {
        let machine = number.checked_sub(self.spare).map(|n| n * PER_VIRTUAL_IP);
        let group = machine.map_or(0, |machine| machine / GROUP);
        self.begin(Kind::VirtualIp, number, group, "", out)?;
        out.write_str(r#"},"spec":{"ipFamily":"IPv4""#)?;
        if let Some(machine) = machine {
            let target = self.contenders + self.contested() + machine * NICS;
            let name = self.place(Kind::NetworkInterface, target).name;
            let uid = uid(Kind::NetworkInterface, target);
            write!(out, r#","targetRef":{{"name":"{name}","uid":"{uid}"}}"#)?;
        }
        let ip = public(machine.unwrap_or(0));
        write!(out, r#","type":"Public"}},"status":{{"ip":"{ip}"}}}}"#)
    }

    /// One of the machines that name the one interface. The oldest has it.
    fn contending_machine(self, number: u64, out: &mut String) -> std::fmt::Result {
        self.begin(Kind::Machine, number, 0, "", out)?;
        write!(
            out,
            r#"}},"spec":{{"machineClassRef":{{"name":"x3-xlarge"}},"networkInterfaces":[{{"name":"nic-0","networkInterfaceRef":{{"name":"{SHARED}"}}}}]}}}}"#
        )
    }

    fn shared_interface(self, out: &mut String) -> std::fmt::Result {
        self.begin(Kind::NetworkInterface, self.contenders, 0, "", out)?;
        let (name, uid) = (contender(0), uid(Kind::Machine, 0));
        write!(
            out,
            r#"}},"spec":{{"ipFamilies":["IPv4"],"ips":[{{"value":"10.254.0.1"}}],"machineRef":{{"name":"{name}","uid":"{uid}"}},"networkRef":{{"name":"{CONTESTED}"}}}},"status":{{"#
        )?;
        ready(0, r#""reason":"Available","status":"True""#, "", out)?;
        out.write_str(
            r#","ips":["10.254.0.1"],"lastStateTransitionTime":"2026-01-01T00:00:00Z","observedGeneration":1,"state":"Available"}}"#,
        )
    }

    /// One of the interfaces that ask for the one address. The oldest has it.
    fn contending_interface(self, number: u64, out: &mut String) -> std::fmt::Result {
        self.begin(Kind::NetworkInterface, number, 0, "", out)?;
        write!(
            out,
            r#"}},"spec":{{"ipFamilies":["IPv4"],"ips":[{{"value":"{CONTESTED_ADDRESS}"}}],"networkRef":{{"name":"{CONTESTED}"}}}},"status":{{"#
        )?;
        if number == 0 {
            ready(0, r#""reason":"Available","status":"True""#, "", out)?;
            write!(out, r#","ips":["{CONTESTED_ADDRESS}"]"#)?;
        } else {
            let message = format!(
                "address {CONTESTED_ADDRESS} belongs to NetworkInterface {}",
                contender(0)
            );
            ready(
                number,
                r#""reason":"AddressInUse","status":"False""#,
                &message,
                out,
            )?;
        }
        let state = if number == 0 { "Available" } else { "Error" };
        write!(
            out,
            r#","lastStateTransitionTime":"2026-01-01T00:00:00Z","observedGeneration":1,"state":"{state}"}}}}"#
        )
    }

    /// Everything up to the end of the metadata, which stays open.
    fn begin(
        self,
        kind: Kind,
        number: u64,
        group: u64,
        annotations: &str,
        out: &mut String,
    ) -> std::fmt::Result {
        let ((api_version, word), Place { namespace, name }) =
            (kind.head(), self.place(kind, number));
        let (hour, minute, second) = (number / 3600 % 24, number / 60 % 60, number % 60);
        write!(
            out,
            r#"{{"apiVersion":"{api_version}","kind":"{word}","metadata":{{{annotations}"creationTimestamp":"2026-01-{:02}T{hour:02}:{minute:02}:{second:02}Z","generation":1,"labels":{},"managedFields":{},"name":"{name}","namespace":"{namespace}","resourceVersion":"{}","uid":"{}""#,
            1 + number / 86_400 % 28,
            labels(group),
            managed_fields(kind),
            1 + number,
            uid(kind, number),
        )
    }
}

/// The interface that several machines name.
pub(super) const SHARED: &str = "shared";
/// The address that several interfaces ask for.
const CONTESTED_ADDRESS: &str = "10.254.0.254";

fn contender(number: u64) -> String {
    format!("contender-{number:05}")
}

fn tenant(group: u64) -> String {
    format!("tenant-{:05}", group / GROUPS)
}

fn network(group: u64) -> String {
    format!("network-{group:05}")
}

fn of_machine(machine: u64, suffix: &str) -> Place {
    let group = machine / GROUP;
    Place {
        namespace: tenant(group),
        name: format!("machine-{group:05}-{:02}{suffix}", machine % GROUP),
    }
}

fn has_virtual_ip(machine: u64, nic: u64) -> bool {
    nic == 0 && machine.is_multiple_of(PER_VIRTUAL_IP)
}

fn labels(group: u64) -> String {
    format!(
        r#"{{"app.kubernetes.io/part-of":"cluster-{group:05}","tenant.example/project":"project-{:05}","topology.example/zone":"zone-{}"}}"#,
        group / GROUPS,
        group % 3
    )
}

/// What template and interface have in common.
fn addressed(group: u64, machine: u64, nic: u64, out: &mut String) -> std::fmt::Result {
    write!(
        out,
        r#""ipFamilies":["IPv4"],"ips":[{{"value":"{}"}}],"networkRef":{{"name":"{}"}}"#,
        address(machine, nic),
        network(group)
    )?;
    if has_virtual_ip(machine, nic) {
        let name = of_machine(machine, "-vip").name;
        write!(
            out,
            r#","virtualIP":{{"virtualIPRef":{{"name":"{name}"}}}}"#
        )?;
    }
    Ok(())
}

fn ready(number: u64, reason: &str, message: &str, out: &mut String) -> std::fmt::Result {
    write!(
        out,
        r#""conditions":[{{"lastTransitionTime":"2026-01-01T{:02}:{:02}:00Z","message":"{message}","observedGeneration":1,{reason},"type":"Ready"}}]"#,
        number / 60 % 24,
        number % 60
    )
}

fn offset(base: Ipv4Addr, by: u64) -> Ipv4Addr {
    Ipv4Addr::from_bits(base.to_bits() + u32::try_from(by).unwrap_or(0))
}

fn address(machine: u64, nic: u64) -> Ipv4Addr {
    offset(Ipv4Addr::new(10, 0, 0, 1), machine * NICS + nic)
}

fn public(machine: u64) -> Ipv4Addr {
    offset(Ipv4Addr::new(100, 64, 0, 1), machine)
}

/// Random to look at, and always the same.
pub(super) fn uid(kind: Kind, number: u64) -> String {
    let high = mix(number ^ ((kind as u64 + 1) << 56));
    let low = mix(high);
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0xfff,
        low & 0xffff_ffff_ffff
    )
}

/// Spreads numbers: the finalizer of `SplitMix64`.
pub(super) fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Who wrote what, as every API server keeps it.
fn managed_fields(kind: Kind) -> &'static str {
    match kind {
        Kind::Machine => {
            r#"[{"apiVersion":"compute.ironcore.dev/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{"f:app.kubernetes.io/part-of":{},"f:tenant.example/project":{},"f:topology.example/zone":{}}},"f:spec":{"f:image":{},"f:machineClassRef":{"f:name":{}},"f:networkInterfaces":{"k:{\"name\":\"nic-0\"}":{".":{},"f:ephemeral":{},"f:name":{}},"k:{\"name\":\"nic-1\"}":{".":{},"f:ephemeral":{},"f:name":{}}},"f:power":{}}},"manager":"machine-controller-manager","operation":"Apply","time":"2026-01-01T00:00:00Z"},{"apiVersion":"compute.ironcore.dev/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{"f:status":{".":{},"f:machineID":{},"f:networkInterfaces":{},"f:observedGeneration":{},"f:state":{}}},"manager":"machinepoollet","operation":"Update","subresource":"status","time":"2026-01-01T00:00:00Z"}]"#
        }
        Kind::NetworkInterface => {
            r#"[{"apiVersion":"networking.ironcore.dev/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{"f:common.ironcore.dev/ephemeral-managed-by":{}},"f:labels":{"f:app.kubernetes.io/part-of":{},"f:tenant.example/project":{},"f:topology.example/zone":{}},"f:ownerReferences":{"k:{\"uid\":\"\"}":{}}},"f:spec":{"f:ipFamilies":{},"f:ips":{},"f:machineRef":{"f:name":{},"f:uid":{}},"f:networkRef":{"f:name":{}}}},"manager":"ni-controller","operation":"Update","time":"2026-01-01T00:00:00Z"},{"apiVersion":"networking.ironcore.dev/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{"f:status":{".":{},"f:conditions":{"k:{\"type\":\"Ready\"}":{}},"f:ips":{},"f:state":{}}},"manager":"ni-controller","operation":"Update","subresource":"status","time":"2026-01-01T00:00:00Z"},{"apiVersion":"networking.ironcore.dev/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:providerID":{}}},"manager":"network-plugin","operation":"Update","time":"2026-01-01T00:00:00Z"}]"#
        }
        Kind::Network | Kind::VirtualIp | Kind::Prefix => {
            r#"[{"apiVersion":"networking.ironcore.dev/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{"f:app.kubernetes.io/part-of":{},"f:tenant.example/project":{},"f:topology.example/zone":{}}},"f:spec":{}},"manager":"kubectl","operation":"Apply","time":"2026-01-01T00:00:00Z"}]"#
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn there_are_as_many_as_asked_for_each_at_a_place_that_leads_back_to_it() {
        for count in [0, 19, 1000, 5001] {
            let objects = Objects::new(count);
            let all = Kind::ALL.map(|kind| objects.count(kind));
            assert_eq!(all.iter().sum::<u64>(), count, "{objects:?}");
            let mut uids = HashSet::new();
            for kind in Kind::ALL {
                let mut last = None;
                for number in 0..objects.count(kind) {
                    let place = objects.place(kind, number);
                    assert_eq!(objects.number(kind, &place), Some(number), "{place:?}");
                    let value: Value =
                        serde_json::from_str(&objects.text(kind, number)).expect("JSON");
                    assert_eq!(value["metadata"]["name"], *place.name);
                    assert_eq!(value["metadata"]["namespace"], *place.namespace);
                    let uid = value["metadata"]["uid"].as_str().expect("a uid").to_owned();
                    assert!(uids.insert(uid));
                    let at = Some((place.namespace, place.name));
                    assert!(last < at, "in the order in which an API server lists");
                    last = at;
                }
            }
        }
    }
}
