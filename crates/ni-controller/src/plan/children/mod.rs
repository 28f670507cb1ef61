// SPDX-License-Identifier: Apache-2.0

//! Desired against actual, for children of any kind of any kind of owner.

mod body;
mod field;
mod repair;
mod standing;

use std::collections::BTreeSet;

use serde_json::Value;

pub(super) use body::{body, reference};
pub use field::Field;
pub(super) use field::{Difference, different_metadata, value};
pub(super) use standing::{Standing, standing};

use super::child::describe;
use super::{Basis, Change, Notice, Options, Plan, Purpose, Reason, Request, View};
use crate::world::{
    Interface, Key, Kind, Machine, Meta, Namespace, Object, Prefix, Slot, Str, VirtualIp,
};

/// How the children of a kind are called, and which Events say that something was done to one. Where the contract has
/// none, nothing is said.
pub(super) struct Words {
    /// As in `interface a-b is gone`.
    pub noun: &'static str,
    /// Whether the Event that a name is taken is sent here; else the owner's status says so.
    pub taken: bool,
    /// Why a child that differs in what can't be changed is not replaced, and what to do.
    pub stays: &'static str,
    /// A child was brought back to its template in place.
    pub repaired: Option<Reason>,
    /// A child was deleted, to be made again.
    pub replaced: Option<Reason>,
    /// A child was deleted.
    pub deleted: Option<Reason>,
    /// A child was left to its user.
    pub kept: Option<Reason>,
}

/// An owner of children of the kind `C`: what it wants, and how it compares.
pub(super) trait Owns<C: Object>: Object {
    /// What a child is made from.
    type Template;
    /// How the children are called.
    const WORDS: Words;
    /// Name and template of each child that there should be.
    fn desired(&self) -> impl Iterator<Item = (Str, &Self::Template)>;
    /// Whether what bears the name of a child is that child.
    fn is_ours(&self, slot: &Slot<C>) -> bool {
        slot.meta().is_managed_by(&self.meta().uid)
    }
    /// Whether what bears the name of a child, and is not that child, becomes it or goes by itself: it is not in the way.
    fn is_awaited(&self, _: &Slot<C>) -> bool {
        false
    }
    /// The children that this owner has.
    fn owned<'a>(&self, namespace: &'a Namespace) -> impl Iterator<Item = &'a C>;
    /// Another owner that is to have the child of this name.
    fn rival<'a>(&self, name: &str, namespace: &'a Namespace) -> Option<&'a Meta>;
    /// The child as the API server is to create it.
    fn body(&self, name: &str, template: &Self::Template) -> Value;
    /// How a child differs from what it is made from: compared after defaulting, addresses as addresses, null = empty =
    /// absent (contract).
    fn difference(&self, template: &Self::Template, child: &C) -> Difference;
    /// What tells one attempt to have the child as the template says from the next: what came back different is left alone until
    /// then.
    fn attempt(&self, _: &Self::Template) -> u64 {
        self.meta().generation.unsigned_abs()
    }
    /// Whether bringing the child back to its template takes away something that the template named once: then the owner is looked
    /// at first.
    fn drops(&self, _: &Self::Template, _: &C) -> bool {
        false
    }
    /// Whether the owner refers to the child of this name as to one that exists on its own: then it is not deleted, but its
    /// user's from now on.
    fn refers_to(&self, name: &str) -> bool;
    /// The annotations by which the controller knows the child, and those that it keeps there for itself.
    const MARKS: &'static [&'static str];
    /// Whether others write the field of a child as well: a patch of it names the version that it was made from.
    fn is_shared(field: &Field) -> bool;
    /// Whether a child that differs in what can't change may be deleted and made again.
    fn may_replace(template: &Self::Template, child: &C, options: Options) -> bool;

    /// An Event about a child, on its owner.
    fn notice(&self, child: &str, reason: Reason, message: &str) -> Notice {
        let message = format!("{} {child} {message}", Self::WORDS.noun);
        Notice::on(reason, Self::KIND, self.meta(), message)
    }
}

/// Plans the children of the kind `C` of one owner.
pub(super) fn plan<O: Owns<C>, C: Object>(owner: &O, view: View<'_>, plan: &mut Plan) {
    for (name, template) in owner.desired() {
        match standing(view.namespace, &name, |slot| owner.is_ours(slot)) {
            Standing::Missing => make(owner, &name, template, view, plan),
            Standing::Ours(child) => repair::repair(owner, template, child, view, plan),
            Standing::Leaving | Standing::Undecodable => {}
            Standing::InTheWay(meta) => {
                let slot = C::store(view.namespace).slot(&name);
                if O::WORDS.taken && !slot.is_some_and(|slot| owner.is_awaited(slot)) {
                    let message =
                        format!("can't be made: {} has the name", describe(C::KIND, meta));
                    plan.notices
                        .push(owner.notice(&name, Reason::NameTaken, &message));
                }
            }
        }
    }
    repair::remove(owner, view, plan);
}

