// SPDX-License-Identifier: Apache-2.0

//! Rules on a single text: names, families, addresses, sizes.

use serde_json::json;

use super::bound;
use super::node::Node;
use super::rule::Rule;
use crate::words;

/// The text is a name, and there.
pub(super) fn name() -> [Rule; 2] {
    [
        Rule::new("self != ''", words::SPECIFIED).required(),
        optional(subdomain()),
    ]
}

/// The name is a DNS subdomain. How long it may be, the schema says.
pub(super) fn subdomain() -> Rule {
    matching(words::SUBDOMAIN_REGEX, words::SUBDOMAIN)
}

/// The name is a DNS label.
pub(super) fn label() -> [Rule; 2] {
    [
        Rule::new(
            format!("self.size() <= {}", words::LABEL_MOST),
            words::LABEL_LONG,
        ),
        matching(words::LABEL_REGEX, words::LABEL),
    ]
}

/// The name is a DNS label, or empty, which is none.
pub(super) fn optional_label() -> [Rule; 2] {
    label().map(optional)
}

/// Where there are too many names for [`subdomain`] (a list in a list): a pattern costs nothing, but
/// its message shows only itself. The empty name is none.
pub(super) fn subdomain_pattern(node: &mut Node<'_>) {
    let regex = words::SUBDOMAIN_REGEX
        .trim_start_matches('^')
        .trim_end_matches('$');
    node.set("pattern", json!(format!("^({regex})?$")));
}

/// An empty text is none, and keeps the rule.
pub(super) fn optional(mut rule: Rule) -> Rule {
    rule.condition = format!("self == '' || {}", rule.condition);
    rule
}

/// The text is one of `allowed`; said as a rule, for an enum that is broken keeps all rules from running.
pub(super) fn one_of(allowed: &[&str]) -> Rule {
    let list = allowed.join("', '");
    Rule::new(format!("self in ['{list}']"), words::supported(allowed))
}

/// The text is of the form of a device's name.
pub(super) fn device() -> Rule {
    matching(words::DEVICE_REGEX, words::DEVICE)
}

/// The text is an address.
pub(super) fn ip(mut node: Node<'_>) {
    let zeros = format!("(self + '.').matches('^({NUMBER}[.]){{4}}$')");
    let mapped = "isIP(self.lowerAscii().replace('ffff', 'fffe'))";
    node.at_most(bound::ADDRESS).rules([
        Rule::new(format!("isIP(self) || {zeros} || {mapped}"), words::IP),
        Rule::new(format!("isIP(self) || !{zeros}"), words::IP_ZEROS),
        Rule::new(format!("isIP(self) || !{mapped}"), words::IP_MAPPED),
    ]);
}

/// The text is a prefix, without host bits.
pub(super) fn cidr(mut node: Node<'_>) {
    let zeros = format!(
        "(isCIDR(self.replace('/0', '/')) || self.matches('^({NUMBER}[.]){{3}}{NUMBER}/0*(3[0-2]|[12]?[0-9])$'))"
    );
    let mapped = "isCIDR(self.lowerAscii().replace('ffff', 'fffe'))";
    node.at_most(bound::ADDRESS).rules([
        Rule::new(format!("isCIDR(self) || {zeros} || {mapped}"), words::CIDR),
        Rule::new(format!("isCIDR(self) || !{zeros}"), words::CIDR_ZEROS),
        Rule::new(format!("isCIDR(self) || !{mapped}"), words::CIDR_MAPPED),
        host_bits(),
    ]);
}

/// As [`cidr`], where there are so many texts that a rule for each cause would be too expensive.
pub(super) fn cidr_of_many(mut node: Node<'_>) {
    node.at_most(bound::ADDRESS)
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

/// The `sizeLimit` of a disk is a quantity that is not negative. The int case is apart because `quantity` takes only
/// strings.
///
/// The rule is on the disk, and reads the size as the entry of a list: Kubernetes 1.33 does not count the bound of a
/// text that may be a number as well, and would refuse a rule on the size itself as too expensive.
pub(super) fn size(mut disk: Node<'_>) {
    disk.at("sizeLimit")
        .set("maxLength", json!(bound::QUANTITY));
    disk.rule(
        Rule::new(
            "!has(self.sizeLimit) || [self.sizeLimit].all(size, type(size) == int ? int(size) >= 0 : \
             isQuantity(string(size)) && quantity(string(size)).compareTo(quantity('0')) >= 0)",
            words::SIZE,
        )
        .at(".sizeLimit"),
    );
}

fn matching(regex: &str, message: &str) -> Rule {
    Rule::new(format!("self.matches(r'{regex}')"), message)
}
