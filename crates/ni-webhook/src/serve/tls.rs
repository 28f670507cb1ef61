// SPDX-License-Identifier: Apache-2.0

//! TLS as it is spoken here.

use std::future::{Ready, ready};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use futures::FutureExt;
use futures::future::BoxFuture;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::version::{TLS12, TLS13};

use crate::certificate::Current;
use crate::certificate::client_ca::{ClientCaError, verifier};
use crate::certificate::follow::{FollowError, Followed};
use crate::metrics::Metrics;
use crate::serve::budget::TLS_BUFFER;
use crate::serve::gate::Visitor;

/// Why TLS can't be spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The client CAs can't be used.
    #[error(transparent)]
    ClientCa(#[from] ClientCaError),
    /// The file with the client CAs can't be used.
    #[error(transparent)]
    File(#[from] FollowError),
    /// The library has no such versions or suites.
    #[error(transparent)]
    Config(#[from] rustls::Error),
}

/// TLS 1.3 and 1.2 with ring's suites, for whoever connects; the certificate is what `current` holds at each handshake.
///
/// # Errors
/// Where the library lacks what it takes, which no input changes.
pub fn open_to_all(current: &Current) -> Result<RustlsConfig, TlsError> {
    let config = config(current, WebPkiClientVerifier::no_client_auth())?;
    Ok(RustlsConfig::from_config(config))
}

fn config(
    current: &Current,
    clients: Arc<dyn ClientCertVerifier>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_client_cert_verifier(clients)
        .with_cert_resolver(Arc::new(current.clone()));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // A resumed session would skip the client's certificate. The API server keeps its connections and resumes none.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// TLS for those whose certificate an authority in a file signed; the file is followed.
pub struct ClientCa {
    followed: Followed<1>,
    names: Vec<String>,
    current: Current,
    tls: RustlsConfig,
    metrics: Metrics,
}

impl ClientCa {
    /// Reads the authorities (PEM) in `path` for the first time. Where there are `names`, a certificate must have one.
    ///
    /// # Errors
    /// Where the file can't be read, or holds no authorities: without them, nobody may be answered.
    pub fn open(
        path: PathBuf,
        names: Vec<String>,
        current: Current,
        metrics: Metrics,
    ) -> Result<Self, TlsError> {
        let tls = open_to_all(&current)?;
        let mut followed = Followed::new([path]);
        followed.look(|pem| restrict(&tls, &current, pem, &names))?;
        Ok(Self {
            followed,
            names,
            current,
            tls,
            metrics,
        })
    }

    /// What the server speaks.
    pub fn tls(&self) -> RustlsConfig {
        self.tls.clone()
    }

    /// Uses each new set of authorities for the handshakes that follow. It never returns.
    pub async fn keep(self) {
        let (tls, current, names) = (self.tls, self.current, self.names);
        self.followed
            .keep(self.metrics, |pem| restrict(&tls, &current, pem, &names))
            .await;
    }
}

fn restrict(
    tls: &RustlsConfig,
    current: &Current,
    [pem]: &[Vec<u8>; 1],
    names: &[String],
) -> Result<(), TlsError> {
    tls.reload_from_config(config(current, verifier(pem, names)?)?);
    Ok(())
}

/// Accepts connections over TLS, and notes when their handshake is complete.
#[derive(Clone, Debug)]
pub struct Secured(RustlsAcceptor);

impl Secured {
    /// Speaks `tls`; a handshake may take `limit`.
    pub fn new(tls: RustlsConfig, limit: Duration) -> Self {
        Self(RustlsAcceptor::new(tls).handshake_timeout(limit))
    }
}

impl<S: Send + 'static> Accept<Visitor, S> for Secured {
    type Stream = <RustlsAcceptor as Accept<Visitor, S>>::Stream;
    type Service = <RustlsAcceptor as Accept<Visitor, S>>::Service;
    type Future = BoxFuture<'static, io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, visitor: Visitor, service: S) -> Self::Future {
        let accepting = self.0.accept(visitor, service);
        async {
            let (mut stream, service) = accepting.await?;
            let (visitor, session) = stream.get_mut();
            session.set_buffer_limit(Some(TLS_BUFFER));
            visitor.connection().secured();
            Ok((stream, service))
        }
        .boxed()
    }
}

/// Accepts connections without TLS.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl<S> Accept<Visitor, S> for Plain {
    type Stream = Visitor;
    type Service = S;
    type Future = Ready<io::Result<(Visitor, S)>>;

    fn accept(&self, visitor: Visitor, service: S) -> Self::Future {
        visitor.connection().secured();
        ready(Ok((visitor, service)))
    }
}
