// SPDX-License-Identifier: Apache-2.0

//! Who has what several ask for: an address, a name. Kept in order, so that a change of one that asks costs no more where many
//! do, and the others are planned for only when the holder changes.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use k8s_openapi::jiff::Timestamp;

use super::by_name::ByName;
use super::kinds::{Interface, Kind, Namespace};
use super::meta::{Meta, Str};
use super::object::Affect;

/// What only one can have.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Prize {
    /// An address in a network: interfaces ask for it.
    Address(Str, IpAddr),
    /// An interface's name: machines want one of that name made.
    Made(Str),
    /// An interface: machines refer to it.
    Claimed(Str),
    /// A prefix's name: interfaces want one of that name made.
    Prefix(Str),
}

/// A prize, and the name of an object that may ask for it, or may have done so before.
pub(super) type Bid = (Prize, Str);

/// One that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Contender {
    created: Timestamp,
    uid: Str,
    /// Whether its status shows that it has the prize.
    shows: bool,
    deleting: bool,
}

impl Contender {
    fn of(meta: &Meta, shows: bool) -> Self {
        Self {
            created: meta.created,
            uid: meta.uid.clone(),
            shows,
            deleting: meta.deleting,
        }
    }
}

/// Who has a prize, as far as the others' plans depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Holder {
    name: Str,
    uid: Str,
    deleting: bool,
}

/// All that ask for a prize, where several do.
#[derive(Clone, Debug, Default)]
struct Contest {
    contenders: ByName<Contender>,
    /// The same, the oldest first.
    ranks: BTreeSet<(Timestamp, Str, Str)>,
    /// Those whose status shows that they have it.
    showing: BTreeSet<Str>,
    holder: Option<Holder>,
}

impl Contest {
    /// Takes in that the object `name` asks, or does not.
    fn set(&mut self, name: &Str, contender: Option<Contender>) {
        if let Some(old) = self.contenders.remove(name) {
            self.ranks.remove(&(old.created, old.uid, name.clone()));
            self.showing.remove(name);
        }
        if let Some(new) = contender {
            let rank = (new.created, new.uid.clone(), name.clone());
            self.ranks.insert(rank);
            if new.shows {
                self.showing.insert(name.clone());
            }
            self.contenders.insert(name, new);
        }
    }

    /// Settles who has the prize: the one that shows it; where none or several do, the oldest (contract, NetworkInterface
    /// status). Answers whether that changed.
    fn settle(&mut self) -> bool {
        let oldest = self.ranks.first().map(|(_, _, name)| name);
        let name = match self.showing.len() {
            1 => self.showing.first(),
            _ => oldest,
        };
        let holder = name.and_then(|name| {
            let contender = self.contenders.get(name)?;
            Some(Holder {
                name: name.clone(),
                uid: contender.uid.clone(),
                deleting: contender.deleting,
            })
        });
        let changed = self.holder != holder;
        self.holder = holder;
        changed
    }
}

/// The contests of a namespace, by prize.
#[derive(Clone, Debug, Default)]
pub(super) struct Contests(BTreeMap<Prize, Contest>);

impl Namespace {
    /// Who has `address` in `network`, if several interfaces ask for it.
    pub fn holder(&self, network: &str, address: IpAddr) -> Option<&Meta> {
        let name = self.winner(&Prize::Address(network.into(), address))?;
        self.interfaces.get(name).map(|interface| &interface.meta)
    }

    /// The oldest machine that wants the interface `name` made, if several machines name it.
    pub fn maker(&self, name: &str) -> Option<&Meta> {
        let machine = self.winner(&Prize::Made(name.into()))?;
        self.machines.get(machine).map(|machine| &machine.meta)
    }

    /// The oldest machine that refers to the interface `name`.
    pub fn claimant(&self, name: &str) -> Option<&Meta> {
        let prize = Prize::Claimed(name.into());
        let machine = if self.is_contested(&prize) {
            self.winner(&prize)
        } else {
            let only = self.links.declared.get(name).next();
            only.filter(|machine| self.contender(&prize, machine).is_some())
        };
        self.machines.get(machine?).map(|machine| &machine.meta)
    }

