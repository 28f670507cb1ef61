// SPDX-License-Identifier: Apache-2.0

//! The command line. Every flag has an environment name.

mod deciding;

use std::net::SocketAddr;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand};
use ni_runtime::duration::duration;
use ni_runtime::logs::Logs;

use crate::core::Backoff;
use crate::lease::{Times, TimesError};
pub use deciding::{Deciding, FlagsError, PublicPrefixes};

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
    /// Logs.
    #[command(flatten)]
    pub logs: Logs,
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

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
