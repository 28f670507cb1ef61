// SPDX-License-Identifier: Apache-2.0

//! The program as it is deployed.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};

use axum::body::Bytes;
use http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Client, begin, receive, send};
use crate::support::{Authority, Directory, REVIEW, eventually};

/// A process that does not outlive its test.
struct Process {
    child: Child,
    log: BufReader<ChildStderr>,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(flags: &[&str]) -> Process {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ni-webhook"))
        .args(["--log-format=json", "--references=off"])
        .args(flags)
        .env_clear()
        .env("NI_WEBHOOK_SELF_SIGNED", "false")
        .env("NI_WEBHOOK_LISTEN", "127.0.0.1:0")
        .env("NI_WEBHOOK_HEALTH_LISTEN", "127.0.0.1:0")
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let log = BufReader::new(child.stderr.take().expect("its log"));
    Process { child, log }
}

impl Process {
    /// Where it answers reviews, and where it tells of its health.
    fn addresses(&mut self) -> (SocketAddr, SocketAddr) {
        let mut line = String::new();
        while self.log.read_line(&mut line).expect("a line") > 0 {
            let entry: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            let address = |name: &str| entry[name].as_str().and_then(|text| text.parse().ok());
            if let (Some(reviews), Some(health)) = (address("address"), address("health")) {
                return (reviews, health);
            }
            line.clear();
        }
        panic!("ended before it started");
    }

    fn terminate(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.expect("kill").success());
    }
}

impl Process {
    /// The most memory that was resident, in KiB.
    fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        number.expect("a number of KiB")
    }
}

/// A review of a machine that is `LARGE` bytes long, nearly all of it a list far beyond its bound.
fn large_review() -> Bytes {
    const LARGE: usize = 2_900_000;
    let entries = "{},".repeat(LARGE / 3);
    let object = format!(
        r#"{{"metadata":{{"name":"m"}},"spec":{{"machineClassRef":{{"name":"c"}},"networkInterfaces":[{entries}{{}}]}}}}"#
    );
    let kind = r#"{"group":"compute.ironcore.dev","version":"v1alpha1","kind":"Machine"}"#;
    let review = format!(
        r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"u","operation":"CREATE",
        "kind":{kind},"object":{object}}}}}"#
    );
    review.into()
}

/// As the API server sends them: over few connections of HTTP/2.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_hundred_large_bodies_at_once_are_answered_in_64_mebibytes() {
    let (directory, authority) = (Directory::new(), Authority::new("server"));
    let (certificate, key) = directory.write_pair(&authority.sign("localhost"));
    let certificate = format!("--tls-cert={}", certificate.display());
    let key = format!("--tls-key={}", key.display());
    // As long as a slow machine takes; what is held is bounded all the same.
    let mut process = start(&[&certificate, &key, "--request-timeout=300s"]);
    let (reviews, _) = process.addresses();
    let mut client = Client::new(&authority.pem);
    let body = large_review();
    let mut answers = Vec::new();
    for _ in 0..4 {
        let sender = client.http2(reviews).await;
        for _ in 0..25 {
            let request = Request::post("https://localhost/mutate").body(body.clone().into());
            let mut sender = sender.clone();
            answers.push(tokio::spawn(async move {
                sender.send_request(request.expect("a request")).await
            }));
        }
    }
    for answer in answers {
        let answer = answer.await.expect("no panic");
        assert_eq!(answer.expect("an answer").status(), 200);
    }
    let peak = process.peak();
    assert!(peak <= 64 * 1024, "{peak} KiB");
}

/// The status of a GET, 0 where nobody answers.
async fn status(address: SocketAddr, path: &str) -> u16 {
    let answer = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.0\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        std::io::Result::Ok(text)
    };
    let text = answer.await.unwrap_or_default();
    text.get(9..12)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0)
}

#[tokio::test]
async fn on_sigterm_it_finishes_and_exits_0() {
    let (directory, authority) = (Directory::new(), Authority::new("server"));
    let (certificate, key) = directory.write_pair(&authority.sign("localhost"));
    let certificate = format!("--tls-cert={}", certificate.display());
    let key = format!("--tls-key={}", key.display());
    let mut process = start(&[&certificate, &key, "--shutdown-delay=1s"]);
    let (reviews, health) = process.addresses();
    assert_eq!(status(health, "/healthz").await, 200);
    assert_eq!(status(health, "/readyz").await, 200);
    assert_eq!(status(health, "/metrics").await, 200);
    let client = Client::new(&authority.pem);
    let mut stream = client.connect(reviews).await.expect("in");
    let end = begin(&mut stream, "/mutate", REVIEW).await.expect("sent");
    process.terminate();
    eventually("not ready", async || status(health, "/readyz").await == 503).await;
    assert_eq!(status(health, "/healthz").await, 200);
    let late = client.post(reviews, "/mutate", REVIEW).await;
    assert_eq!(late.expect("an answer in the delay").status, 200);
    eventually("the door is closed", async || {
        TcpStream::connect(reviews).await.is_err()
    })
    .await;
    send(&mut stream, end).await.expect("sent");
    assert_eq!(receive(&mut stream).await.expect("an answer").status, 200);
    let status = process.child.wait().expect("an end");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn without_a_certificate_it_lives_and_is_not_ready() {
    let directory = Directory::new();
    directory.write("empty", "");
    let empty = directory.path("empty");
    let certificate = format!("--tls-cert={}", empty.display());
    let key = format!("--tls-key={}", empty.display());
    let mut process = start(&[&certificate, &key]);
    let (_, health) = process.addresses();
    assert_eq!(status(health, "/healthz").await, 200);
    assert_eq!(status(health, "/readyz").await, 503);
}

#[test]
fn what_keeps_it_from_starting_names_the_flag_to_change() {
    let (directory, authority) = (Directory::new(), Authority::new("server"));
    let (certificate, key) = directory.write_pair(&authority.sign("localhost"));
    let certificate = format!("--tls-cert={}", certificate.display());
    let key = format!("--tls-key={}", key.display());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("its address");
    let (listen, health) = (
        format!("--listen={taken}"),
        format!("--health-listen={taken}"),
    );
    let cases: [(&[&str], &str); 7] = [
        (&[], "--tls-cert"),
        (&[&certificate, &key, "--self-signed"], "or --self-signed"),
        (&["--tls-cert=missing", &key], "change --tls-cert"),
        (
            &[&certificate, &key, "--client-ca=missing"],
            "change --client-ca",
        ),
        (&[&certificate, &key, &listen], "with --listen"),
        (&[&certificate, &key, &health], "with --health-listen"),
        (&[&certificate, &key, "--log=a=b=c"], "--log"),
    ];
    for (flags, named) in cases {
        let mut process = start(flags);
        let mut said = String::new();
        process.log.read_to_string(&mut said).expect("its log");
        assert!(said.contains(named), "{flags:?}: {said}");
        assert!(!process.child.wait().expect("an end").success());
    }
}
