// SPDX-License-Identifier: Apache-2.0

//! Prefix, and the templates of prefixes.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::json;

use super::common::{forbidden, invalid, named, required};
use super::node::Node;
use super::rule::Rule;
use super::{bound, common, derive, prefix_frozen, text};
use crate::ipam::{Prefix, PrefixPhase};
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
        spec(root.at("spec"), Place::Own);
        status(root.at("status"));
    })
}

/// Spec of a prefix.
pub(super) fn spec(mut node: Node<'_>, place: Place) {
    node.at("ipFamily")
        .at_most(bound::WORD)
        .rule(text::optional(text::one_of(words::FAMILIES)));
    match place {
        Place::MachinePrefixes => text::cidr_of_many(node.at("prefix")),
        Place::Own | Place::Ips | Place::Prefixes => text::cidr(node.at("prefix")),
    }
    node.at("prefixLength").set("minimum", json!(0));
    parent(node.at("parentRef"), place);
    selector(node.at("parentSelector"));
    node.rules(agreement()).rules(root());
    match place {
        Place::Own => node.rules(child()).rules(prefix_frozen::rules()),
        Place::Prefixes | Place::MachinePrefixes => node.rules(child()),
        Place::Ips => node.rules(one_address()),
    };
}

fn parent(mut node: Node<'_>, place: Place) {
    if place == Place::MachinePrefixes {
        node.set("x-kubernetes-map-type", json!("atomic"));
        text::subdomain_pattern(node.at("name").at_most(bound::NAME));
    } else {
        common::reference(node);
    }
}

fn selector(mut node: Node<'_>) {
    node.set("x-kubernetes-map-type", json!("atomic"));
    node.at("matchLabels").at_most(bound::ENTRIES);
    node.at("matchLabels{}").at_most(bound::LABEL_VALUE);
    node.at("matchExpressions").at_most(bound::ENTRIES);
    let mut expression = node.at("matchExpressions[]");
    expression.at("key").at_most(bound::LABEL_KEY);
    expression.at("operator").at_most(bound::WORD);
    expression.at("values").at_most(bound::ENTRIES);
    expression.at("values[]").at_most(bound::LABEL_VALUE);
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
    node.at("phase").values_of::<PrefixPhase>();
    node.at("used").at_most(bound::USED);
    node.at("used[]").at_most(bound::ADDRESS);
    for list in ["pending", "resting"] {
        node.at(list).at_most(bound::PENDING);
    }
    node.at("pending[].prefix").at_most(bound::ADDRESS);
    node.at("pending[].uid").at_most(bound::UID);
    node.at("resting[].prefix").at_most(bound::ADDRESS);
    node.at("capacity.largestFree").at_most(bound::ADDRESS);
    node.at("conditions")
        .at_most(bound::CONDITIONS)
        .list_map("type")
        .default(common::waiting());
    common::status_with(node, "phase", "Pending");
}
