// SPDX-License-Identifier: Apache-2.0

//! The control plane itself, with real servers: `cargo xtask test` runs these ignored tests.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::TryStreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::{
    DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams,
};
use kube::{Api, Client};
use local::control_plane::{Binaries, ControlPlane, Options};
use local::process::{Identity, Tied};
use rustix::process::Signal;
use serde_json::json;

/// A folder of the test's own, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("xtask-{test}-{}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn touch(client: &Client, name: &str) -> Result<()> {
    let api: Api<ConfigMap> = Api::default_namespaced(client.clone());
    let map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name } });
    api.patch(name, &PatchParams::apply("test"), &Patch::Apply(map))
        .await?;
    Ok(())
}

/// What a watch that begins at `version` is told first.
async fn first_event(client: &Client, version: &str) -> Result<WatchEvent<ConfigMap>> {
    let api: Api<ConfigMap> = Api::default_namespaced(client.clone());
    let params = WatchParams::default().timeout(5);
    let mut events = Box::pin(api.watch(&params, version).await?);
    events
        .try_next()
        .await?
        .context("the watch ended without a word")
}

#[tokio::test]
#[ignore = "starts servers"]
async fn a_restart_keeps_objects_and_address_and_expires_watches() -> Result<()> {
    let folder = Folder::new("restart");
    let options = Options {
        controller_manager: false,
        audit_log: true,
        ..Options::new(&folder.0)
    };
    let mut plane = ControlPlane::start(&Binaries::find_or_obtain().await?, options).await?;
    let client = plane.client().await?;
    touch(&client, "before").await?;
    let api: Api<ConfigMap> = Api::default_namespaced(client.clone());
    let version = api
        .get("before")
        .await?
        .metadata
        .resource_version
        .context("a version")?;

    touch(&client, "after").await?;
    plane.compact_etcd().await?;
    plane.restart_api_server().await?;

    api.get("after")
        .await
        .context("with the client from before the restart")?;
    match first_event(&client, &version).await? {
        WatchEvent::Error(status) => assert_eq!(status.code, 410, "{status:?}"),
        event => panic!("a watch from before the compaction goes on: {event:?}"),
    }
    let audit = std::fs::read_to_string(plane.audit_log().context("asked for")?)?;
    assert!(
        audit
            .lines()
            .any(|line| line.contains("\"resource\":\"configmaps\"")),
        "{audit}"
    );
    plane.stop().await;
    Ok(())
}

#[tokio::test]
#[ignore = "starts servers"]
async fn without_a_watch_cache_a_compaction_expires_watches_at_once() -> Result<()> {
    let folder = Folder::new("compaction");
    let options = Options {
        controller_manager: false,
        watch_cache: false,
        feature_gates: vec!["WatchList=false".into()],
        ..Options::new(&folder.0)
    };
    let plane = ControlPlane::start(&Binaries::find_or_obtain().await?, options).await?;
    let client = plane.client().await?;
    let api: Api<ConfigMap> = Api::default_namespaced(client.clone());
    let version = api
        .list(&ListParams::default())
        .await?
        .metadata
        .resource_version;
    // The last write before a compaction survives it.
    touch(&client, "forgotten").await?;
    touch(&client, "last").await?;
    plane.compact_etcd().await?;
    match first_event(&client, &version.context("a version")?).await {
        Ok(WatchEvent::Error(status)) => assert_eq!(status.code, 410, "{status:?}"),
        Ok(event) => panic!("a watch from before the compaction goes on: {event:?}"),
        Err(error) => assert!(format!("{error:?}").contains("410"), "{error:?}"),
    }
    Ok(())
}

#[tokio::test]
#[ignore = "starts servers"]
async fn namespaces_go_and_a_stop_ends_every_server() -> Result<()> {
    let folder = Folder::new("stop");
    let binaries = Binaries::find_or_obtain().await?;
    let plane = ControlPlane::start(&binaries, Options::new(&folder.0)).await?;
    let api: Api<Namespace> = Api::all(plane.client().await?);
    let namespace = serde_json::from_value(json!({ "metadata": { "name": "short" } }))?;
    api.create(&PostParams::default(), &namespace).await?;
    api.delete("short", &DeleteParams::default()).await?;
    let gone = kube::runtime::conditions::is_deleted;
    let uid = api
        .get_opt("short")
        .await?
        .and_then(|n| n.metadata.uid)
        .unwrap_or_default();
    let wait = kube::runtime::wait::await_condition(api, "short", gone(&uid));
    tokio::time::timeout(Duration::from_mins(1), wait)
        .await
        .context("a namespace stays")??;

    let identities: Vec<Identity> = plane.processes().cloned().collect();
    assert_eq!(identities.len(), 3);
    plane.stop().await;
    assert!(!identities.iter().any(Identity::is_alive), "{identities:?}");
    Ok(())
}

const PARENT: &str = "a_parent_that_is_killed";

/// No test: what the next one kills. It tells its child and waits for its end.
#[test]
#[ignore = "is started by another test"]
fn a_parent_that_is_killed() -> Result<()> {
    if std::env::var_os(PARENT).is_some() {
        let mut sleep = Command::new("sleep");
        sleep.arg("600");
        let child = Tied::spawn("sleep", sleep)?;
        println!("child {}", child.identity().pid);
        std::thread::sleep(Duration::from_mins(10));
    }
    Ok(())
}

#[test]
fn children_die_with_a_parent_that_is_killed() -> Result<()> {
    let mut parent = Command::new(std::env::current_exe()?);
    parent
        .args(["--exact", PARENT, "--ignored", "--nocapture"])
        .env(PARENT, "1");
    parent.stdout(Stdio::piped());
    let mut parent = Tied::spawn("parent", parent)?;
    let pid = parent
        .lines()
        .find_map(|line| line.split_once("child ")?.1.parse().ok());
    let child = Identity::of(pid.context("no child told")?).context("the child does not run")?;

    parent.identity().signal(Signal::KILL);
    let deadline = Instant::now() + Duration::from_secs(10);
    while child.is_alive() {
        ensure!(
            Instant::now() < deadline,
            "the child outlives its parent by ten seconds"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
