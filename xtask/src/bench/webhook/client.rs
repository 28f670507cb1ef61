// SPDX-License-Identifier: Apache-2.0

//! The client: reviews over TLS, on connections that are kept or made anew.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use http::header::{CONTENT_TYPE, HOST};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde::Serialize;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::review::Review;

/// Whom the server's certificate is for.
pub(crate) const HOST_NAME: &str = "localhost";

/// How reviews travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Transport {
    /// Each client keeps a connection of HTTP/1.1.
    #[serde(rename = "http/1.1")]
    Http1,
    /// All clients share one connection of HTTP/2, as all requests of an API server do.
    #[serde(rename = "h2")]
    Http2,
    /// Each review has a connection of its own, of HTTP/1.1: TCP, a full handshake, one request.
    #[serde(rename = "new connection")]
    New,
}

impl Transport {
    /// In the order of the tables.
    pub(crate) const ALL: [Self; 3] = [Self::Http2, Self::Http1, Self::New];

    /// Whether one connection carries many reviews.
    pub(crate) fn keeps(self) -> bool {
        match self {
            Self::Http1 | Self::Http2 => true,
            Self::New => false,
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http1 => "http/1.1",
            Self::Http2 => "h2",
            Self::New => "new connection",
        })
    }
}

/// Reaches one server.
pub(crate) struct Client {
    address: SocketAddr,
    http1: TlsConnector,
    http2: TlsConnector,
}

/// An open connection; a clone of HTTP/2's shares it.
pub(crate) enum Connection {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

impl Client {
    /// Of the server at `address`, which shows `certificate`.
    pub(crate) fn new(address: SocketAddr, certificate: &CertificateDer<'static>) -> Result<Self> {
        Ok(Self {
            address,
            http1: connector(certificate, b"http/1.1")?,
            http2: connector(certificate, b"h2")?,
        })
    }

    /// Opens a connection of HTTP/1.1.
    pub(crate) async fn http1(&self) -> Result<Connection> {
        let stream = self.shake_hands(&self.http1).await?;
        let (sender, connection) = http1::handshake(stream).await?;
        // How it ends is told to those who wait for an answer.
        tokio::spawn(connection);
        Ok(Connection::Http1(sender))
    }

    /// Opens a connection of HTTP/2.
    pub(crate) async fn http2(&self) -> Result<Connection> {
        let stream = self.shake_hands(&self.http2).await?;
        let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
        tokio::spawn(connection);
        Ok(Connection::Http2(sender))
    }

    async fn shake_hands(
        &self,
        connector: &TlsConnector,
    ) -> Result<TokioIo<tokio_rustls::client::TlsStream<TcpStream>>> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from(HOST_NAME)?;
        let stream = connector.connect(name, stream).await;
        Ok(TokioIo::new(stream.context("shaking hands")?))
    }
}

impl Connection {
    /// Sends a review; the answer's body.
    pub(crate) async fn ask(&mut self, review: &Review) -> Result<Bytes> {
        let response = match self {
            Self::Http1(sender) => {
                sender.ready().await?;
                let path: Uri = review.endpoint.path().parse()?;
                let request = Request::post(path).header(HOST, HOST_NAME);
                sender.send_request(with_body(request, review)?).await?
            }
            Self::Http2(sender) => {
                sender.ready().await?;
                let uri = format!("https://{HOST_NAME}{}", review.endpoint.path());
                let request = Request::post(uri);
                sender.send_request(with_body(request, review)?).await?
            }
        };
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        let text = || String::from_utf8_lossy(&body);
        ensure!(status == StatusCode::OK, "it answers {status}: {}", text());
        Ok(body)
    }

    /// Another handle of the same connection, where one carries many requests at once.
    pub(crate) fn share(&self) -> Option<Self> {
        match self {
            Self::Http1(_) => None,
            Self::Http2(sender) => Some(Self::Http2(sender.clone())),
        }
    }
}

fn with_body(request: http::request::Builder, review: &Review) -> Result<Request<Full<Bytes>>> {
    let request = request.header(CONTENT_TYPE, "application/json");
    Ok(request.body(Full::new(review.body.clone()))?)
}

fn connector(certificate: &CertificateDer<'static>, protocol: &[u8]) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone())?;
    let provider = Arc::new(ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    config.resumption = Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}
