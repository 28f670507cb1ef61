// SPDX-License-Identifier: Apache-2.0

//! A client that can be slow, and see what it is told.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{PATIENCE, Pair};

/// How a client speaks TLS.
pub(crate) struct Client {
    pub(crate) roots: String,
    pub(crate) pair: Option<Pair>,
    pub(crate) versions: Vec<&'static SupportedProtocolVersion>,
    pub(crate) protocol: Option<&'static str>,
}

/// A response over HTTP/1.1.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Client {
    /// Trusts `roots` (PEM).
    pub(crate) fn new(roots: &str) -> Self {
        Self {
            roots: roots.to_owned(),
            pair: None,
            versions: rustls::ALL_VERSIONS.to_vec(),
            protocol: None,
        }
    }

    fn config(&self) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(self.roots.as_bytes()) {
            roots.add(root.expect("PEM")).expect("a root");
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&self.versions)
            .expect("versions")
            .with_root_certificates(roots);
        let mut config = match &self.pair {
            None => config.with_no_client_auth(),
            Some(pair) => {
                let chain = CertificateDer::pem_slice_iter(pair.chain.as_bytes());
                let chain = chain.collect::<Result<_, _>>().expect("PEM");
                let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).expect("PEM");
                config.with_client_auth_cert(chain, key).expect("a pair")
            }
        };
        config.alpn_protocols = self.protocol.iter().map(|name| (*name).into()).collect();
        config
    }

    /// Connects, and shakes hands.
    pub(crate) async fn connect(&self, address: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
        self.shake(TcpStream::connect(address).await?).await
    }

    /// Shakes hands over `stream`.
    pub(crate) async fn shake(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let connector = TlsConnector::from(Arc::new(self.config()));
        let name = ServerName::try_from("localhost").expect("a name");
        timeout(PATIENCE, connector.connect(name, stream)).await?
    }

    /// Connects, for HTTP/2; the connection ends with what is returned.
    pub(crate) async fn http2(&mut self, address: SocketAddr) -> SendRequest<Body> {
        self.protocol = Some("h2");
        let stream = self.connect(address).await.expect("in");
        let io = TokioIo::new(stream);
        let shaken = hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await;
        let (sender, connection) = shaken.expect("HTTP/2");
        tokio::spawn(connection);
        sender
    }

    /// Sends one request over a connection of its own.
    pub(crate) async fn post(
        &self,
        address: SocketAddr,
        path: &str,
        body: &str,
    ) -> io::Result<Response> {
        let mut stream = self.connect(address).await?;
        send(&mut stream, &head("POST", path, body.len())).await?;
        send(&mut stream, body).await?;
        receive(&mut stream).await
    }
}

/// What comes before a body of `length` bytes.
pub(crate) fn head(method: &str, path: &str, length: usize) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n")
}

/// Sends a request but for the last bytes of its body, which it answers; the server waits for them from then on.
pub(crate) async fn begin(
    stream: &mut TlsStream<TcpStream>,
    path: &str,
    body: &'static str,
) -> io::Result<&'static str> {
    let head =
        head("POST", path, body.len()).replace("\r\n\r\n", "\r\nexpect: 100-continue\r\n\r\n");
    send(stream, &head).await?;
    assert_eq!(receive(stream).await?.status, 100);
    let (begin, end) = body.split_at(body.len() - 10);
    send(stream, begin).await?;
    Ok(end)
}

pub(crate) async fn send(stream: &mut TlsStream<TcpStream>, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).await?;
    stream.flush().await
}

/// Reads one response.
pub(crate) async fn receive(stream: &mut TlsStream<TcpStream>) -> io::Result<Response> {
    let mut text = Vec::new();
    loop {
        if let Some(response) = parse(&text) {
            return Ok(response);
        }
        if timeout(PATIENCE, stream.read_buf(&mut text)).await?? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn parse(text: &[u8]) -> Option<Response> {
    let text = String::from_utf8_lossy(text);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let length = value.trim().parse::<usize>().ok()?;
        name.eq_ignore_ascii_case("content-length")
            .then_some(length)
    });
    let length = length.unwrap_or(0);
    (body.len() >= length).then(|| Response {
        status: head[9..12].parse().expect("a status"),
        body: body[..length].to_owned(),
    })
}

/// How long it took until the server closed the connection.
pub(crate) async fn closed(stream: &mut (impl AsyncReadExt + Unpin)) -> Duration {
    let begun = std::time::Instant::now();
    let mut rest = Vec::new();
    // Whether it closes in order or breaks off is all the same to the one who is cut off.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut rest))
        .await
        .expect("closed in time");
    begun.elapsed()
}
