//! How `ips` and `ipFamilies` of an interface go together.
//!
//! A rule can't choose the index in the path that it reports, so each index has its own rules, which
//! report at `ips` and name the index in the message.

use super::common::{invalid, required};
use super::rule::Rule;

/// How many there are. In a template the lists may be absent, or null.
const FAMILIES: &str =
    "(has(self.ipFamilies) && dyn(self.ipFamilies) != null ? size(self.ipFamilies) : 0)";
const IPS: &str = "(has(self.ips) && dyn(self.ips) != null ? size(self.ips) : 0)";

pub(super) fn rules() -> Vec<Rule> {
    let mut rules = vec![
        required(
            format!("{FAMILIES} > 0 || {IPS} > 0"),
            ".ipFamilies",
            "IPv4 or IPv6 is needed when there are no ips to infer it from",
        ),
        required(
            format!(
                "{FAMILIES} > 0 || {IPS} == 0 || self.ips.all(i, has(i.value) || has(i.ephemeral) \
                 && has(i.ephemeral.prefixTemplate) && has(i.ephemeral.prefixTemplate.spec) \
                 && (i.ephemeral.prefixTemplate.spec.?ipFamily.orValue('') != '' || has(i.ephemeral.prefixTemplate.spec.prefix)))"
            ),
            ".ipFamilies",
            "an ip has neither a value nor a template with an ipFamily to infer the families from",
        ),
        invalid(
            format!("{FAMILIES} == 0 || {IPS} == {FAMILIES}"),
            ".ips",
            "ips and ipFamilies differ in number: give one ip for each family, in the same order",
        ),
        invalid(
            format!(
                "{FAMILIES} > 0 || {IPS} != 2 || {first} == 0 || {first} != {second}",
                first = family_of(0),
                second = family_of(1),
            ),
            ".ips",
            "both ips are of one family: give at most one of each",
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
    let at = format!("(ipFamilies[{index}])");
    let refused = |condition: String, field: &str, what: &str| {
        let subject = format!("ips[{index}].{field}");
        invalid(
            condition,
            ".ips",
            &format!("{subject} {what} ipFamilies[{index}]"),
        )
        .showing(format!("'{subject} {what} ' + {family} + ' {at}'"))
    };
    let template = |field: &str| format!("ephemeral.prefixTemplate.spec.{field}");
    [
        refused(
            format!(
                "!({both} && has({value}) && isIP({value})) || ip({value}).family() == {number}"
            ),
            "value",
            "is not of family",
        )
        .showing(format!(
            "'ips[{index}].value ' + {value} + ' is not of family ' + {family} + ' {at}'"
        )),
        refused(
            format!(
                "!({both}) || {optional_spec}.?ipFamily.orValue('') in [{family}] \
                 || !({optional_spec}.?ipFamily.orValue('') in ['IPv4', 'IPv6'])"
            ),
            &template("ipFamily"),
            "is not",
        ),
        refused(
            format!(
                "!({both} && {has_spec} && has({spec}.prefix) && isCIDR({spec}.prefix)) \
                 || cidr({spec}.prefix).ip().family() == {number}",
                has_spec = has_spec(index),
            ),
            &template("prefix"),
            "is not of family",
        ),
        refused(
            format!(
                "!({both}) || {optional_spec}.?prefixLength.orValue(0) in [0, {family} == 'IPv4' ? 32 : 128]"
            ),
            &template("prefixLength"),
            "is not that of a single address of family",
        ),
    ]
}
