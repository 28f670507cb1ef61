// SPDX-License-Identifier: Apache-2.0

//! Requests as they come, go on, and are answered.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result};
use http::request::Parts;
use http::{Method, Request, Response, Uri};
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};
use tokio_rustls::TlsAcceptor;

use super::Shared;
use super::answers;
use super::flow::{self, Cut, Flow};
use super::script::{Class, Fault};
use super::tally::locked;
use super::wire::{Reset, Wire};
use crate::control_plane::Pair;

/// Speaks TLS by this certificate.
pub(super) fn acceptor(pair: &Pair) -> Result<TlsAcceptor> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_slice(pair.certificate.as_bytes())?;
    let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes())?;
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Serves until it is dropped.
pub(super) async fn serve(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    loop {
        // A connection that was given up before it was accepted is no reason to end.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        tokio::spawn(connection(stream, acceptor.clone(), shared.clone()));
    }
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    // Whatever fails here fails at the controller as well, which says so.
    let _ = stream.set_nodelay(true);
    let reset = Reset::default();
    let Ok(stream) = acceptor.accept(Wire::new(stream, reset.clone())).await else {
        return;
    };
    let service = service_fn(move |request| {
        let visit = Visit {
            shared: shared.clone(),
            reset: reset.clone(),
        };
        visit.answer(request)
    });
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// One request of a connection.
struct Visit {
    shared: Arc<Shared>,
    reset: Reset,
}

/// What befalls a watch next, and when.
pub(super) struct Next {
    pub(super) fault: Fault,
    pub(super) at: Instant,
}

/// A request, read whole.
#[derive(Clone)]
struct Asked {
    parts: Parts,
    body: Bytes,
}

impl Visit {
    async fn answer(self, request: Request<Incoming>) -> Result<Response<Flow>, Cut> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        let asked = Asked { parts, body };
        let class = class(&asked.parts);
        let fault = self.shared.draw(class);
        if let Class::Watch { .. } = class {
            self.watch(asked, fault).await
        } else {
            self.ask(asked, fault).await
        }
    }

    async fn ask(&self, asked: Asked, fault: Option<Fault>) -> Result<Response<Flow>, Cut> {
        let method = asked.parts.method.clone();
        let Some(fault) = fault else {
            return Ok(self.shared.clone().pass(asked).await?.map(flow::whole));
        };
        self.shared.count(fault);
        match fault {
            Fault::DroppedRequest => Err(Cut),
            Fault::ResetRequest => Err(self.reset()),
            Fault::Refused(code) => Ok(answers::refusal(code, &method).map(flow::whole)),
            Fault::DelayedRequest | Fault::Late => {
                let late = self
                    .shared
                    .clone()
                    .pass_late(asked, self.shared.delay(fault));
                Ok(late.await?.map(flow::whole))
            }
            other => {
                let answer = self.shared.clone().pass(asked).await?;
                match other {
                    Fault::DroppedAnswer => Err(Cut),
                    Fault::ResetAnswer => Err(self.reset()),
                    Fault::Belied(code) => Ok(answers::refusal(code, &method).map(flow::whole)),
                    Fault::Throttled => Ok(answer.map(flow::throttled)),
                    _ => {
                        sleep(self.shared.delay(other)).await;
                        Ok(answer.map(flow::whole))
                    }
                }
            }
        }
    }

    async fn watch(&self, asked: Asked, fault: Option<Fault>) -> Result<Response<Flow>, Cut> {
        match fault {
            Some(Fault::OldList) => {
                if let Some(list) = self.shared.lists.older(asked.parts.uri.path()) {
                    self.shared.count(Fault::OldList);
                    let answer = self.shared.send(asked.since(&list.version)?).await?;
                    return Ok(self.flow(answer, |pieces| flow::after(list, pieces)));
                }
            }
            Some(fault) => {
                self.shared.count(fault);
                match fault {
                    Fault::DroppedRequest => return Err(Cut),
                    Fault::ResetRequest => return Err(self.reset()),
                    Fault::Refused(code) => {
                        return Ok(answers::refusal(code, &asked.parts.method).map(flow::whole));
                    }
                    Fault::Expired => return Ok(Response::new(flow::whole(answers::expired()))),
                    other => sleep(self.shared.delay(other)).await,
                }
            }
            None => {}
        }
        let path = asked.parts.uri.path().to_owned();
        let lists = matches!(class(&asked.parts), Class::Watch { lists: true });
        let answer = self.shared.send(asked).await?;
        let shared = self.shared.clone();
        Ok(self.flow(answer, |pieces| {
            if lists {
                flow::recorded(pieces, shared, path)
            } else {
                pieces
            }
        }))
    }

    /// A watch's answer, and what befalls it.
    fn flow(
        &self,
        answer: Response<kube::client::Body>,
        change: impl FnOnce(flow::Pieces) -> flow::Pieces,
    ) -> Response<Flow> {
        answer.map(|body| {
            let pieces = change(flow::pieces(body));
            let (shared, reset) = (self.shared.clone(), self.reset.clone());
            flow::flowing(flow::suffering(pieces, shared, reset))
        })
    }

    fn reset(&self) -> Cut {
        self.reset.ask();
        Cut
    }
}

