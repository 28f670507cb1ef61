// SPDX-License-Identifier: Apache-2.0

//! Certificates: of the webhook's own making, and mounted. No call fails, whatever becomes of them.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::ByteString;
use kube::api::{DeleteParams, Patch, PatchParams};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use serde_json::{Value, json};

use crate::support::certified::{Certified, SECRET};
use crate::support::load::Load;
use crate::support::scratch::scratch;
use crate::support::wait::eventually;
use crate::support::webhook::{Ports, Webhook};

/// Three seconds are long on a machine that is not busy, and a rotation then takes half a minute at most.
const SETTLE: Duration = Duration::from_secs(3);
const SHORT: [&str; 3] = [
    "--certificate-lifetime=20s",
    "--rotate-before=14s",
    "--rotation-settle=3s",
];

/// Two replicas that are asked, and the CA of their certificate.
async fn two(scene: &Certified, flags: &[&str]) -> ([Webhook; 2], String) {
    let ports = [Ports::free(), Ports::free()];
    scene.configure(&ports, "").await;
    let replicas = ports.map(|ports| scene.launch(ports, flags));
    for replica in &replicas {
        replica.until_ready().await;
    }
    scene.until_asked(&replicas.each_ref()).await;
    let ca = scene.secret().await.remove("ca.crt").expect("a CA");
    (replicas, ca)
}

fn ports(replicas: &[Webhook; 2]) -> [Ports; 2] {
    replicas.each_ref().map(|replica| replica.ports)
}

fn times(replicas: &[Webhook], text: &str) -> usize {
    let logs = replicas.iter().map(Webhook::log);
    logs.map(|log| log.matches(text).count()).sum()
}

#[tokio::test]
async fn of_two_replicas_that_start_at_once_one_makes_the_certificate_for_both() {
    let scene = Certified::new(true).await;
    let (replicas, ca) = two(&scene, &[]).await;
    assert_eq!(scene.settled("").await, ca);
    assert_eq!(times(&replicas, "stored the first certificate"), 1);
    let bundle = scene.bundles().await.remove(0);
    for ports in ports(&replicas) {
        Certified::greet(ports, &bundle).await.expect("trusted");
    }
    for replica in replicas {
        assert!(replica.terminate().await.0.success());
    }
}

#[tokio::test]
async fn an_empty_secret_is_filled_with_no_right_to_create_one() {
    let scene = Certified::new(false).await;
    let before = scene
        .secrets()
        .get(SECRET)
        .await
        .expect("a Secret")
        .metadata;
    let (replicas, _) = two(&scene, &[]).await;
    let after = scene
        .secrets()
        .get(SECRET)
        .await
        .expect("a Secret")
        .metadata;
    assert_eq!((after.uid, after.labels), (before.uid, before.labels));
    assert_eq!(times(&replicas, "stored the first certificate"), 1);
}

#[tokio::test]
async fn a_replica_that_starts_again_serves_what_is_stored() {
    let scene = Certified::new(true).await;
    let ([one, other], ca) = two(&scene, &[]).await;
    let ports = one.ports;
    one.kill().await;
    let one = scene.launch(ports, &[]);
    one.until_ready().await;
    scene.until_asked(&[&one, &other]).await;
    assert_eq!(scene.settled("").await, ca);
}

#[tokio::test]
async fn certificates_rotate_without_a_failed_call() {
    let scene = Arc::new(Certified::new(false).await);
    let (replicas, mut ca) = two(&scene, &SHORT).await;
    let creates = Load::creates(&scene);
    let handshakes = Load::handshakes(&scene, &ports(&replicas), SETTLE / 2);
    for _ in 0..3 {
        ca = eventually("another CA", || async {
            let now = scene.secret().await.remove("ca.crt").unwrap_or_default();
            if now == ca { Err(now) } else { Ok(now) }
        })
        .await;
    }
    assert!(creates.end().await > 100);
    assert!(handshakes.end().await > 100);
    assert_eq!(times(&replicas, "stored the first certificate"), 1);
    assert_eq!(times(&replicas, "WARN"), 0, "{}", replicas[0].log());
}

/// The Secret is damaged or lost: a new certificate is in use in the end, and until then the old one.
async fn rotates_when(disturb: impl AsyncFnOnce(&Certified), damages: u64) {
    let scene = Arc::new(Certified::new(true).await);
    let (replicas, ca) = two(&scene, &["--rotation-settle=2s"]).await;
    let creates = Load::creates(&scene);
    let handshakes = Load::handshakes(&scene, &ports(&replicas), Duration::from_secs(1));
    disturb(&scene).await;
    scene.settled(&ca).await;
    assert!(creates.end().await > 10);
    assert!(handshakes.end().await > 10);
    for replica in &replicas {
        let sample = "ni_webhook_certificate_failures_total";
        let failures = replica.metric(sample).await;
        // Whoever looks once the other has made it good has seen no damage.
        assert!(failures <= damages, "{failures}: {}", replica.log());
    }
    let said = times(&replicas, "the Secret is damaged");
    assert_eq!(said > 0, damages > 0, "{}", replicas[0].log());
}

#[tokio::test]
async fn a_damaged_secret_is_made_good_without_a_failed_call() {
    let damage = async |scene: &Certified| {
        let data = json!({ "tls.key": ByteString(b"damaged".to_vec()) });
        let patch = Patch::Merge(json!({ "data": data }));
        let patched = scene
            .secrets()
            .patch(SECRET, &PatchParams::default(), &patch)
            .await;
        patched.expect("damaged");
    };
    rotates_when(damage, 1).await;
}

