// SPDX-License-Identifier: Apache-2.0

//! Rules on a single text: names, families, addresses, sizes.

use serde_json::json;

use super::bound;
use super::node::Node;
use super::rule::Rule;
use crate::words;

/// The text is a name, and there.
pub(crate) fn name() -> [Rule; 2] {
    let [subdomain] = optional_subdomain();
    [
        Rule::new("self != ''", words::SPECIFIED).required(),
        subdomain,
    ]
}

/// The name is a DNS subdomain, or empty, which is none. How long it may be, the schema says.
pub(crate) fn optional_subdomain() -> [Rule; 1] {
    [optional(matching(words::SUBDOMAIN_REGEX, words::SUBDOMAIN))]
}

/// The name of an object is a DNS label.
pub(super) fn own_label() -> [Rule; 2] {
    [is_short(), is_label()]
}

/// The name has no more characters than a label may have.
pub(crate) fn short() -> [Rule; 1] {
    [optional(is_short())]
}

/// The name is a DNS label, or empty, which is none.
pub(crate) fn optional_label() -> [Rule; 1] {
    [optional(is_label())]
}

fn is_short() -> Rule {
    Rule::new(
        format!("self.size() <= {}", words::LABEL_MOST),
        words::LABEL_LONG,
    )
}

fn is_label() -> Rule {
    matching(words::LABEL_REGEX, words::LABEL)
}

/// Where there are too many names for [`subdomain`] (a list in a list): a pattern costs nothing, but
/// its message shows only itself. The empty name is none.
pub(super) fn subdomain_pattern(mut node: Node<'_>) {
    let regex = words::SUBDOMAIN_REGEX
        .trim_start_matches('^')
        .trim_end_matches('$');
    let pattern = format!("^({regex})?$");
    node.without_rules().set("pattern", json!(pattern));
}

/// An empty text is none, and keeps the rule.
fn optional(mut rule: Rule) -> Rule {
    rule.condition = format!("self == '' || {}", rule.condition);
    rule
}

/// The text is one of `allowed`; said as a rule, for an enum that is broken keeps all rules from running.
fn one_of(allowed: &[&str]) -> Rule {
    let list = allowed.join("', '");
    Rule::new(format!("self in ['{list}']"), words::supported(allowed))
}

pub(crate) fn family() -> [Rule; 1] {
    [one_of(words::FAMILIES)]
}

/// A family that may be left to be inferred.
pub(crate) fn optional_family() -> [Rule; 1] {
    family().map(optional)
}

pub(crate) fn power() -> [Rule; 1] {
    [one_of(words::POWER)]
}

pub(crate) fn virtual_ip_type() -> [Rule; 1] {
    [one_of(words::VIRTUAL_IP_TYPES)]
}

/// A policy; none means Delete.
pub(crate) fn reclaim_policy() -> [Rule; 1] {
    [optional(one_of(words::RECLAIM_POLICIES))]
}

/// The text is of the form of a device's name.
pub(crate) fn device() -> [Rule; 1] {
    [matching(words::DEVICE_REGEX, words::DEVICE)]
}

/// The text is an address.
pub(crate) fn ip() -> [Rule; 3] {
    let zeros = format!("(self + '.').matches('^({NUMBER}[.]){{4}}$')");
    let mapped = "isIP(self.lowerAscii().replace('ffff', 'fffe'))";
    [
        Rule::new(format!("isIP(self) || {zeros} || {mapped}"), words::IP),
        Rule::new(format!("isIP(self) || !{zeros}"), words::IP_ZEROS),
        Rule::new(format!("isIP(self) || !{mapped}"), words::IP_MAPPED),
    ]
}

/// The text is a prefix, without host bits.
pub(crate) fn cidr() -> [Rule; 4] {
    let zeros = format!(
        "(isCIDR(self.replace('/0', '/')) || self.matches('^({NUMBER}[.]){{3}}{NUMBER}/0*(3[0-2]|[12]?[0-9])$'))"
    );
    let mapped = "isCIDR(self.lowerAscii().replace('ffff', 'fffe'))";
    [
        Rule::new(format!("isCIDR(self) || {zeros} || {mapped}"), words::CIDR),
        Rule::new(format!("isCIDR(self) || !{zeros}"), words::CIDR_ZEROS),
        Rule::new(format!("isCIDR(self) || !{mapped}"), words::CIDR_MAPPED),
        host_bits(),
    ]
}

/// As [`cidr`], where there are so many texts that a rule for each cause would be too expensive.
pub(super) fn cidr_of_many(mut node: Node<'_>) {
    node.without_rules()
        .rules([Rule::new("isCIDR(self)", words::CIDR), host_bits()]);
}

fn host_bits() -> Rule {
    Rule::new(
        "!isCIDR(self) || cidr(self) == cidr(self).masked()",
        words::CIDR_BITS,
    )
}

/// What a number of an IPv4 address matches, with any zeros before it.
const NUMBER: &str = "0*(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";

/// The quantity in the field `name` is not negative. The int case is apart because `quantity` takes only strings.
///
/// The rule is on the object, and reads the size as the entry of a list: Kubernetes 1.33 does not count the bound of a
/// text that may be a number as well, and would refuse a rule on the size itself as too expensive.
pub(crate) fn size(object: &mut Node<'_>, name: &str) {
    object.at(name).set("maxLength", json!(bound::QUANTITY));
    let condition = format!(
        "!has(self.{name}) || [self.{name}].all(size, type(size) == int ? int(size) >= 0 : \
         isQuantity(string(size)) && quantity(string(size)).compareTo(quantity('0')) >= 0)"
    );
    object.rule(Rule::new(condition, words::SIZE).at(&format!(".{name}")));
}

fn matching(regex: &str, message: &str) -> Rule {
    Rule::new(format!("self.matches(r'{regex}')"), message)
}
