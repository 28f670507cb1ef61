// SPDX-License-Identifier: Apache-2.0

//! The children that an interface wants as its own, whoever made them: the prefixes of `ips` and `prefixes`, a virtual IP.

use ironcore_api::address::Prefix as Block;

use super::Fault;
use super::addresses::Addresses;
use crate::plan::child::describe;
use crate::plan::children::{Owns, Standing, standing};
use crate::plan::condition::READY;
use crate::plan::{Allocator, Purpose, Reason, View};
use crate::world::{Interface, Kind, Meta, Object, Prefix, Slot, VirtualIp};

/// A child that an interface wants.
struct Wanted<'a> {
    kind: Kind,
    name: String,
    /// The entry of the spec that asks for it.
    field: String,
    state: State<'a>,
}

/// What became of it.
enum State<'a> {
    Making,
    Refused(&'a str),
    Rival(&'a Meta),
    Leaving,
    Undecodable,
    InTheWay(&'a Meta),
    /// A prefix that is about to get its block.
    Granting,
    /// A prefix without a block, and what its condition says, if it is ours to write.
    Ungranted(Option<&'a str>),
    There,
}

/// All of them, in the order of the spec.
fn all<'a>(interface: &Interface, view: View<'a>) -> impl Iterator<Item = Wanted<'a>> {
    let ips = interface.own_ip_prefixes();
    let ips = ips.map(|(at, name)| (name, format!("spec.ips[{at}].ephemeral")));
    let prefixes = interface.own_prefixes();
    let prefixes = prefixes.map(|(at, name)| (name, format!("spec.prefixes[{at}].ephemeral")));
    let prefixes = ips.chain(prefixes).map(move |(name, field)| Wanted {
        kind: Kind::Prefix,
        state: state(
            interface,
            &name,
            &prefix(interface, &name, view),
            |prefix| grant(prefix, view),
            view,
        ),
        name,
        field,
    });
    let virtual_ip = virtual_ip(interface, view).map(|standing| Wanted {
        kind: Kind::VirtualIp,
        name: interface.meta.name.to_string(),
        field: "spec.virtualIP.ephemeral".to_owned(),
        // Whether it has an address is a check of its own, for those that are referred to as well.
        state: state(
            interface,
            &interface.meta.name,
            &standing,
            |_| State::There,
            view,
        ),
    });
    prefixes.chain(virtual_ip)
}

fn state<'a, C: Object>(
    interface: &Interface,
    name: &str,
    standing: &Standing<'a, C>,
    grant: impl Fn(&'a C) -> State<'a>,
    view: View<'a>,
) -> State<'a>
where
    Interface: Owns<C>,
{
    match *standing {
        Standing::Missing => missing::<C>(interface, name, view),
        Standing::Leaving => State::Leaving,
        Standing::Undecodable => State::Undecodable,
        Standing::InTheWay(meta) => State::InTheWay(meta),
        Standing::Ours(child) => grant(child),
    }
}

/// How far the grant of an interface's prefix is.
fn grant<'a>(prefix: &'a Prefix, view: View<'a>) -> State<'a> {
    let allocates = view.options.prefixes == Allocator::Controller && !prefix.meta.external;
    let mut conditions = prefix.conditions.iter();
    let waits = conditions.find(|known| known.type_ == READY && known.status == "False");
    match waits {
        _ if prefix.is_allocated() => State::There,
        Some(waits) if allocates => State::Ungranted(Some(&waits.message)),
        None if allocates => State::Granting,
        _ => State::Ungranted(None),
    }
}

fn missing<'a, C: Object>(interface: &Interface, name: &str, view: View<'a>) -> State<'a>
where
    Interface: Owns<C>,
{
    let make = (C::KIND, name.into(), Purpose::Make);
    match (
        Owns::<C>::rival(interface, name, view.namespace),
        view.memory.refused.get(&make),
    ) {
        (Some(rival), _) => State::Rival(rival),
        (None, Some(refusal)) => State::Refused(&refusal.message),
        (None, None) => State::Making,
    }
}

