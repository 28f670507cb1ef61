// SPDX-License-Identifier: Apache-2.0

//! Certificates, servers and directories of the tests' own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Parser;
use futures::FutureExt;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use ni_webhook::certificate::Current;
use ni_webhook::metrics::Metrics;
use ni_webhook::options::Cli;
use ni_webhook::references::References;
use ni_webhook::review::{Answer, Webhook};
use ni_webhook::serve::reviews::Judge;
use ni_webhook::serve::tls::open_to_all;
use ni_webhook::serve::{self, Limits, Running, reviews};
use tokio::sync::Semaphore;

/// Long enough that only what is broken takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Long enough for a request, and short enough to be waited for.
pub(crate) const SHORT: Duration = Duration::from_millis(400);

/// What the API server sends for an object that is right.
pub(crate) const REVIEW: &str = include_str!("review.json");

/// A certificate chain and its key, both PEM.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) chain: String,
    pub(crate) key: String,
}

/// Signs certificates.
pub(crate) struct Authority {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("a certificate").pem();
        let issuer = Issuer::new(params, key);
        Self { pem, issuer }
    }

    /// A certificate for `host`.
    pub(crate) fn sign(&self, host: &str) -> Pair {
        self.sign_params(&CertificateParams::new([host.to_owned()]).expect("a name"))
    }

    /// A certificate whose subject has this common name, and that is for no host.
    pub(crate) fn sign_common_name(&self, name: &str) -> Pair {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        self.sign_params(&params)
    }

    fn sign_params(&self, params: &CertificateParams) -> Pair {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Pair {
            chain: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

/// A server, and what it runs with.
pub(crate) struct Fixture {
    pub(crate) authority: Authority,
    pub(crate) current: Current,
    pub(crate) metrics: Metrics,
    pub(crate) running: Running,
}

/// A server with a certificate, whose requests may take `request`.
pub(crate) async fn server(limits: Limits, request: Duration) -> Fixture {
    let authority = Authority::new("server");
    let (current, metrics) = (Current::default(), Metrics::default());
    let pair = authority.sign("localhost");
    let published = current.publish(pair.chain.as_bytes(), pair.key.as_bytes());
    published.expect("a good pair");
    let tls = open_to_all(&current).expect("TLS");
    let running = serve(tls, limits, request, &metrics).await;
    Fixture {
        authority,
        current,
        metrics,
        running,
    }
}

/// A server on a free port.
pub(crate) async fn serve(
    tls: axum_server::tls_rustls::RustlsConfig,
    limits: Limits,
    request: Duration,
    metrics: &Metrics,
) -> Running {
    let options = Cli::parse_from(["ni-webhook", "--self-signed"]);
    let webhook = Webhook::new(References::none(), &options.judging, metrics.clone());
    let router = reviews::router(Arc::new(webhook), metrics.clone(), request);
    serve_router(tls, limits, router, metrics).await
}

async fn serve_router(
    tls: axum_server::tls_rustls::RustlsConfig,
    limits: Limits,
    router: axum::Router,
    metrics: &Metrics,
) -> Running {
    let listen = ([127, 0, 0, 1], 0).into();
    let running = serve::secure(listen, tls, router, limits, metrics.clone()).await;
    running.expect("a free port")
}

/// A server whose reviews are judged by `judge`.
pub(crate) async fn judged_by(limits: Limits, judge: Judge) -> Fixture {
    let authority = Authority::new("server");
    let (current, metrics) = (Current::default(), Metrics::default());
    let pair = authority.sign("localhost");
    let published = current.publish(pair.chain.as_bytes(), pair.key.as_bytes());
    published.expect("a good pair");
    let tls = open_to_all(&current).expect("TLS");
    let router = reviews::router_of(judge, metrics.clone(), PATIENCE);
    let running = serve_router(tls, limits, router, &metrics).await;
    Fixture {
        authority,
        current,
        metrics,
        running,
    }
}

/// Holds each review until it is released, and counts what it holds.
#[derive(Clone)]
pub(crate) struct Holding {
    releases: Arc<Semaphore>,
    counts: Arc<Mutex<Counts>>,
}

/// What is held.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) reviews: usize,
    pub(crate) bytes: usize,
    pub(crate) most_bytes: usize,
}

impl Holding {
    pub(crate) fn new() -> Self {
        Self {
            releases: Arc::new(Semaphore::new(0)),
            counts: Arc::default(),
        }
    }

    pub(crate) fn judge(&self) -> Judge {
        let holding = self.clone();
        Arc::new(move |_, body| {
            let holding = holding.clone();
            async move {
                holding.count(|counts| {
                    counts.reviews += 1;
                    counts.bytes += body.len();
                    counts.most_bytes = counts.most_bytes.max(counts.bytes);
                });
                let release = holding.releases.acquire().await;
                release.expect("never closed").forget();
                holding.count(|counts| {
                    counts.reviews -= 1;
                    counts.bytes -= body.len();
                });
                Answer::Review(b"{}".to_vec())
            }
            .boxed()
        })
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counts)) -> Counts {
        let mut counts = self.counts.lock().expect("no panic");
        change(&mut counts);
        *counts
    }

    /// Waits until so many reviews are held.
    pub(crate) async fn holds(&self, reviews: usize) {
        eventually("reviews are judged", async || {
            self.count(|_| ()).reviews == reviews
        })
        .await;
    }

    pub(crate) fn release(&self, reviews: usize) {
        self.releases.add_permits(reviews);
    }
}

/// A directory that is removed at the end.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ni-webhook-server-{}-{next}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, content).expect("written");
    }

    pub(crate) fn write_pair(&self, pair: &Pair) -> (PathBuf, PathBuf) {
        self.write("tls.crt", &pair.chain);
        self.write("tls.key", &pair.key);
        (self.path("tls.crt"), self.path("tls.key"))
    }

    /// Makes the symlink `name` point to `target` in one step, as the kubelet does.
    pub(crate) fn link(&self, name: &str, target: &str) {
        let new = self.path("new-link");
        std::os::unix::fs::symlink(Path::new(target), &new).expect("a symlink");
        std::fs::rename(new, self.path(name)).expect("swapped");
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Waits until `holds`.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The value of a metric, named with its labels.
pub(crate) fn value(metrics: &Metrics, name: &str) -> i64 {
    let text = metrics.encode();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let value = line.and_then(|rest| rest.trim().parse().ok());
    value.unwrap_or_else(|| panic!("no {name} in {text}"))
}
