// SPDX-License-Identifier: Apache-2.0

//! The command line. Every flag has an environment name.

use std::net::SocketAddr;
use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use ironcore_api::address::{Prefix, parse_prefix};
use ironcore_api::scope::{self, Scopes};

use crate::core::Backoff;
use crate::lease::{Times, TimesError};
use crate::plan::{Allocator, DuplicateAddresses, Options, Replace, StatusOwner};
use crate::world::Watched;

/// Creates, repairs and claims the NetworkInterfaces that Machines declare, allocates their addresses, and writes their
/// status.
///
/// Uses the cluster that KUBECONFIG names; in a pod, the pod's own cluster.
#[derive(Debug, Parser)]
#[command(name = "ni-controller", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Log format.
    #[arg(
        long,
        env = "NI_LOG_FORMAT",
        value_enum,
        default_value = "human",
        global = true
    )]
    pub log_format: LogFormat,
    /// Log level (error, warn, info, debug, trace), or filters such as `ni_controller=debug,kube=warn`.
    #[arg(long, env = "NI_LOG", default_value = "info", global = true)]
    pub log: String,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run until SIGTERM or SIGINT, then start no new work, finish the writes in flight, and exit with 0.
    Run(Box<Run>),
    /// Print what `run` would change when it starts, one line per change, and exit. Changes nothing.
    Plan(Deciding),
    /// Remove this controller's finalizers from all objects, and exit. For uninstalling: objects in use are no longer protected
    /// afterwards.
    ReleaseFinalizers(ReleaseFinalizers),
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for people.
    Human,
    /// One JSON object per line.
    Json,
}

/// Flags of `run`.
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    /// What decides.
    pub deciding: Deciding,
    #[command(flatten)]
    /// Who of several replicas writes.
    pub election: Election,
    /// Address to serve /metrics, /livez and /readyz on.
    #[arg(long, env = "NI_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Maximum number of requests to the API server in flight. One namespace gets at most half of them while others wait.
    #[arg(long, env = "NI_CONCURRENCY", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub concurrency: u16,
    /// Delay before the first retry of a failed request. It doubles with each failure.
    #[arg(long, env = "NI_RETRY_BASE", default_value = "100ms", value_parser = wait)]
    pub retry_base: Duration,
    /// Maximum delay before a failed request is retried.
    #[arg(long, env = "NI_RETRY_CAP", default_value = "2m", value_parser = wait)]
    pub retry_cap: Duration,
    /// Timeout of a request to the API server.
    #[arg(long, env = "NI_REQUEST_TIMEOUT", default_value = "30s", value_parser = wait)]
    pub request_timeout: Duration,
    /// How long writes in flight may take to finish after SIGTERM.
    #[arg(long, env = "NI_SHUTDOWN_TIMEOUT", default_value = "20s", value_parser = duration)]
    pub shutdown_timeout: Duration,
}

impl Run {
    /// Bounds of the wait between attempts.
    pub fn backoff(&self) -> Backoff {
        Backoff {
            base: self.retry_base,
            cap: self.retry_cap.max(self.retry_base),
        }
    }
}

/// Flags of `release-finalizers`.
#[derive(Debug, Args)]
pub struct ReleaseFinalizers {
    /// Print what would be changed, and change nothing.
    #[arg(long, env = "NI_DRY_RUN", value_parser = BoolishValueParser::new())]
    pub dry_run: bool,
    /// How long to retry while requests fail, or while other controllers add the finalizers again.
    #[arg(long, env = "NI_TIMEOUT", default_value = "2m", value_parser = duration)]
    pub timeout: Duration,
}