/// Makes a child, unless another owner is to have it.
fn make<O: Owns<C>, C: Object>(
    owner: &O,
    name: &Str,
    template: &O::Template,
    view: View<'_>,
    plan: &mut Plan,
) {
    if let Some(rival) = owner.rival(name, view.namespace) {
        if O::WORDS.taken {
            let (kind, rival) = (O::KIND.as_str(), &rival.name);
            let message =
                format!("can't be made: the older {kind} {rival} declares one of that name");
            plan.notices
                .push(owner.notice(name, Reason::NameTaken, &message));
        }
    } else if view.resting {
        // Nothing is made in a namespace that is being deleted.
    } else if view.namespace.has_lost_a_child(O::KIND, &owner.meta().name) {
        // Watches of two kinds are not ordered: a child that went may have followed its owner.
        plan.look_once(O::KIND, &owner.meta().name);
    } else {
        plan.changes.push(Change {
            kind: C::KIND,
            name: name.clone(),
            request: Request::Create(owner.body(name, template)),
            purpose: Purpose::Make,
            then: None,
        });
    }
}

/// The Events of children that the API server refused to write.
pub(super) fn refusals<O: Owns<C>, C: Object>(owner: &O, view: View<'_>, plan: &mut Plan) {
    for ((kind, name, _), refusal) in &view.memory.refused {
        let planner = Basis::planner(O::KIND, owner.meta(), C::KIND);
        if *kind == C::KIND && refusal.of.planner == planner {
            let message = format!("was refused: {}", refusal.message);
            plan.notices
                .push(owner.notice(name, Reason::ChildRefused, &message));
        }
    }
}

/// The fields in which the child `name` of `kind` differs from what the object of `owner` wants; none if either is not there,
/// or not wanted.
pub fn differing(namespace: &Namespace, owner: &Key, kind: Kind, name: &str) -> BTreeSet<Field> {
    match (owner.kind, kind) {
        (Kind::Machine, Kind::NetworkInterface) => {
            differing_of::<Machine, Interface>(namespace, &owner.name, name)
        }
        (Kind::NetworkInterface, Kind::Prefix) => {
            differing_of::<Interface, Prefix>(namespace, &owner.name, name)
        }
        (Kind::NetworkInterface, Kind::VirtualIp) => {
            differing_of::<Interface, VirtualIp>(namespace, &owner.name, name)
        }
        _ => BTreeSet::new(),
    }
}

/// The attempt of the owner of `key` to have the child `name` of `kind` as it wants it; `None` if it does not want it.
pub fn attempt(namespace: &Namespace, owner: &Key, kind: Kind, name: &str) -> Option<u64> {
    match (owner.kind, kind) {
        (Kind::Machine, Kind::NetworkInterface) => {
            attempt_of::<Machine, Interface>(namespace, &owner.name, name)
        }
        (Kind::NetworkInterface, Kind::Prefix) => {
            attempt_of::<Interface, Prefix>(namespace, &owner.name, name)
        }
        (Kind::NetworkInterface, Kind::VirtualIp) => {
            attempt_of::<Interface, VirtualIp>(namespace, &owner.name, name)
        }
        _ => None,
    }
}

fn attempt_of<O: Owns<C>, C: Object>(
    namespace: &Namespace,
    owner: &str,
    name: &str,
) -> Option<u64> {
    let owner = O::store(namespace).get(owner)?;
    let mut desired = owner.desired();
    let (_, template) = desired.find(|(desired, _)| **desired == *name)?;
    Some(owner.attempt(template))
}

fn differing_of<O: Owns<C>, C: Object>(
    namespace: &Namespace,
    owner: &str,
    name: &str,
) -> BTreeSet<Field> {
    let fields = || {
        let owner = O::store(namespace).get(owner)?;
        let child = C::store(namespace).get(name)?;
        let mut desired = owner.desired();
        let (_, template) = desired.find(|(desired, _)| **desired == *name)?;
        Some(owner.difference(template, child).into_keys())
    };
    fields().into_iter().flatten().collect()
}

/// As [`differing`], of a child as the API server answered our write, and only the fields that were written: all if it was
/// created, those of the patch if it was patched. Other fields are others' doing.
pub fn came_back_different(namespace: &Namespace, owner: &Key, change: &Change) -> BTreeSet<Field> {
    let patch = match (change.purpose, &change.request) {
        (Purpose::Make, _) => None,
        (Purpose::Repair, Request::Patch(patch)) => Some(patch),
        _ => return BTreeSet::new(),
    };
    let mut fields = differing(namespace, owner, change.kind, &change.name);
    fields.retain(|field| patch.is_none_or(|patch| field.is_in(patch)));
    fields
}
