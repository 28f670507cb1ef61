// SPDX-License-Identifier: Apache-2.0

//! The command line. Every flag has an environment name.

mod certificate;

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, Parser, ValueEnum};
use ni_runtime::duration::duration;
use ni_runtime::logs::Logs;
use ni_runtime::scope::Scopes;

use crate::serve::budget::CONNECTIONS;
pub use certificate::{Identity, SelfSigned};

/// Admission webhook for IronCore's objects: sets defaults that can be inferred, refuses invalid objects with all errors at
/// once, and warns about references to objects that do not exist.
///
/// Uses the cluster that KUBECONFIG names; in a pod, the pod's own cluster. With --tls-cert and --references=off it needs
/// no cluster. Runs until SIGTERM or SIGINT, then answers the requests in flight and exits with 0.
#[derive(Debug, Parser)]
#[command(name = "ni-webhook", version)]
pub struct Cli {
    /// What is served, to whom.
    #[command(flatten)]
    pub listening: Listening,
    /// Where the certificate comes from.
    #[command(flatten)]
    pub identity: Identity,
    /// How objects are judged.
    #[command(flatten)]
    pub judging: Judging,
    /// Logs.
    #[command(flatten)]
    pub logs: Logs,
}

/// Flags of the server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub struct Listening {
    /// Address to serve /mutate and /validate on, by HTTPS. In a cluster `0.0.0.0:9443`, or `[::]:9443` for both IP families.
    #[arg(
        long,
        env = "NI_WEBHOOK_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:9443"
    )]
    pub listen: SocketAddr,
    /// Address to serve /metrics, /healthz and /readyz on, by HTTP.
    #[arg(
        long,
        env = "NI_WEBHOOK_HEALTH_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8081"
    )]
    pub health_listen: SocketAddr,
    /// Maximum number of open connections. When it is reached, a new connection replaces the one that was idle longest. Each
    /// takes at most 500 KiB of memory.
    #[arg(long, env = "NI_WEBHOOK_MAX_CONNECTIONS", value_name = "NUMBER", default_value_t = CONNECTIONS,
        value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub max_connections: u32,
    /// Timeout of a request, its body included. Less than the API server's timeout (5s), so that the API server gets an answer
    /// that says why.
    #[arg(long, env = "NI_WEBHOOK_REQUEST_TIMEOUT", value_name = "TIME", default_value = "4s", value_parser = duration)]
    pub request_timeout: Duration,
    /// How long after SIGTERM new requests are still accepted while /readyz fails, so that API servers can stop opening
    /// connections.
    #[arg(long, env = "NI_WEBHOOK_SHUTDOWN_DELAY", value_name = "TIME", default_value = "0s", value_parser = duration)]
    pub shutdown_delay: Duration,
    /// How long requests in flight may then take to finish.
    #[arg(long, env = "NI_WEBHOOK_SHUTDOWN_TIMEOUT", value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub shutdown_timeout: Duration,
}

/// Flags that change what is said of an object.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Validation")]
pub struct Judging {
    /// How to look up referenced objects: in watches, or not at all (they are then assumed to exist).
    #[arg(
        long,
        env = "NI_WEBHOOK_REFERENCES",
        value_enum,
        default_value = "watch"
    )]
    pub references: ReferenceSource,
    /// Namespaces in which referenced objects are looked up, separated by commas. In other namespaces they are assumed to exist,
    /// and no permissions are needed. Default: all namespaces.
    #[arg(
        long,
        env = "NI_NAMESPACES",
        value_name = "NAME,NAME",
        default_value = "",
        hide_default_value = true
    )]
    pub namespaces: Scopes,
    /// What to do with an object that refers to a missing object: a Network, NetworkInterface, VirtualIP or Prefix that does not
    /// exist.
    #[arg(
        long,
        env = "NI_WEBHOOK_NETWORK_REFERENCES",
        value_enum,
        default_value = "warn"
    )]
    pub network_references: NetworkReferences,
    /// User that is exempt from --network-references=deny: ni-controller, which creates objects in any order.
    #[arg(
        long,
        env = "NI_WEBHOOK_CONTROLLER_USER",
        value_name = "USER",
        default_value = "system:serviceaccount:ironcore-ni:ni-controller"
    )]
    pub controller_user: String,
}

/// Where objects that others refer to are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReferenceSource {
    /// Watch their metadata.
    Watch,
    /// Don't look them up: assume that they exist.
    Off,
}

/// What to do with an object that refers to an object that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NetworkReferences {
    /// Store it, and warn the user.
    Warn,
    /// Refuse it.
    Deny,
}

impl Cli {
    /// What the flags can't say one by one.
    ///
    /// # Errors
    /// Names the flag to change.
    pub fn check(&self) -> Result<(), String> {
        self.identity.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
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
            let words = ["ni-webhook", "--self-signed", "--namespaces", names];
            let error = Cli::try_parse_from(words).expect_err(names).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
