// SPDX-License-Identifier: Apache-2.0

//! The command line. Every flag has an environment name.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, ValueEnum};
use ironcore_api::scope::Scopes;
use rustls::pki_types::ServerName;

use crate::serve::budget::CONNECTIONS;

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
    /// Log format.
    #[arg(
        long,
        env = "NI_LOG_FORMAT",
        value_enum,
        default_value = "human",
        help_heading = "Logs"
    )]
    pub log_format: LogFormat,
    /// Log level (error, warn, info, debug, trace), or filters such as `ni_webhook=debug,kube=warn`.
    #[arg(
        long,
        env = "NI_LOG",
        default_value = "info",
        value_name = "FILTER",
        help_heading = "Logs"
    )]
    pub log: String,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for people.
    Human,
    /// One JSON object per line.
    Json,
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

/// Flags that say where the certificate comes from, and whose clients are accepted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Certificate")]
pub struct Identity {
    /// File with the certificate chain (PEM, the server's certificate first). Reloaded when it changes.
    #[arg(
        long,
        env = "NI_WEBHOOK_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    pub tls_cert: Option<PathBuf>,
    /// File with the certificate's private key (PEM). Reloaded when it changes.
    #[arg(
        long,
        env = "NI_WEBHOOK_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    pub tls_key: Option<PathBuf>,
    /// File with the CAs (PEM) of the API server's client certificate. Other clients are then refused. Reloaded when it
    /// changes.
    #[arg(long, env = "NI_WEBHOOK_CLIENT_CA", value_name = "FILE")]
    pub client_ca: Option<PathBuf>,
    /// With --client-ca: names that are accepted as the common name or a DNS name of the client certificate, separated by
    /// commas. Default: any certificate of these CAs.
    #[arg(
        long = "client-name",
        env = "NI_WEBHOOK_CLIENT_NAME",
        value_name = "NAME",
        value_delimiter = ',',
        requires = "client_ca",
        value_parser = clap::builder::NonEmptyStringValueParser::new()
    )]
    pub client_names: Vec<String>,
    /// Create a CA and a certificate in a Secret that all replicas share, renew them, and keep the caBundle of the webhook
    /// configurations up to date.
    #[arg(long, env = "NI_WEBHOOK_SELF_SIGNED", value_parser = BoolishValueParser::new())]
    pub self_signed: bool,
    /// How the certificate is made.
    #[command(flatten)]
    pub making: SelfSigned,
}

/// Flags of `--self-signed`.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "With --self-signed")]
pub struct SelfSigned {
    /// Service that the API server calls. The certificate is issued for its DNS names in the cluster.
    #[arg(
        long,
        env = "NI_WEBHOOK_SERVICE_NAME",
        value_name = "NAME",
        default_value = "ni-webhook"
    )]
    pub service_name: String,
    /// Namespace of the Service and the Secret.
    #[arg(
        long,
        env = "POD_NAMESPACE",
        value_name = "NAME",
        default_value = "ironcore-ni"
    )]
    pub namespace: String,
    /// Secret that the replicas share. Created if it does not exist; an empty one is filled.
    #[arg(
        long,
        env = "NI_WEBHOOK_SECRET",
        value_name = "NAME",
        default_value = "ni-webhook-certificate"
    )]
    pub secret: String,
    /// Name of the MutatingWebhookConfiguration and the ValidatingWebhookConfiguration.
    #[arg(
        long,
        env = "NI_WEBHOOK_CONFIGURATION",
        value_name = "NAME",
        default_value = "ironcore-ni"
    )]
    pub configuration: String,
    /// Further DNS names and IP addresses of the certificate, separated by commas, for an API server that calls a URL and not
    /// a Service.
    #[arg(
        long = "self-signed-host",
        env = "NI_WEBHOOK_SELF_SIGNED_HOST",
        value_name = "HOST",
        value_delimiter = ','
    )]
    pub hosts: Vec<String>,
    /// Lifetime of a certificate.
    #[arg(long = "certificate-lifetime", env = "NI_WEBHOOK_CERTIFICATE_LIFETIME", value_name = "TIME",
        default_value = "90d", value_parser = duration)]
    pub lifetime: Duration,
    /// How long before its expiry a certificate is replaced. Must be less than its lifetime.
    #[arg(long, env = "NI_WEBHOOK_ROTATE_BEFORE", value_name = "TIME", default_value = "30d", value_parser = duration)]
    pub rotate_before: Duration,
    /// How long to wait for all API servers to trust a new CA before serving a certificate that it signed. The old CA is removed
    /// after five times this time. At least 1s, at most a third of --rotate-before.
    #[arg(long, env = "NI_WEBHOOK_ROTATION_SETTLE", value_name = "TIME", default_value = "1m", value_parser = duration)]
    pub rotation_settle: Duration,
}

