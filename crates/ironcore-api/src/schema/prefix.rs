// SPDX-License-Identifier: Apache-2.0

//! Prefix, and the templates of prefixes.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;

use super::common::{forbidden, invalid, named, required};
use super::node::Node;
use super::rule::Rule;
use super::{Constrain, change, common, derive, text};
use crate::ipam::{Prefix, PrefixSpec, PrefixStatus};
use crate::words;

/// Where a prefix's spec is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a Prefix.
    Own,
    /// In a template of an interface's `ips`: for one address, of the family at its index.
    Ips,
    /// In a template of an interface's `prefixes`.
    Prefixes,
    /// The same, in a template of a machine.
    MachinePrefixes,
}

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<Prefix>(|mut root| {
        PrefixSpec::constrain(root.at("spec"));
        spec(root.at("spec"), Place::Own);
        root.at("spec").rules(change::rules::<PrefixSpec>());
        status(root.at("status"));
    })
}

/// Spec of a prefix: what holds across its fields.
pub(super) fn spec(mut node: Node<'_>, place: Place) {
    node.rules(agreement()).rules(root());
    match place {
        Place::Own | Place::Prefixes | Place::MachinePrefixes => node.rules(child()),
        Place::Ips => node.rules(one_address()),
    };
}

/// Where there are so many entries of an interface's `prefixes` that the rules on their texts would be too expensive: others
/// instead.
pub(super) fn of_many(mut source: Node<'_>) {
    text::cidr_of_many(source.at("value"));
    let mut spec = source.at("ephemeral.prefixTemplate.spec");
    text::cidr_of_many(spec.at("prefix"));
    text::subdomain_pattern(spec.at("parentRef.name"));
}

/// Whether the prefix is a root, as CEL.
fn is_root() -> String {
    format!(
        "(!({}) && !has(self.parentSelector))",
        named("self.parentRef")
    )
}

/// Family, prefix and length go together.
fn agreement() -> [Rule; 2] {
    [
        invalid(
            "!has(self.ipFamily) || !(self.ipFamily in ['IPv4', 'IPv6']) || !has(self.prefix) \
             || !isCIDR(self.prefix) || cidr(self.prefix).ip().family() == (self.ipFamily == 'IPv4' ? 4 : 6)",
            ".prefix",
            words::PREFIX_FAMILY,
        ),
        invalid(
            "!has(self.prefixLength) || self.prefixLength <= (has(self.ipFamily) && self.ipFamily == 'IPv4' ? 32 : 128)",
            ".prefixLength",
            words::LENGTH_RANGE,
        ),
    ]
}

/// A root is its prefix.
fn root() -> [Rule; 2] {
    let root = is_root();
    [
        required(
            format!("!{root} || has(self.prefix)"),
            ".prefix",
            words::ROOT_PREFIX,
        ),
        forbidden(
            format!("!{root} || !has(self.prefixLength) || self.prefixLength <= 0"),
            ".prefixLength",
            words::ROOT_LENGTH,
        ),
    ]
}

/// A child asks for a prefix or for a length, and its family is known.
fn child() -> [Rule; 3] {
    let root = is_root();
    [
        required(
            format!("{root} || has(self.ipFamily) && self.ipFamily != '' || has(self.prefix)"),
            ".ipFamily",
            words::WITHOUT_PREFIX,
        ),
        required(
            format!(
                "{root} || has(self.prefix) || has(self.prefixLength) && self.prefixLength != 0"
            ),
            ".prefixLength",
            words::WITHOUT_PREFIX,
        ),
        invalid(
            format!(
                "{root} || !has(self.prefix) || !isCIDR(self.prefix) || !has(self.prefixLength) \
                 || self.prefixLength <= 0 || cidr(self.prefix).prefixLength() == self.prefixLength"
            ),
            ".prefixLength",
            words::LENGTH_OF_PREFIX,
        ),
    ]
}

/// A template in `ips` is for one address.
fn one_address() -> [Rule; 2] {
    [
        invalid(
            "!has(self.prefix) || !isCIDR(self.prefix) \
             || cidr(self.prefix).prefixLength() == (cidr(self.prefix).ip().family() == 4 ? 32 : 128)",
            ".prefix",
            words::ONE_ADDRESS,
        ),
        invalid(
            "!has(self.prefixLength) || self.prefixLength <= 0 || self.prefixLength in [32, 128] \
             && (self.prefixLength != 32 || !has(self.ipFamily) || self.ipFamily != 'IPv6') \
             && (!has(self.prefix) || !isCIDR(self.prefix) \
             || cidr(self.prefix).prefixLength() == self.prefixLength)",
            ".prefixLength",
            words::ONE_ADDRESS_LENGTH,
        ),
    ]
}

fn status(mut node: Node<'_>) {
    PrefixStatus::constrain(node.at(""));
    node.at("conditions").default(common::waiting());
    common::status_with(node, "phase", "Pending");
}
