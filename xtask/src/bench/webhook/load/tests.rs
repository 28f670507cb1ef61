// SPDX-License-Identifier: Apache-2.0

//! Against a server that tells what it was asked over.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::routing::post;
use axum_server::tls_rustls::RustlsConfig;
use http::Version;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::super::client::HOST_NAME;
use super::super::closed_loop::{Limit, drive};
use super::super::review::Endpoint;
use super::*;

/// How many ask, and how often they do in all.
const ASKING: usize = 3;
const REVIEWS: usize = 30;

/// What the server saw of each review.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<(Version, SocketAddr)>>>);

/// What a server answers to the nth review.
type Answers = fn(usize) -> String;

fn verdict(uid: &str, allowed: bool) -> String {
    format!(r#"{{"response":{{"uid":"{uid}","allowed":{allowed}}}}}"#)
}

fn review() -> Review {
    Review::interface(Endpoint::Mutate).expect("a sample")
}

async fn answer(
    State((seen, answers)): State<(Seen, Answers)>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    version: Version,
    _body: axum::body::Bytes,
) -> String {
    let mut seen = seen.0.lock().expect("no panic");
    seen.push((version, from));
    answers(seen.len())
}

/// A server that answers over TLS, and how to reach it.
async fn serve(answers: Answers) -> (Arc<Client>, Seen) {
    let made = rcgen::generate_simple_self_signed([HOST_NAME.to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let certificate: CertificateDer<'static> = made.cert.der().clone();
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("a pair");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let seen = Seen::default();
    let router = Router::new()
        .route("/mutate", post(answer))
        .with_state((seen.clone(), answers));
    let handle = axum_server::Handle::new();
    let tls = RustlsConfig::from_config(Arc::new(config));
    let server = axum_server::bind_rustls(SocketAddr::from(([127, 0, 0, 1], 0)), tls)
        .handle(handle.clone())
        .serve(router.into_make_service_with_connect_info::<SocketAddr>());
    tokio::spawn(server);
    let address = handle.listening().await.expect("a free port");
    let client = Client::new(address, &certificate).expect("a client");
    (Arc::new(client), seen)
}

async fn ask(client: &Arc<Client>, transport: Transport) -> Result<usize> {
    let clients = clients(client, &Arc::new(review()), transport, ASKING).await?;
    let limit = Limit {
        time: Duration::from_mins(1),
        calls: REVIEWS as u64,
        per_second: None,
    };
    Ok(drive(clients, limit).await?.latencies.len())
}

#[tokio::test]
async fn reviews_travel_as_the_transport_says() {
    let cases = [
        (Transport::Http1, Version::HTTP_11, ASKING),
        (Transport::Http2, Version::HTTP_2, 1),
        (Transport::New, Version::HTTP_11, ASKING + REVIEWS),
    ];
    for (transport, version, connections) in cases {
        let (client, seen) = serve(|_| verdict(UID, true)).await;
        let asked = ask(&client, transport).await.expect("answers");
        assert_eq!(asked, REVIEWS, "{transport}");
        let seen = seen.0.lock().expect("no panic");
        assert_eq!(seen.len(), ASKING + REVIEWS, "{transport}");
        assert!(seen.iter().all(|(seen, _)| *seen == version), "{transport}");
        let from: HashSet<&SocketAddr> = seen.iter().map(|(_, from)| from).collect();
        assert_eq!(from.len(), connections, "{transport}");
    }
}

#[tokio::test]
async fn another_answer_to_the_same_review_ends_it() {
    let (client, _) = serve(|nth| verdict(UID, nth <= ASKING + 5)).await;
    let error = ask(&client, Transport::Http2).await.expect_err("an end");
    assert!(
        error.to_string().contains("answered otherwise"),
        "{error:#}"
    );
}

#[test]
fn only_the_expected_verdict_on_the_same_review_counts() {
    let review = review();
    assert!(check(verdict(UID, true).as_bytes(), &review).is_ok());
    let others = [
        verdict(UID, false),
        verdict("x", true),
        "{}".into(),
        "no".into(),
    ];
    for other in others {
        assert!(check(other.as_bytes(), &review).is_err(), "{other}");
    }
}
