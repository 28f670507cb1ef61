//! Rules on a single text: names, families, addresses, sizes. Each shows the text in its message.

use serde_json::json;

use super::bound;
use super::node::Node;
use super::rule::Rule;

/// The name is a DNS subdomain.
pub(super) fn subdomain() -> Rule {
    refusing(
        "!format.dns1123Subdomain().validate(self).hasValue()",
        "is no DNS subdomain: lower case letters, digits, \"-\" and \".\", at most 253, \
         each part beginning and ending with a letter or digit",
    )
}

/// The name is a DNS label.
pub(super) fn label() -> Rule {
    refusing(
        "!format.dns1123Label().validate(self).hasValue()",
        "is no DNS label: lower case letters, digits and \"-\", at most 63, \
         beginning and ending with a letter or digit",
    )
}

/// Where there are too many names for [`subdomain`] (a list in a list): a pattern costs nothing, but
/// its message shows only itself. The empty name is none.
pub(super) fn subdomain_pattern(node: &mut Node<'_>) {
    const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    node.set("pattern", json!(format!(r"^({LABEL}(\.{LABEL})*)?$")));
}

/// An empty text is none, and keeps the rule.
pub(super) fn optional(mut rule: Rule) -> Rule {
    rule.condition = format!("self == '' || {}", rule.condition);
    rule
}

/// The text is one of `values`; said as a rule, for an enum that is broken keeps all rules from running.
pub(super) fn one_of(values: &[&str], what: &str) -> Rule {
    let list = values.join("', '");
    let named: Vec<_> = values.iter().copied().filter(|v| !v.is_empty()).collect();
    refusing(
        &format!("self in ['{list}']"),
        &format!("is no {what}: {}", named.join(" or ")),
    )
}

/// The text is an address.
pub(super) fn ip(mut node: Node<'_>) {
    node.at_most(bound::ADDRESS)
        .rule(refusing("isIP(self)", "is no IPv4 or IPv6 address"));
}

/// The text is a prefix, without host bits.
pub(super) fn cidr(mut node: Node<'_>) {
    node.at_most(bound::ADDRESS)
        .rule(refusing(
            "isCIDR(self)",
            "is no IPv4 or IPv6 prefix (address/length)",
        ))
        .rule(refusing(
            "!isCIDR(self) || cidr(self) == cidr(self).masked()",
            "has host bits set: the address is not the first of its prefix",
        ));
}

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
            "is no size: a quantity of at least 0",
        )
        .at(".sizeLimit"),
    );
}

/// A rule whose message begins with the text itself.
pub(super) fn refusing(condition: &str, message: &str) -> Rule {
    Rule::new(condition, message).showing(format!("'\"' + self + '\" {message}'"))
}