impl SelfSigned {
    fn check(&self) -> Result<(), String> {
        if self.rotate_before >= self.lifetime {
            return Err("--rotate-before must be less than --certificate-lifetime".to_owned());
        }
        if self.rotation_settle < Duration::from_secs(1) {
            return Err("--rotation-settle must be at least 1s".to_owned());
        }
        if self.rotate_before < self.rotation_settle.saturating_mul(3) {
            return Err(
                "--rotate-before must be at least three times --rotation-settle".to_owned(),
            );
        }
        let service = format!("{}.{}.svc", self.service_name, self.namespace);
        if !is_host(&service) {
            return Err(format!(
                "{service:?} is not a DNS name: change --service-name or --namespace"
            ));
        }
        match self.hosts.iter().find(|host| !is_host(host)) {
            Some(host) => Err(format!(
                "--self-signed-host {host:?} is neither a DNS name nor an IP address"
            )),
            None => Ok(()),
        }
    }
}

/// Whether a certificate can be for it.
fn is_host(host: &str) -> bool {
    ServerName::try_from(host).is_ok()
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
    /// What to do with an object that refers to an object that does not exist.
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

/// A duration such as `100ms`, `5s`, `2m`, `12h`, `90d`.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits
        .parse()
        .map_err(|_| format!("{text:?} is not a duration: write 100ms, 5s, 2m, 12h or 90d"))?;
    let seconds = match &text[digits.len()..] {
        "ms" => return Ok(Duration::from_millis(number)),
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        unit => {
            return Err(format!(
                "{unit:?} is not a unit of time: write ms, s, m, h or d"
            ));
        }
    };
    let seconds = number.checked_mul(seconds).filter(|s| *s <= LONGEST);
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| format!("{text:?} is more than a hundred years"))
}

/// Seconds of a hundred years: what is added to a time of today stays one.
const LONGEST: u64 = 100 * 365 * 24 * 60 * 60;

impl Cli {
    /// What the flags can't say one by one.
    ///
    /// # Errors
    /// Names the flag to change.
    pub fn check(&self) -> Result<(), String> {
        let identity = &self.identity;
        if identity.tls_cert.is_some() == identity.self_signed {
            return Err("give either --tls-cert and --tls-key, or --self-signed".to_owned());
        }
        identity.making.check()
    }
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
            ("1h", Some(3_600_000)),
            ("90d", Some(7_776_000_000)),
            ("5", None),
            ("s", None),
            ("1y", None),
            ("é", None),
            ("99999999d", None),
            ("18446744073709551615d", None),
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

    #[test]
    fn the_certificate_comes_from_one_place_and_can_be_made() {
        let cases = [
            ("", false),
            ("--tls-cert a", false),
            ("--tls-key b", false),
            ("--tls-cert a --tls-key b", true),
            ("--tls-cert a --tls-key b --self-signed", false),
            ("--self-signed", true),
            ("--self-signed --self-signed-host localhost,::1", true),
            ("--self-signed --rotate-before 91d", false),
            ("--self-signed --certificate-lifetime 1h", false),
            (
                "--self-signed --certificate-lifetime 10s --rotate-before 6s --rotation-settle 1s",
                true,
            ),
            ("--self-signed --rotation-settle 100ms", false),
            ("--self-signed --rotate-before 179s", false),
            ("--self-signed --rotate-before 3m", true),
            ("--self-signed --self-signed-host a,b:1", false),
            ("--self-signed --self-signed-host *", false),
            ("--self-signed --namespace a/b", false),
            ("--self-signed --service-name=", false),
            ("--self-signed --client-ca ca", true),
            (
                "--self-signed --client-ca ca --client-name a,b --client-name c",
                true,
            ),
            ("--self-signed --client-ca ca --client-name a,", false),
            ("--self-signed --client-name a", false),
        ];
        for (flags, good) in cases {
            let words = std::iter::once("ni-webhook").chain(flags.split_whitespace());
            let read = Cli::try_parse_from(words).map_err(|error| error.to_string());
            let read = read.and_then(|cli| cli.check());
            assert_eq!(read.is_ok(), good, "{flags}: {read:?}");
        }
    }
}
