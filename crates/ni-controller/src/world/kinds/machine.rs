// SPDX-License-Identifier: Apache-2.0

//! A machine: the interfaces that it declares.

use ironcore_api::compute::MachineNetworkInterface;
use ironcore_api::names;
use ironcore_api::networking::NetworkInterfaceSpec;
use ironcore_api::reference::Named;
use serde::Deserialize;

use super::interface::filled;
use super::{Kind, Namespace};
use crate::world::contests::{Bid, Prize};
use crate::world::digest::{Digest, digest};
use crate::world::links::Links;
use crate::world::meta::{Meta, Pairs, RawMeta, Str};
use crate::world::object::{Affect, Object};
use crate::world::packed::Packed;
use crate::world::share::Shared;

/// A machine: the interfaces that it declares.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Machine {
    /// Metadata.
    pub meta: Meta,
    /// The declared interfaces, in order.
    pub interfaces: Box<[Declared]>,
}

/// An interface that a machine declares.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Declared {
    /// Name of the NetworkInterface object.
    pub interface: Str,
    /// What the object is made from; `None` where the machine uses an existing one.
    pub template: Option<Box<Template>>,
}

/// What an ephemeral interface is made from.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Template {
    /// Labels that the interface bears.
    pub labels: Pairs,
    /// Annotations that the interface bears.
    pub annotations: Pairs,
    /// Its spec, defaults filled in.
    pub spec: Packed<NetworkInterfaceSpec>,
}

/// The body of a machine.
#[derive(Deserialize)]
pub struct Body {
    #[serde(default)]
    spec: Spec,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    #[serde(default)]
    network_interfaces: Option<Vec<MachineNetworkInterface>>,
}

impl Declared {
    /// What entry `entry` of the machine `machine` declares; `None` where it has no source.
    fn from_entry(machine: &str, entry: MachineNetworkInterface) -> Option<Self> {
        let Some(ephemeral) = entry.ephemeral else {
            let interface = entry.network_interface_ref.named()?.into();
            return Some(Self {
                interface,
                template: None,
            });
        };
        let template = ephemeral.network_interface_template?;
        let metadata = template.metadata.unwrap_or_default();
        let mut spec = filled(template.spec);
        spec.machine_ref = None;
        Some(Self {
            interface: names::network_interface(machine, &entry.name).into(),
            template: Some(Box::new(Template {
                labels: metadata.labels.into(),
                annotations: metadata.annotations.into(),
                spec: Packed::new(spec),
            })),
        })
    }

    /// What it names, and whether it is made.
    fn named(&self) -> (&Str, bool) {
        (&self.interface, self.template.is_some())
    }

    fn share(&mut self, known: Option<&Self>, shared: &mut Shared) {
        shared.share(&mut self.interface, known.map(|known| &known.interface));
        let known = known.and_then(|known| known.template.as_deref());
        if let Some(template) = &mut self.template {
            let Template {
                labels,
                annotations,
                spec,
            } = &mut **template;
            labels.share(known.map(|known| &known.labels), shared);
            annotations.share(known.map(|known| &known.annotations), shared);
            spec.share(known.map(|known| &known.spec), shared);
        }
    }

    fn bytes(&self) -> usize {
        let template = self.template.as_ref().map_or(0, |template| {
            size_of_val(&**template)
                + template.labels.bytes()
                + template.annotations.bytes()
                + template.spec.bytes()
        });
        size_of_val(self) + self.interface.len() + template
    }
}

impl Machine {
    /// Whether it wants the interface `name` made.
    pub fn makes(&self, name: &str) -> bool {
        self.declares(name, true)
    }

    /// Whether it refers to the interface `name` as to one that exists on its own.
    pub fn refers_to(&self, name: &str) -> bool {
        self.declares(name, false)
    }

    fn declares(&self, name: &str, made: bool) -> bool {
        let mut declared = self.interfaces.iter();
        declared.any(|declared| &*declared.interface == name && declared.template.is_some() == made)
    }

    /// Whether both name the same interfaces, in the same way.
    fn names_as(&self, other: &Self) -> bool {
        let names = self.interfaces.iter().map(Declared::named);
        names.eq(other.interfaces.iter().map(Declared::named))
    }
}

impl Object for Machine {
    type Body = Body;

    fn assemble(meta: Meta, _: RawMeta<'_>, body: Body) -> Self {
        let entries = body.spec.network_interfaces.unwrap_or_default();
        let interfaces = entries
            .into_iter()
            .filter_map(|entry| Declared::from_entry(&meta.name, entry))
            .collect();
        Self { meta, interfaces }
    }

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }

    fn digest(&self) -> Option<Digest> {
        Some(digest(self))
    }

    fn share(&mut self, known: Option<&Self>, shared: &mut Shared) {
        self.meta.share(known.map(|known| &known.meta), shared);
        // Its interfaces name it as their owner.
        shared.share(&mut self.meta.name, known.map(|known| &known.meta.name));
        shared.share(&mut self.meta.uid, known.map(|known| &known.meta.uid));
        for (at, declared) in self.interfaces.iter_mut().enumerate() {
            let known = known.and_then(|known| known.interfaces.get(at));
            declared.share(known, shared);
        }
    }

    fn bytes(&self) -> usize {
        let declared = self.interfaces.iter().map(Declared::bytes);
        self.meta.bytes() + declared.sum::<usize>()
    }

    fn link(&self, links: &mut Links) {
        for declared in &self.interfaces {
            links.declared.insert(&*declared.interface, &self.meta.name);
        }
    }

    fn unlink(&self, links: &mut Links) {
        for declared in &self.interfaces {
            links.declared.remove(&*declared.interface, &self.meta.name);
        }
    }

    fn links_as(&self, other: &Self) -> bool {
        self.names_as(other)
    }

    fn readers(&self, _: &Namespace, affect: Affect<'_>) {
        for declared in &self.interfaces {
            affect(Kind::NetworkInterface, &declared.interface);
        }
    }

    /// Others ask whether it is there and stays, and what it names.
    fn stands_as(&self, other: &Self) -> bool {
        self.meta == other.meta && self.names_as(other)
    }

    fn bids_as(&self, other: &Self) -> bool {
        self.meta.deleting == other.meta.deleting && self.names_as(other)
    }

    fn bids(&self, _: &Namespace) -> Vec<Bid> {
        let declared = self.interfaces.iter();
        // Several may name an interface although one alone wants it made.
        let prizes = declared.flat_map(|declared| {
            let name = &declared.interface;
            [Prize::Made(name.clone()), Prize::Claimed(name.clone())]
        });
        let bids = prizes.map(|prize| (prize, self.meta.name.clone()));
        bids.collect()
    }

    /// Interfaces that name the machine, and the machines that declare them: both ask whether it is still there.
    fn readers_of_name(namespace: &Namespace, name: &str, affect: Affect<'_>) {
        for interface in namespace.links.of_machine.get(name) {
            affect(Kind::NetworkInterface, interface);
            for machine in namespace.links.declared.get(&**interface) {
                affect(Kind::Machine, machine);
            }
        }
    }
}