#[tokio::test]
async fn deleting_the_secret_renews_the_certificate_without_a_failed_call() {
    let delete = async |scene: &Certified| {
        let deleted = scene
            .secrets()
            .delete(SECRET, &DeleteParams::default())
            .await;
        deleted.expect("deleted");
    };
    rotates_when(delete, 0).await;
}

#[tokio::test]
async fn an_overwritten_bundle_is_corrected_and_what_is_not_ours_left_alone() {
    let scene = Certified::new(true).await;
    let (replicas, ca) = two(&scene, &[]).await;
    let foreign =
        json!({ "service": { "namespace": scene.name, "name": "other" }, "caBundle": "b3RoZXI=" });
    let bad = authority().0;
    for bundle in [Value::Null, json!(ByteString(bad.into_bytes()))] {
        scene
            .overwrite(|entries| {
                let mut other = entries[0].clone();
                other["name"] = "other.ni.ironcore.dev".into();
                other["failurePolicy"] = "Ignore".into();
                other["clientConfig"] = foreign.clone();
                for entry in entries.as_array_mut().expect("entries") {
                    entry["clientConfig"]["caBundle"] = bundle.clone();
                }
                let entries = entries.as_array_mut().expect("entries");
                entries.truncate(2);
                entries.push(other);
            })
            .await;
        let wire = json!(ByteString(ca.clone().into_bytes()));
        let wire = wire.as_str().expect("text");
        let expected = [wire, wire, "b3RoZXI="].repeat(2);
        eventually("our bundles are back", || async {
            let bundles = scene.bundles().await;
            if bundles == expected {
                Ok(())
            } else {
                Err(format!("{bundles:?}"))
            }
        })
        .await;
    }
    scene.until_asked(&replicas.each_ref()).await;
}

#[tokio::test]
async fn configurations_that_come_later_are_told_whom_to_trust() {
    let scene = Certified::new(true).await;
    let replica = scene.launch(Ports::free(), &[]);
    replica.until_ready().await;
    scene.configure(&[replica.ports], "").await;
    scene.settled("").await;
    scene.until_asked(&[&replica]).await;
}

#[tokio::test]
async fn without_rights_to_the_configurations_it_serves_and_says_once_what_it_lacks() {
    let mut scene = Certified::new(true).await;
    scene.configuration = "forbidden".to_owned();
    let replica = scene.launch(Ports::free(), &[]);
    replica.until_ready().await;
    for lacked in [
        "cannot read the webhook configurations",
        "cannot watch: retrying kind=MutatingWebhookConfiguration",
        "cannot watch: retrying kind=ValidatingWebhookConfiguration",
    ] {
        let said = eventually("what it lacks", || async {
            let said = replica.log().matches(lacked).count();
            if said > 0 {
                Ok(said)
            } else {
                Err(replica.log())
            }
        })
        .await;
        assert_eq!(said, 1, "{}", replica.log());
    }
    assert!(replica.terminate().await.0.success());
}

/// A CA, and what it takes to sign with it.
fn authority() -> (String, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).expect("a CA").pem();
    (pem, Issuer::new(params, key))
}

/// A directory with a certificate that is valid until then, and its key, as the kubelet mounts a Secret: behind a symlink.
fn mount(dir: &Path, until: i32, issuer: &Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("an address");
    params.not_after = date_time_ymd(until, 1, 1);
    let certificate = params.signed_by(&key, issuer).expect("a certificate");
    let version = dir.join(until.to_string());
    std::fs::create_dir_all(&version).expect("a directory");
    std::fs::write(version.join("tls.crt"), certificate.pem()).expect("written");
    std::fs::write(version.join("tls.key"), key.serialize_pem()).expect("written");
    let new = dir.join("new");
    symlink(until.to_string(), &new).expect("a symlink");
    std::fs::rename(new, dir.join("data")).expect("swapped");
}

#[tokio::test]
async fn mounted_files_are_swapped_without_a_failed_call_and_need_no_rights() {
    let scene = Arc::new(Certified::new(false).await);
    let dir: PathBuf = scratch().join(format!("{}-mounted", scene.name));
    let (ca, issuer) = authority();
    mount(&dir, 3000, &issuer);
    let file = |name: &str| dir.join("data").join(name).display().to_string();
    let flags = [
        format!("--tls-cert={}", file("tls.crt")),
        format!("--tls-key={}", file("tls.key")),
        "--references=off".to_owned(),
    ];
    let flags = flags.each_ref().map(String::as_str);
    let nowhere = dir.join("no-kubeconfig");
    let replica = Webhook::start(&nowhere, &flags).await;
    scene.configure(&[replica.ports], &ca).await;
    scene.until_asked(&[&replica]).await;
    let creates = Load::creates(&scene);
    let handshakes = Load::handshakes(&scene, &[replica.ports], Duration::ZERO);
    let mut expires = Vec::new();
    for until in [3001, 3002, 3003] {
        expires.push(replica.metric(EXPIRES).await);
        mount(&dir, until, &issuer);
        eventually("the new certificate", || async {
            let now = replica.metric(EXPIRES).await;
            if expires.last() < Some(&now) {
                Ok(())
            } else {
                Err(now)
            }
        })
        .await;
    }
    assert!(creates.end().await > 10);
    assert!(handshakes.end().await > 10);
}

const EXPIRES: &str = "ni_webhook_certificate_not_after_timestamp_seconds";
