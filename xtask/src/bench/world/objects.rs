// SPDX-License-Identifier: Apache-2.0

//! The objects of a world of any size, each made from its number when it is asked for: a million would not fit into memory as
//! text. All of it is at rest: a controller that knows its job has nothing to do.

mod text;

use crate::bench::harness::random::random;

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
}

/// The interface that several machines name.
pub(super) const SHARED: &str = "shared";

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

/// Random to look at, and always the same.
pub(super) fn uid(kind: Kind, number: u64) -> String {
    let high = random(number ^ ((kind as u64 + 1) << 56));
    let low = random(high);
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0xfff,
        low & 0xffff_ffff_ffff
    )
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
