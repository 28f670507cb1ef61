//! The command line. Every flag has an environment name.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, ValueEnum};
use ironcore_api::scope::Scopes;
use rustls::pki_types::ServerName;

use crate::serve::budget::CONNECTIONS;

/// Judges IronCore's objects before they are stored: fills in what can be inferred, refuses what is malformed with all
/// its faults, and warns of references to what does not exist.
///
/// Speaks to the cluster that KUBECONFIG names, or, in a pod, to the pod's own. With --tls-cert and --references=off it
/// needs none. Runs until SIGTERM or SIGINT: then it answers what it was asked, and exits 0.
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
    /// How logs are written.
    #[arg(
        long,
        env = "NI_LOG_FORMAT",
        value_enum,
        default_value = "human",
        help_heading = "Logs"
    )]
    pub log_format: LogFormat,
    /// What is logged: a level (error, warn, info, debug, trace), or filters as in `ni_webhook=debug,kube=warn`.
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
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// Flags of the server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub struct Listening {
    /// Address of /mutate and /validate, by HTTPS. In a cluster: `0.0.0.0:9443`, or `[::]:9443` for both families.
    #[arg(
        long,
        env = "NI_WEBHOOK_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:9443"
    )]
    pub listen: SocketAddr,
    /// Address of /metrics, /healthz and /readyz, by HTTP.
    #[arg(
        long,
        env = "NI_WEBHOOK_HEALTH_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8081"
    )]
    pub health_listen: SocketAddr,
    /// Connections that are open at once. When there are as many, the one that is idle longest is closed for a new one.
    /// Each may take 500 KiB at worst.
    #[arg(long, env = "NI_WEBHOOK_MAX_CONNECTIONS", value_name = "NUMBER", default_value_t = CONNECTIONS,
        value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub max_connections: u32,
    /// How long a request may take, its body included. Less than the API server waits (5s), so that it is told why.
    #[arg(long, env = "NI_WEBHOOK_REQUEST_TIMEOUT", value_name = "TIME", default_value = "4s", value_parser = duration)]
    pub request_timeout: Duration,
    /// How long it goes on as before after SIGTERM, but says that it is not ready: the time until no API server sends
    /// new connections here.
    #[arg(long, env = "NI_WEBHOOK_SHUTDOWN_DELAY", value_name = "TIME", default_value = "0s", value_parser = duration)]
    pub shutdown_delay: Duration,
    /// How long the requests under way may take to finish after that.
    #[arg(long, env = "NI_WEBHOOK_SHUTDOWN_TIMEOUT", value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub shutdown_timeout: Duration,
}

/// Flags that say where the certificate comes from, and whose clients are accepted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Certificate")]
pub struct Identity {
    /// File with the certificate chain (PEM, the server's own first). Read again when it changes.
    #[arg(
        long,
        env = "NI_WEBHOOK_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    pub tls_cert: Option<PathBuf>,
    /// File with the certificate's key (PEM). Read again when it changes.
    #[arg(
        long,
        env = "NI_WEBHOOK_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    pub tls_key: Option<PathBuf>,
    /// File with the CAs (PEM) that sign the API server's client certificate: then nobody else is answered. Read again
    /// when it changes.
    #[arg(long, env = "NI_WEBHOOK_CLIENT_CA", value_name = "FILE")]
    pub client_ca: Option<PathBuf>,
    /// With --client-ca: names, separated by commas, of which the client certificate must have one, as its subject's
    /// common name or as a DNS name. Without it, every certificate of these CAs will do.
    #[arg(
        long = "client-name",
        env = "NI_WEBHOOK_CLIENT_NAME",
        value_name = "NAME",
        value_delimiter = ',',
        requires = "client_ca",
        value_parser = clap::builder::NonEmptyStringValueParser::new()
    )]
    pub client_names: Vec<String>,
    /// Make CA and certificate, keep them in a Secret that all replicas share, renew them, and keep the caBundle of the
    /// webhook configurations right.
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
    /// Service that the API server calls: the certificate is for its names in the cluster.
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
    /// Secret that the replicas share. It may be there and empty; else it is created.
    #[arg(
        long,
        env = "NI_WEBHOOK_SECRET",
        value_name = "NAME",
        default_value = "ni-webhook-certificate"
    )]
    pub secret: String,
    /// Name of the mutating and of the validating webhook configuration.
    #[arg(
        long,
        env = "NI_WEBHOOK_CONFIGURATION",
        value_name = "NAME",
        default_value = "ironcore-ni"
    )]
    pub configuration: String,
    /// Further DNS names and addresses, separated by commas, that the certificate is for: where the API server calls a
    /// URL and not a Service.
    #[arg(
        long = "self-signed-host",
        env = "NI_WEBHOOK_SELF_SIGNED_HOST",
        value_name = "HOST",
        value_delimiter = ','
    )]
    pub hosts: Vec<String>,
    /// How long a certificate is valid.
    #[arg(long = "certificate-lifetime", env = "NI_WEBHOOK_CERTIFICATE_LIFETIME", value_name = "TIME",
        default_value = "90d", value_parser = duration)]
    pub lifetime: Duration,
    /// How long before its end it is replaced. Less than its lifetime.
    #[arg(long, env = "NI_WEBHOOK_ROTATE_BEFORE", value_name = "TIME", default_value = "30d", value_parser = duration)]
    pub rotate_before: Duration,
    /// How long API servers may take to learn that a new CA is trusted, before a certificate of it is served. The old CA
    /// goes after five times as long. At least 1s, and at most a third of --rotate-before.
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
                "{service:?} is no DNS name: change --service-name or --namespace"
            ));
        }
        match self.hosts.iter().find(|host| !is_host(host)) {
            Some(host) => Err(format!(
                "--self-signed-host {host:?} is no DNS name and no address"
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
#[command(next_help_heading = "Judging")]
pub struct Judging {
    /// Where objects that others refer to are looked up: in watches, or not at all; then all count as there.
    #[arg(
        long,
        env = "NI_WEBHOOK_REFERENCES",
        value_enum,
        default_value = "watch"
    )]
    pub references: ReferenceSource,
    /// The namespaces in which objects that others refer to are looked up, with commas between them: in others all count
    /// as there, and no rights are needed. Without it, all.
    #[arg(
        long,
        env = "NI_NAMESPACES",
        value_name = "NAME,NAME",
        default_value = "",
        hide_default_value = true
    )]
    pub namespaces: Scopes,
    /// What becomes of an object that refers to another that does not exist.
    #[arg(
        long,
        env = "NI_WEBHOOK_NETWORK_REFERENCES",
        value_enum,
        default_value = "warn"
    )]
    pub network_references: NetworkReferences,
    /// User that --network-references=deny does not hold for: ni-controller, which makes objects in any order.
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
    /// In watches of their metadata.
    Watch,
    /// Nowhere: all count as there.
    Off,
}

/// What becomes of an object that refers to another that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NetworkReferences {
    /// It is stored, and the user is warned.
    Warn,
    /// It is refused.
    Deny,
}

/// A duration such as `100ms`, `5s`, `2m`, `12h`, `90d`.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits
        .parse()
        .map_err(|_| format!("{text:?} is no duration: write 100ms, 5s, 2m, 12h or 90d"))?;
    let seconds = match &text[digits.len()..] {
        "ms" => return Ok(Duration::from_millis(number)),
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        unit => return Err(format!("{unit:?} is no unit of time: ms, s, m, h or d")),
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
