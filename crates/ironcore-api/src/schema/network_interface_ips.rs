// SPDX-License-Identifier: Apache-2.0

//! How `ips` and `ipFamilies` of an interface go together.
//!
//! A rule can't choose the index in the path that it reports, so each index has its own rules, which
//! report at `ips` and name the index in the message.

use super::common::{invalid, required};
use super::rule::Rule;
use crate::words;

/// How many there are. In a template the lists may be absent, or null.
const FAMILIES: &str =
    "(has(self.ipFamilies) && dyn(self.ipFamilies) != null ? size(self.ipFamilies) : 0)";
const IPS: &str = "(has(self.ips) && dyn(self.ips) != null ? size(self.ips) : 0)";

pub(super) fn rules() -> Vec<Rule> {
    let mut rules = vec![
        required(
            format!("{FAMILIES} > 0 || {IPS} > 0"),
            ".ipFamilies",
            words::FAMILIES_WITHOUT_IPS,
        ),
        required(
            format!(
                "{FAMILIES} > 0 || {IPS} == 0 || self.ips.all(i, has(i.value) || !has(i.ephemeral) \
                 || !has(i.ephemeral.prefixTemplate) || !has(i.ephemeral.prefixTemplate.spec) \
                 || (i.ephemeral.prefixTemplate.spec.?ipFamily.orValue('') != '' || has(i.ephemeral.prefixTemplate.spec.prefix)))"
            ),
            ".ipFamilies",
            words::FAMILIES_NOT_INFERRED,
        ),
        invalid(
            format!("{FAMILIES} == 0 || {IPS} == {FAMILIES}"),
            ".ips",
            words::IP_FOR_EACH_FAMILY,
        ),
        invalid(
            format!(
                "{FAMILIES} > 0 || {IPS} != 2 || {first} == 0 || {first} != {second}",
                first = family_of(0),
                second = family_of(1),
            ),
            ".ips",
            &format!("[1]: {}", words::IPS_OF_ONE_FAMILY),
        ),
    ];
    rules.extend(of_family(0));
    rules.extend(of_family(1));
    rules
}

/// The family that the entry itself says, as CEL: 4, 6, or 0 where it says none.
fn family_of(index: usize) -> String {
    let entry = format!("self.ips[{index}]");
    let spec = format!("{entry}.ephemeral.prefixTemplate.spec");
    format!(
        "(has({entry}.value) ? (isIP({entry}.value) ? ip({entry}.value).family() : 0) \
         : !({has_spec}) ? 0 : has({spec}.ipFamily) && {spec}.ipFamily != '' ? ({spec}.ipFamily == 'IPv4' ? 4 : 6) \
         : has({spec}.prefix) && isCIDR({spec}.prefix) ? cidr({spec}.prefix).ip().family() : 0)",
        has_spec = has_spec(index),
    )
}

fn has_spec(index: usize) -> String {
    let ephemeral = format!("self.ips[{index}].ephemeral");
    format!(
        "has({ephemeral}) && has({ephemeral}.prefixTemplate) && has({ephemeral}.prefixTemplate.spec)"
    )
}

/// The entry at `index` is of the family at its index.
fn of_family(index: usize) -> [Rule; 4] {
    let value = format!("self.ips[{index}].value");
    let spec = format!("self.ips[{index}].ephemeral.prefixTemplate.spec");
    let optional_spec = format!("self.ips[{index}].?ephemeral.?prefixTemplate.?spec");
    let family = format!("self.ipFamilies[{index}]");
    let number = format!("({family} == 'IPv4' ? 4 : 6)");
    let both = format!("{IPS} > {index} && {FAMILIES} > {index} && {family} in ['IPv4', 'IPv6']");
    let refused = |condition: String, field: &str, what: [&str; 3]| {
        let [any, v4, v6] =
            what.map(|what| format!("[{index}].{field}: {}", words::at_index(what, index)));
        let message = format!("{family} == 'IPv4' ? '{v4}' : '{v6}'");
        invalid(condition, ".ips", &any).showing(message)
    };
    let template = |field: &str| format!("ephemeral.prefixTemplate.spec.{field}");
    // Its own family is compared with that at the index, and the rest with its own family.
    let says_family = format!("{optional_spec}.?ipFamily.orValue('') in ['IPv4', 'IPv6']");
    let of_family = ["of the family", "of family IPv4", "of family IPv6"];
    [
        refused(
            format!(
                "!({both} && has({value}) && isIP({value})) || ip({value}).family() == {number}"
            ),
            "value",
            of_family,
        ),
        refused(
            format!(
                "!({both}) || {optional_spec}.?ipFamily.orValue('') in [{family}] || !({says_family})"
            ),
            &template("ipFamily"),
            ["the family", "IPv4", "IPv6"],
        ),
        refused(
            format!(
                "!({both} && {has_spec} && has({spec}.prefix) && isCIDR({spec}.prefix)) || {says_family} \
                 || cidr({spec}.prefix).ip().family() == {number}",
                has_spec = has_spec(index),
            ),
            &template("prefix"),
            of_family,
        ),
        refused(
            format!(
                "!({both}) || {optional_spec}.?prefixLength.orValue(0) in [{family} == 'IPv4' ? 32 : 128] \
                 || !({optional_spec}.?prefixLength.orValue(0) in [32, 128]) \
                 || {says_family} || {optional_spec}.?prefix.orValue('') != ''"
            ),
            &template("prefixLength"),
            ["32 or 128", "32", "128"],
        ),
    ]
}