/// What stands where the interface wants a prefix of its own. Those that IronCore made for `prefixes` bear no mark.
fn prefix<'a>(interface: &Interface, name: &str, view: View<'a>) -> Standing<'a, Prefix> {
    standing(view.namespace, name, |slot: &Slot<Prefix>| {
        slot.meta().is_owned_by(&interface.meta.uid)
    })
}

/// What stands where the interface wants a virtual IP of its own, if it does.
pub(super) fn virtual_ip<'a>(
    interface: &Interface,
    view: View<'a>,
) -> Option<Standing<'a, VirtualIp>> {
    interface.has_own_virtual_ip().then(|| {
        standing(view.namespace, &interface.meta.name, |slot| {
            interface.is_own_virtual_ip(slot.meta())
        })
    })
}

/// No other object has the name of a child.
pub(super) fn names_are_free(
    interface: &Interface,
    _: &Addresses<'_>,
    view: View<'_>,
) -> Option<Fault> {
    all(interface, view).find_map(|wanted| {
        let why = match wanted.state {
            State::InTheWay(meta) => format!("{} has the name", describe(wanted.kind, meta)),
            State::Rival(rival) => format!(
                "the older NetworkInterface {} wants one of that name",
                rival.name
            ),
            _ => return None,
        };
        let message = format!(
            "{} {} of {} can't be made: {why}",
            wanted.kind.as_str(),
            wanted.name,
            wanted.field
        );
        Some(Fault::error(Reason::NameTaken, message))
    })
}

/// The addresses that were granted for `ips` are of the families that the interface has.
pub(super) fn addresses_are_of_a_family(
    interface: &Interface,
    _: &Addresses<'_>,
    view: View<'_>,
) -> Option<Fault> {
    interface.own_ip_prefixes().find_map(|(at, name)| {
        let Standing::Ours(prefix) = prefix(interface, &name, view) else {
            return None;
        };
        let family = prefix.granted.map(Block::family)?;
        let allowed = interface.spec.rest().ip_families.contains(&family);
        (!allowed).then(|| {
            let message = format!(
                "Prefix {name} of spec.ips[{at}].ephemeral is of family {family}, which is not in ipFamilies"
            );
            Fault::error(Reason::FamilyMismatch, message)
        })
    })
}

/// Each child is there, and has what it is for.
pub(super) fn are_there(interface: &Interface, _: &Addresses<'_>, view: View<'_>) -> Option<Fault> {
    all(interface, view).find_map(|wanted| {
        let prefix = wanted.kind == Kind::Prefix;
        let message = |why: &str| {
            let (kind, name, field) = (wanted.kind.as_str(), &wanted.name, &wanted.field);
            format!("waits for {kind} {name} of {field}, {why}")
        };
        let (reason, why) = match wanted.state {
            State::There | State::InTheWay(_) | State::Rival(_) => return None,
            State::Making => return Some(Fault::making(message("which is being made"))),
            State::Refused(why) => {
                let why = format!("which could not be made: {why}");
                return Some(Fault::pending("ChildRefused", message(&why)));
            }
            State::Granting => {
                return Some(Fault::making(message("which is about to get its block")));
            }
            State::Ungranted(Some(why)) => {
                let why = format!("which is Pending: {why}");
                return Some(Fault::pending("PrefixPending", message(&why)));
            }
            State::Ungranted(None) => ("PrefixPending", "which is Pending"),
            State::Leaving if prefix => ("PrefixDeleting", "which is being deleted"),
            State::Leaving => ("VirtualIPDeleting", "which is being deleted"),
            State::Undecodable if prefix => ("PrefixNotDecodable", "which does not decode"),
            State::Undecodable => ("VirtualIPNotDecodable", "which does not decode"),
        };
        Some(Fault::pending(reason, message(why)))
    })
}
