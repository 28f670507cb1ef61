// SPDX-License-Identifier: Apache-2.0

//! Flags that change what is decided.

use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use ironcore_api::address::{Prefix, parse_prefix};
use ni_runtime::duration::duration;
use ni_runtime::scope::{self, Scopes};

use crate::plan::{Allocator, DuplicateAddresses, Options, Replace, StatusOwner};
use crate::world::Watched;

/// Flags that change what is decided.
#[derive(Debug, Args)]
pub struct Deciding {
    /// Namespaces to manage, separated by commas. Objects in other namespaces are ignored, and need no permissions. Default: all
    /// namespaces.
    #[arg(
        long,
        env = "NI_NAMESPACES",
        value_name = "NAME,NAME",
        default_value = "",
        hide_default_value = true
    )]
    pub namespaces: Scopes,
    /// Which interfaces may be deleted and recreated when an immutable field differs from their template: those without a
    /// providerID, or all.
    #[arg(
        long,
        env = "NI_REPLACE_INTERFACES",
        value_enum,
        default_value = "unattached"
    )]
    pub replace_interfaces: Replace,
    /// Who writes the status of NetworkInterfaces: this controller, or a network plugin.
    #[arg(
        long,
        env = "NI_NETWORK_INTERFACE_STATUS",
        value_enum,
        default_value = "controller"
    )]
    pub network_interface_status: StatusOwner,
    /// Whether two interfaces of a Network may have the same address. IronCore does not check this.
    #[arg(
        long,
        env = "NI_DUPLICATE_ADDRESSES",
        value_enum,
        default_value = "refuse"
    )]
    pub duplicate_addresses: DuplicateAddresses,
    /// Who allocates Prefixes: this controller, or another allocator, which then owns the fields prefix and parentRef, the status
    /// and the finalizer of all Prefixes. Never run two allocators.
    #[arg(
        long,
        env = "NI_PREFIX_ALLOCATION",
        value_enum,
        default_value = "controller"
    )]
    pub prefix_allocation: Allocator,
    /// How long a freed address is not allocated again while other addresses are free, so that neighbour caches can expire.
    #[arg(long, env = "NI_ADDRESS_REUSE_DELAY", default_value = "0s", value_parser = duration)]
    pub address_reuse_delay: Duration,
    /// Namespace of the public pools: the root Prefixes with the label ni.ironcore.dev/public-pool, from which VirtualIPs of all
    /// namespaces get their addresses.
    #[arg(
        long,
        env = "NI_PUBLIC_POOL_NAMESPACE",
        value_name = "NAME",
        default_value = "ironcore-ni",
        value_parser = scope::namespace
    )]
    pub public_pool_namespace: Arc<str>,
    /// Blocks of public addresses, separated by commas. The controller creates a public pool for each.
    #[arg(
        long,
        env = "NI_PUBLIC_PREFIXES",
        value_name = "CIDR,CIDR",
        default_value = "",
        hide_default_value = true
    )]
    pub public_prefixes: PublicPrefixes,
}

/// Blocks of public addresses, none of which overlaps another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicPrefixes(Vec<Prefix>);

impl Deref for PublicPrefixes {
    type Target = [Prefix];

    fn deref(&self) -> &[Prefix] {
        &self.0
    }
}

impl FromStr for PublicPrefixes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut blocks: Vec<Prefix> = Vec::new();
        for text in text.split(',').filter(|_| !text.is_empty()) {
            let block = parse_prefix(text).map_err(|error| format!("{text:?}: {error}"))?;
            if block.is_single_address() {
                return Err(format!("{text:?} must be more than one address"));
            }
            let overlap = |other: &Prefix| other.contains(block) || block.contains(*other);
            if let Some(other) = blocks.iter().find(|other| overlap(other)) {
                return Err(format!("{text:?} must not overlap {other}"));
            }
            blocks.push(block);
        }
        Ok(Self(blocks))
    }
}

impl Deciding {
    /// What is watched.
    pub fn watched(&self) -> Watched {
        let allocates = self.prefix_allocation == Allocator::Controller;
        Watched {
            namespaces: self.namespaces.clone(),
            pools: allocates.then(|| (*self.public_pool_namespace).into()),
        }
    }

