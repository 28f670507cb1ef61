// SPDX-License-Identifier: Apache-2.0

//! What refers to what.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::allocation::Allocation;
use super::contests::Contests;
use super::kinds::Kind;
use super::meta::Str;
use super::refs::Refs;

/// Indexes of a namespace.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Interface name → machines that declare it, by reference or as an ephemeral one.
    pub(super) declared: Refs<Str>,
    /// Controller owner → prefixes.
    pub(super) prefixes_of: Refs<(Kind, Str)>,
    /// Controller owner → virtual IPs.
    pub(super) virtual_ips_of: Refs<(Kind, Str)>,
    /// Controller owner of another kind than Machine → interfaces.
    pub(super) interfaces_of: Refs<(Kind, Str)>,
    /// Machine name → interfaces whose `machineRef` or controller owner bears it.
    pub(super) of_machine: Refs<Str>,
    /// Network name → interfaces.
    pub(super) on_network: Refs<Str>,
    /// VirtualIP name → interfaces that refer to it, or want one of that name as their own.
    pub(super) on_virtual_ip: Refs<Str>,
    /// Interface name → virtual IPs whose `targetRef` names it.
    pub(super) targeting: Refs<Str>,
    /// Network and address → interfaces that ask for it.
    pub(super) asking: Refs<(Str, IpAddr)>,
    /// Prefix name → interfaces that want one of that name as their own.
    pub(super) with_prefix: Refs<Str>,
    /// Address → prefixes of interfaces to which it was granted as their first.
    pub(super) granted: Refs<IpAddr>,
    /// Who has what several ask for.
    pub(super) contests: Contests,
    /// Owners of which a child went.
    pub(super) lost: Lost,
    /// What prefixes hold and ask of each other.
    pub(super) allocation: Allocation,
}

/// Objects of which a child went, with where the world's counter stood. Watches of two kinds are not ordered: the object
/// may have gone before its child. A read of the object that was sent later settles it.
#[derive(Clone, Debug, Default)]
pub(super) struct Lost(BTreeMap<Kind, BTreeMap<Str, u64>>);

impl Lost {
    pub(super) fn insert(&mut self, kind: Kind, name: &Str, at: u64) {
        self.0.entry(kind).or_default().insert(name.clone(), at);
    }

    pub(super) fn contains(&self, kind: Kind, name: &str) -> bool {
        self.0
            .get(&kind)
            .is_some_and(|lost| lost.contains_key(name))
    }

    pub(super) fn remove(&mut self, kind: Kind, name: &str) {
        if let Some(lost) = self.0.get_mut(&kind) {
            lost.remove(name);
        }
    }

    /// Takes in that the object was read, by a request that was sent when the world's counter stood at `sent`.
    pub(super) fn settle(&mut self, kind: Kind, name: &str, sent: u64) {
        if let Some(lost) = self.0.get_mut(&kind)
            && lost.get(name).is_some_and(|at| *at <= sent)
        {
            lost.remove(name);
        }
    }
}