    /// The oldest interface that wants the prefix `name` made, if several do.
    pub fn prefix_maker(&self, name: &str) -> Option<&Meta> {
        let interface = self.winner(&Prize::Prefix(name.into()))?;
        let interface = self.interfaces.get(interface)?;
        Some(&interface.meta)
    }

    fn winner(&self, prize: &Prize) -> Option<&Str> {
        let contest = self.links.contests.0.get(prize)?;
        contest.holder.as_ref().map(|holder| &holder.name)
    }

    /// Takes in that these objects may have begun or ceased to ask. Where that changes the holder of a prize, all that ask for it
    /// are named: however many lose, they are planned for no more often than the holder changes.
    pub(super) fn settle(&mut self, bids: Vec<Bid>, affect: Affect<'_>) {
        for (prize, name) in bids {
            let changed = if self.is_contested(&prize) {
                let mut contest = match self.links.contests.0.remove(&prize) {
                    Some(contest) => contest,
                    None => self.begin(&prize),
                };
                contest.set(&name, self.contender(&prize, &name));
                let changed = contest.settle();
                self.links.contests.0.insert(prize.clone(), contest);
                changed
            } else {
                self.links.contests.0.remove(&prize).is_some()
            };
            if changed {
                self.name_all(&prize, affect);
            }
        }
    }

    fn begin(&self, prize: &Prize) -> Contest {
        let mut contest = Contest::default();
        self.name_all(prize, &mut |_, name| {
            let name = name.into();
            contest.set(&name, self.contender(prize, &name));
        });
        contest
    }

    /// Whether several objects ask for the prize, or would if they were not on their way out.
    fn is_contested(&self, prize: &Prize) -> bool {
        match prize {
            Prize::Address(network, address) => {
                self.interfaces_asking(network, *address).nth(1).is_some()
            }
            Prize::Made(name) | Prize::Claimed(name) => {
                self.links.declared.get(&**name).nth(1).is_some()
            }
            Prize::Prefix(name) => self.links.with_prefix.get(&**name).nth(1).is_some(),
        }
    }

    /// Names all that may ask for the prize.
    fn name_all(&self, prize: &Prize, affect: Affect<'_>) {
        match prize {
            Prize::Address(network, address) => self
                .interfaces_asking(network, *address)
                .for_each(|interface| affect(Kind::NetworkInterface, &interface.meta.name)),
            Prize::Made(name) | Prize::Claimed(name) => {
                let machines = self.links.declared.get(&**name);
                machines.for_each(|machine| affect(Kind::Machine, machine));
            }
            Prize::Prefix(name) => {
                let interfaces = self.links.with_prefix.get(&**name);
                interfaces.for_each(|interface| affect(Kind::NetworkInterface, interface));
            }
        }
    }

    /// How the object `name` asks for the prize, if it does.
    fn contender(&self, prize: &Prize, name: &str) -> Option<Contender> {
        let machine = || self.machines.get(name).filter(|m| !m.meta.deleting);
        let interface = || self.interfaces.get(name);
        match prize {
            Prize::Address(network, address) => {
                let asks = |interface: &&Interface| {
                    *interface.network() == **network
                        && interface.addresses(self).any(|own| own == *address)
                };
                let interface = interface().filter(asks)?;
                Some(Contender::of(&interface.meta, interface.shows(*address)))
            }
            Prize::Made(wanted) => {
                let machine = machine().filter(|machine| machine.makes(wanted))?;
                Some(Contender::of(&machine.meta, false))
            }
            Prize::Claimed(wanted) => {
                let machine = machine().filter(|machine| machine.refers_to(wanted))?;
                Some(Contender::of(&machine.meta, false))
            }
            Prize::Prefix(wanted) => {
                let wants = |interface: &&Interface| {
                    let mut own = interface.own_ip_prefixes().chain(interface.own_prefixes());
                    !interface.meta.deleting && own.any(|(_, own)| *own == **wanted)
                };
                let interface = interface().filter(wants)?;
                Some(Contender::of(&interface.meta, false))
            }
        }
    }
}