/// Flags of the election among replicas.
#[derive(Debug, Args)]
pub struct Election {
    /// Elect a leader by a Lease, so that several replicas can run. Only the leader writes; the others keep watching, and are ready
    /// to take over.
    #[arg(long, env = "NI_LEADER_ELECT", value_parser = BoolishValueParser::new())]
    pub leader_elect: bool,
    /// Name of the Lease.
    #[arg(long, env = "NI_LEASE_NAME", default_value = "ni-controller")]
    pub lease_name: String,
    /// Namespace of the Lease.
    #[arg(long, env = "NI_LEASE_NAMESPACE", default_value = "ironcore-ni")]
    pub lease_namespace: String,
    /// How long the other replicas wait, after the last renewal that they saw, before they take over the Lease. Whole seconds.
    #[arg(long, env = "NI_LEASE_DURATION", default_value = "15s", value_parser = duration)]
    pub lease_duration: Duration,
    /// How long after its last renewal a leader stops writing. Must be less than --lease-duration; the ratio of the two is the
    /// difference in clock speed that is tolerated.
    #[arg(long, env = "NI_LEASE_RENEW_DEADLINE", default_value = "10s", value_parser = duration)]
    pub lease_renew_deadline: Duration,
    /// Time between renewals. The other replicas read the Lease two to four times in this time.
    #[arg(long, env = "NI_LEASE_RETRY_PERIOD", default_value = "2s", value_parser = duration)]
    pub lease_retry_period: Duration,
}

impl Election {
    /// The times of the Lease.
    ///
    /// # Errors
    /// Names the flag to change.
    pub fn times(&self) -> Result<Times, TimesError> {
        Times::new(
            self.lease_duration,
            self.lease_renew_deadline,
            self.lease_retry_period,
        )
    }
}

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

/// The longest duration that a flag takes: times stay far from where adding them up overflows.
const LONGEST: Duration = Duration::from_hours(24);

/// The shortest wait that a flag takes: without one, requests that fail would follow each other without a pause.
const SHORTEST: Duration = Duration::from_millis(10);

/// A [`duration`] of at least [`SHORTEST`].
fn wait(text: &str) -> Result<Duration, String> {
    let wait = duration(text)?;
    if wait < SHORTEST {
        return Err(format!(
            "{text:?} is too short: write at least {SHORTEST:?}"
        ));
    }
    Ok(wait)
}

/// A duration such as `100ms`, `5s`, `2m`.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits
        .parse()
        .map_err(|_| format!("{text:?} is not a duration: write 100ms, 5s or 2m"))?;
    let duration = match &text[digits.len()..] {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.saturating_mul(60)),
        unit => return Err(format!("{unit:?} is not a unit of time: write ms, s or m")),
    };
    if duration > LONGEST {
        return Err(format!("{text:?} is too long: write at most 1440m"));
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_unit() {
        let cases = [
            ("100ms", Some(100)),
            ("5s", Some(5000)),
            ("2m", Some(120_000)),
            ("5", None),
            ("s", None),
            ("1h", None),
            ("1440m", Some(86_400_000)),
            ("1441m", None),
            ("18446744073709551615s", None),
            ("18446744073709551615m", None),
        ];
        for (text, millis) in cases {
            assert_eq!(
                duration(text).ok(),
                millis.map(Duration::from_millis),
                "{text}"
            );
        }
    }

    #[test]
    fn waits_that_would_make_it_spin_are_refused_with_their_flag() {
        for flag in ["retry-base", "retry-cap", "request-timeout"] {
            let parse = |value: &str| {
                let flag = format!("--{flag}={value}");
                Cli::try_parse_from(["ni-controller", "run", &flag])
            };
            let error = parse("0s").expect_err(flag).to_string();
            assert!(
                error.contains(flag) && error.contains("too short"),
                "{error}"
            );
            assert!(parse("10ms").is_ok(), "{flag}");
        }
    }

    #[test]
    fn every_flag_has_an_environment_name_that_follows_from_it() {
        use clap::CommandFactory;
        let cli = Cli::command();
        let commands = std::iter::once(&cli).chain(cli.get_subcommands());
        let flags = commands
            .flat_map(clap::Command::get_arguments)
            .filter_map(|flag| Some((flag.get_long()?, flag.get_env())));
        let mut any = false;
        for (long, env) in flags.filter(|(long, _)| !["help", "version"].contains(long)) {
            let expected = format!("NI_{}", long.replace('-', "_").to_uppercase());
            assert_eq!(env.and_then(std::ffi::OsStr::to_str), Some(&*expected));
            any = true;
        }
        assert!(any);
    }

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

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
