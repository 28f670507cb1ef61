//! Names of the children that the controllers make (contract, Names).

/// The interface made for entry `entry` of machine `machine`.
pub fn network_interface(machine: &str, entry: &str) -> String {
    format!("{machine}-{entry}")
}

/// The virtual IP made for an interface bears the interface's own name.
pub fn virtual_ip(interface: &str) -> String {
    interface.to_owned()
}

/// The prefix made for `ips[index]` of an interface.
pub fn ip_prefix(interface: &str, index: usize) -> String {
    format!("{interface}-{index}")
}

/// The prefix made for `prefixes[index]` of an interface.
pub fn prefix(interface: &str, index: usize) -> String {
    format!("{interface}-pf-{index}")
}
