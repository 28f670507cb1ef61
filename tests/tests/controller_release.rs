// SPDX-License-Identifier: Apache-2.0

//! `ni-controller release-finalizers`.

use std::path::Path;
use std::process::{Command, Output};

use kube::api::{Patch, PatchParams};
use serde_json::json;

use crate::support::controller::program;
use crate::support::plane::{Turn, bare};
use crate::support::space::{NET, NIC, Space};
use crate::support::text::check;

const NETWORK: &str = "networking.ironcore.dev/network";
const PREFIX: &str = "ipam.ironcore.dev/prefix";

/// Runs it with these flags: whether it succeeded, and what it printed.
async fn release(kubeconfig: &Path, flags: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(program());
    command
        .arg("release-finalizers")
        .args(flags)
        .env("KUBECONFIG", kubeconfig);
    let run = tokio::task::spawn_blocking(move || command.output().expect("ni-controller"));
    let Output {
        status,
        stdout,
        stderr,
    } = run.await.expect("its output");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.success(), text(stdout), text(stderr))
}

fn bears(finalizers: &str) -> String {
    format!("metadata.finalizers = [{finalizers}]")
}

/// More objects than one page of a list, and one that is being deleted.
async fn fill(space: &Space) {
    for number in 0..501 {
        space
            .create(NET, &format!("net-{number}"), &bears(NETWORK))
            .await;
    }
    space
        .create(NET, "shared", &bears(&format!("a.b/c, {NETWORK}")))
        .await;
    space.create("Prefix", "root", &bears(PREFIX)).await;
    space.delete("Prefix", "root").await;
    space.interface("other", "10.0.0.1", &bears(NETWORK)).await;
}

#[tokio::test]
async fn our_finalizers_come_off_whatever_bears_them_and_those_of_others_stay() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    fill(&space).await;

    let (good, out, err) = release(turn.kubeconfig(), &["--dry-run"]).await;
    assert!(good, "{err}");
    assert!(out.contains(&format!("would release networks {}/shared\n", space.name)));
    assert!(out.contains("503 would be released"), "{out}");
    check(
        &space.get(NET, "shared").await,
        &bears(&format!("a.b/c, {NETWORK}")),
    );

    let (good, out, err) = release(turn.kubeconfig(), &[]).await;
    assert!(good, "{err}");
    assert_eq!(out, "502 networks released\n1 prefixes released\n");
    check(&space.get(NET, "shared").await, &bears("a.b/c"));
    check(&space.get(NET, "net-500").await, "metadata.finalizers -");
    space.until_gone("Prefix", "root").await;
    check(&space.get(NIC, "other").await, &bears(NETWORK));

    let (good, out, _) = release(turn.kubeconfig(), &[]).await;
    assert!(good);
    assert_eq!(out, "nothing to release\n");
    space.change(NET, "shared", "metadata.finalizers -").await;
    space.change(NIC, "other", "metadata.finalizers -").await;
}

#[tokio::test]
async fn what_others_manage_is_left_alone_and_said() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let managed = "metadata.annotations = {common.ironcore.dev/managed-by: them}";
    let object = space
        .create(NET, "theirs", &format!("{}; {managed}", bears(NETWORK)))
        .await;
    let (good, out, err) = release(turn.kubeconfig(), &[]).await;
    assert!(!good);
    assert!(out.ends_with(&format!("left alone networks {}/theirs\n", space.name)));
    assert!(
        err.contains("1 objects still have finalizers of this controller"),
        "{err}"
    );
    assert_eq!(space.get(NET, "theirs").await, object);
    space.change(NET, "theirs", "metadata.finalizers -").await;
}

#[tokio::test]
async fn a_finalizer_that_is_put_back_ends_it_in_time_and_is_named() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    space.create(NET, "held", &bears(NETWORK)).await;
    // As a controller would that still runs.
    let api = space.api(NET);
    let put_back = async {
        loop {
            let body = Patch::Merge(json!({ "metadata": { "finalizers": [NETWORK] } }));
            let patched = api.patch("held", &PatchParams::default(), &body).await;
            patched.expect("a finalizer");
        }
    };
    let (good, _, err) = tokio::select! {
        ended = release(turn.kubeconfig(), &["--timeout=2s"]) => ended,
        () = put_back => unreachable!(),
    };
    assert!(!good);
    assert!(
        err.contains(&format!("after 2s, on networks {}/held", space.name)),
        "{err}"
    );
    space.change(NET, "held", "metadata.finalizers -").await;
}

#[tokio::test]
async fn without_our_kinds_there_is_nothing_to_release() {
    let plane = bare(|_| ()).await;
    let (good, out, err) = release(plane.kubeconfig(), &[]).await;
    assert!(good, "{err}");
    assert_eq!(out, "nothing to release\n");
}
