// SPDX-License-Identifier: Apache-2.0

//! Names of the children that the controllers make (contract, Names), and what a label is.

use crate::address::Prefix;
use crate::words;

/// Checks that `text` is a DNS label (RFC 1123), as the names of namespaces are.
///
/// # Errors
/// Says what it must be, in Kubernetes' words.
pub fn label(text: &str) -> Result<(), &'static str> {
    if is_label(text) {
        Ok(())
    } else {
        Err(words::LABEL)
    }
}

/// Whether the text is a DNS label (RFC 1123).
pub(crate) fn is_label(text: &str) -> bool {
    text.len() <= words::LABEL_MOST && is_part(text)
}

/// Whether it has a label's form, of whatever length.
pub(crate) fn is_part(text: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends = |end: Option<&u8>| end.is_some_and(|b| alphanumeric(*b));
    ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|b| alphanumeric(*b) || *b == b'-')
}

/// Name of the NetworkInterface that is created for `entry` of `machine`.
pub fn network_interface(machine: &str, entry: &str) -> String {
    format!("{machine}-{entry}")
}

/// Name of the VirtualIP that is created for an interface: the interface's own name.
pub fn virtual_ip(interface: &str) -> String {
    interface.to_owned()
}

/// Name of the Prefix that is created for `ips[index]` of an interface.
pub fn ip_prefix(interface: &str, index: usize) -> String {
    format!("{interface}-{index}")
}

/// Name of the Prefix that is created for `prefixes[index]` of an interface.
pub fn prefix(interface: &str, index: usize) -> String {
    format!("{interface}-pf-{index}")
}

/// Name of the public pool that is created for this block of `--public-prefixes`.
pub fn public_pool(block: Prefix) -> String {
    format!("public-{block}").replace([':', '/'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::parse_prefix;

    #[test]
    fn names_are_the_contracts() {
        assert_eq!(network_interface("machine", "primary"), "machine-primary");
        assert_eq!(virtual_ip("machine-primary"), "machine-primary");
        assert_eq!(ip_prefix("machine-primary", 1), "machine-primary-1");
        assert_eq!(prefix("machine-primary", 0), "machine-primary-pf-0");
    }

    #[test]
    fn pools_are_named_after_their_block() {
        for (block, expected) in [
            ("203.0.113.0/24", "public-203.0.113.0-24"),
            ("2001:db8::/64", "public-2001-db8---64"),
            ("::/0", "public----0"),
        ] {
            let name = public_pool(parse_prefix(block).expect("a block"));
            assert_eq!(name, expected);
            assert!(name.split('.').all(is_label), "{name}");
        }
    }

    #[test]
    fn two_machines_can_ask_for_one_name() {
        assert_eq!(network_interface("a", "b-c"), network_interface("a-b", "c"));
    }
}