impl Asked {
    /// The same watch without its list, from this version on.
    fn since(mut self, version: &str) -> Result<Self, Cut> {
        let path = self.parts.uri.path();
        let uri = format!("{path}?watch=true&allowWatchBookmarks=true&resourceVersion={version}");
        self.parts.uri = uri.parse().map_err(|_| Cut)?;
        Ok(self)
    }
}

impl Shared {
    pub(super) fn is_harmful(&self) -> bool {
        self.harmful.load(Ordering::Relaxed)
    }

    fn draw(&self, class: Class) -> Option<Fault> {
        let drawn = locked(&self.script).request(class);
        drawn.filter(|_| self.is_harmful())
    }

    pub(super) fn count(&self, fault: Fault) {
        locked(&self.tally).add(fault);
    }

    pub(super) fn next_of_watch(&self) -> Next {
        let (fault, after) = locked(&self.script).of_watch();
        Next {
            fault,
            at: Instant::now() + after,
        }
    }

    pub(super) fn delay(&self, fault: Fault) -> Duration {
        locked(&self.script).delay(fault)
    }

    /// Passes a request on, and reads the answer, also if nobody waits for it by now.
    async fn pass(self: Arc<Self>, asked: Asked) -> Result<Response<Bytes>, Cut> {
        self.pass_late(asked, Duration::ZERO).await
    }

    /// As [`Self::pass`], after this time, unless the API server has gone back meanwhile.
    async fn pass_late(
        self: Arc<Self>,
        asked: Asked,
        delay: Duration,
    ) -> Result<Response<Bytes>, Cut> {
        let age = self.age.load(Ordering::Relaxed);
        let passing = tokio::spawn(async move {
            sleep(delay).await;
            if self.age.load(Ordering::Relaxed) != age {
                return Err(Cut);
            }
            let writes = is_counted(&asked.parts);
            let (parts, body) = self.send(asked).await?.into_parts();
            let body = body.collect_bytes().await.map_err(|_| Cut)?;
            if writes && parts.status.is_success() {
                locked(&self.tally).writes += 1;
            }
            Ok(Response::from_parts(parts, body))
        });
        passing.await.map_err(|_| Cut)?
    }

    /// Passes a request on.
    async fn send(&self, asked: Asked) -> Result<Response<kube::client::Body>, Cut> {
        let request = asked.into_request().map_err(|_| Cut)?;
        // An API server that is away is to the controller a connection that ends.
        self.server.send(request).await.map_err(|_| Cut)
    }
}

impl Asked {
    fn into_request(self) -> Result<Request<kube::client::Body>> {
        let target = self.parts.uri.path_and_query();
        let target: Uri = target.context("a path")?.as_str().parse()?;
        let mut request = Request::builder().method(self.parts.method).uri(target);
        for name in [
            http::header::CONTENT_TYPE,
            http::header::ACCEPT,
            http::header::USER_AGENT,
        ] {
            if let Some(value) = self.parts.headers.get(&name) {
                request = request.header(name, value);
            }
        }
        Ok(request.body(self.body.into())?)
    }
}

fn class(parts: &Parts) -> Class {
    let query = parts.uri.query().unwrap_or_default();
    match parts.method {
        Method::POST => Class::Create,
        Method::GET if query.contains("watch=true") => Class::Watch {
            lists: query.contains("sendInitialEvents=true"),
        },
        Method::GET => Class::Read,
        _ => Class::Write,
    }
}

/// Whether it changes an object of our kinds.
fn is_counted(parts: &Parts) -> bool {
    parts.method != Method::GET && parts.uri.path().contains(".ironcore.dev/")
}
