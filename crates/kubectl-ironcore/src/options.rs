// SPDX-License-Identifier: Apache-2.0

//! The command line.

use std::net::IpAddr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ironcore_api::address::parse_ip;

use crate::around::Unknown;
use crate::object::Named;

/// Shows why a Machine, NetworkInterface, Network, VirtualIP or Prefix does not have what it requests, what belongs to whom, who has an
/// address, how much of each Prefix is left, and what is wrong. It only reads.
///
/// Uses the cluster of the current context, as kubectl does. It reads the objects and, where it may, the controller's Lease, Deployment
/// and Events, the webhook's configuration and endpoints, and namespaces. What it may not read, `why` names
/// in its answer (`unknown: ...`), and the other commands on standard error.
#[derive(Debug, Parser)]
#[command(name = "kubectl-ironcore", bin_name = "kubectl ironcore", version, after_help = AFTER)]
pub struct Cli {
    /// The question.
    #[command(subcommand)]
    pub question: Question,
    /// Which cluster, and where in it.
    #[command(flatten)]
    pub place: Place,
    /// How the answer is printed.
    #[arg(
        long,
        short,
        global = true,
        value_enum,
        default_value = "text",
        value_name = "FORMAT"
    )]
    pub output: Output,
}

const AFTER: &str = "Examples:
  kubectl ironcore why machine/web -n shop
  kubectl ironcore who 10.0.0.7 -A
  kubectl ironcore left --blocks

Exit codes:
  0  no fault, or the address was found
  1  the object is not Available, nobody has the address, a Prefix waits for room, or a fault was found
  2  the question could not be answered; standard error says why

Output is coloured only on a terminal, and never if NO_COLOR is set.";

/// Which cluster, and where in it.
#[derive(Debug, Args)]
pub struct Place {
    /// The context of the kubeconfig to use, instead of the current one.
    #[arg(long, global = true, value_name = "NAME")]
    pub context: Option<String>,
    /// The namespace, instead of the context's.
    #[arg(
        long,
        short,
        global = true,
        value_name = "NAME",
        conflicts_with = "all_namespaces"
    )]
    pub namespace: Option<String>,
    /// All namespaces.
    #[arg(long, short = 'A', global = true)]
    pub all_namespaces: bool,
    /// The namespace in which ni-controller and ni-webhook run.
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        default_value = "ironcore-ni"
    )]
    pub controller_namespace: String,
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The questions.
#[derive(Debug, Subcommand)]
pub enum Question {
    /// Show why an object does not have what it requests: the causes, the root cause first, what to do about it, and what the
    /// controller would do next.
    Why {
        /// The object, as in machine/web, nic/web-lan, net/lan, vip/web or pfx/pool.
        #[arg(value_name = "KIND/NAME")]
        object: Named,
        /// Print the answer again whenever it changes, until the object has what it requests.
        #[arg(long, short)]
        watch: bool,
    },
    /// Show what belongs to whom: machines, their interfaces, and the Prefixes and VirtualIPs of these, with states and addresses.
    Tree {
        /// Names of machines. Default: all machines, and the interfaces that do not belong to a machine.
        #[arg(value_name = "MACHINE")]
        machines: Vec<String>,
        /// Show each of the healthy branches that look alike.
        #[arg(long)]
        all: bool,
    },
    /// Show who has an address, and who else requests it.
    Who {
        /// The address.
        #[arg(value_name = "ADDRESS", value_parser = address)]
        address: IpAddr,
    },
    /// Show how much of each parent Prefix and public pool is left; those with waiting Prefixes first.
    Left {
        /// Draw each block.
        #[arg(long)]
        blocks: bool,
    },
    /// Look for faults: overlapping blocks, blocks that nobody has, addresses in two statuses, claims by objects that do not exist,
    /// finalizers that nothing removes, statuses that are out of date.
    Check,
}

impl Question {
    /// What its answer depends on and has no place for, so that standard error says what of it is unknown.
    pub(crate) fn depends_on(&self) -> &'static [Unknown] {
        match self {
            Self::Why { .. } => &[],
            Self::Tree { .. } => &[Unknown::Flags, Unknown::Pools, Unknown::Events],
            Self::Who { .. } | Self::Left { .. } => &[Unknown::Flags, Unknown::Pools],
            Self::Check => &[Unknown::Flags, Unknown::Pools, Unknown::Leader],
        }
    }
}

fn address(text: &str) -> Result<IpAddr, String> {
    parse_ip(text).map_err(|error| format!("{text:?} {error}"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_namespace_and_all_of_them_exclude_each_other() {
        let parse = |args: &[&str]| {
            let args = ["kubectl-ironcore"].iter().chain(args);
            Cli::try_parse_from(args)
                .map(|_| ())
                .map_err(|error| error.exit_code())
        };
        assert_eq!(parse(&["left", "-n", "a", "-o", "json"]), Ok(()));
        assert_eq!(parse(&["left", "-n", "a", "-A"]), Err(2));
        assert_eq!(parse(&["who", "10.0.0"]), Err(2));
        assert_eq!(parse(&["why", "web-0"]), Err(2));
    }
}