    /// Whether the flags go together.
    ///
    /// # Errors
    /// Names those that do not.
    pub fn check(&self) -> Result<(), FlagsError> {
        let external = self.prefix_allocation == Allocator::External;
        if external && !self.public_prefixes.is_empty() {
            return Err(FlagsError::PoolsOfAnother);
        }
        Ok(())
    }

    /// What operators decide.
    pub fn options(&self) -> Options {
        Options {
            replace: self.replace_interfaces,
            status: self.network_interface_status,
            duplicate_addresses: self.duplicate_addresses,
            prefixes: self.prefix_allocation,
            reuse_delay: self.address_reuse_delay,
        }
    }
}

/// Flags that do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlagsError {
    /// Who leaves prefixes alone hands out no addresses.
    #[error("--public-prefixes needs --prefix-allocation=controller")]
    PoolsOfAnother,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::options::{Cli, Command};

    #[test]
    fn a_name_of_no_namespace_is_refused_with_the_flag_that_has_it() {
        for (names, expected) in [
            (
                "a.b",
                "invalid value 'a.b' for '--namespaces <NAME,NAME>': \"a.b\" is not a valid namespace name: a lowercase RFC 1123 label",
            ),
            (
                "a,a",
                "invalid value 'a,a' for '--namespaces <NAME,NAME>': \"a\" is given twice",
            ),
        ] {
            for command in ["run", "plan"] {
                let words = ["ni-controller", command, "--namespaces", names];
                let error = Cli::try_parse_from(words).expect_err(names).to_string();
                assert!(error.contains(expected), "{error}");
            }
        }
    }

    #[test]
    fn public_prefixes_are_blocks_that_do_not_overlap() {
        for (blocks, expected) in [
            ("", Ok(0)),
            ("203.0.113.0/24,2001:db8::/64", Ok(2)),
            (
                "203.0.113.1/24",
                Err("\"203.0.113.1/24\": must not have bits set beyond the prefix length"),
            ),
            (
                "203.0.113.0",
                Err("\"203.0.113.0\": must be a valid CIDR value"),
            ),
            (
                "203.0.113.0/32",
                Err("\"203.0.113.0/32\" must be more than one address"),
            ),
            (
                "203.0.113.0/24,203.0.113.128/25",
                Err("\"203.0.113.128/25\" must not overlap 203.0.113.0/24"),
            ),
            ("203.0.113.0/24,", Err("\"\": must be a valid CIDR value")),
        ] {
            let flag = format!("--public-prefixes={blocks}");
            let cli = Cli::try_parse_from(["ni-controller", "plan", &flag]);
            match (cli.map(|cli| cli.command), expected) {
                (Ok(Command::Plan(deciding)), Ok(count)) => {
                    assert_eq!(deciding.public_prefixes.len(), count, "{blocks}");
                }
                (Err(error), Err(expected)) => {
                    assert!(error.to_string().contains(expected), "{error}");
                }
                (found, _) => panic!("{blocks}: {found:?}"),
            }
        }
    }

    #[test]
    fn who_leaves_prefixes_alone_makes_no_pools() {
        for (external, pools, expected) in [
            (false, true, Ok(())),
            (true, false, Ok(())),
            (true, true, Err(FlagsError::PoolsOfAnother)),
        ] {
            let mut words = vec!["ni-controller", "plan"];
            words.extend(external.then_some("--prefix-allocation=external"));
            words.extend(pools.then_some("--public-prefixes=203.0.113.0/24"));
            let cli = Cli::try_parse_from(words).expect("flags");
            let Command::Plan(deciding) = cli.command else {
                panic!("another command");
            };
            assert_eq!(deciding.check(), expected);
            assert_eq!(deciding.watched().pools.is_none(), external);
        }
    }

    #[test]
    fn without_names_of_namespaces_all_are_looked_after() {
        for (words, expected) in [
            (&[][..], "all"),
            (&["--namespaces="], "all"),
            (&["--namespaces=b,a"], "a,b"),
        ] {
            let words = ["ni-controller", "plan"]
                .into_iter()
                .chain(words.iter().copied());
            let cli = Cli::try_parse_from(words).expect("flags");
            let Command::Plan(deciding) = cli.command else {
                panic!("another command");
            };
            assert_eq!(deciding.namespaces.to_string(), expected);
        }
    }
}
