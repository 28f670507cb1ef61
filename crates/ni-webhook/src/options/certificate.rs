// SPDX-License-Identifier: Apache-2.0

//! Flags that say where the certificate comes from, and whose clients are accepted.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::BoolishValueParser;
use ni_runtime::duration::duration;
use rustls::pki_types::ServerName;

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

impl Identity {
    pub(super) fn check(&self) -> Result<(), String> {
        if self.tls_cert.is_some() == self.self_signed {
            return Err("give either --tls-cert and --tls-key, or --self-signed".to_owned());
        }
        self.making.check()
    }
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::options::Cli;

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
