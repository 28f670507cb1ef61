// SPDX-License-Identifier: Apache-2.0

//! A certificate of our own making, shared by all replicas.
//!
//! The Secret that the replicas share is all that they know of each other: each looks at it and at the two webhook
//! configurations, [`plan`]s, and does what is planned; whoever is first to write the Secret wins, by its
//! resourceVersion. There is no leader. They look when one of the three objects changes, and at the times that a
//! rotation needs; in between they ask nothing.
//!
//! # The Secret
//!
//! `ca.crt`, `tls.crt` and `tls.key` are the pair in use. During a rotation `next-ca.crt`, `next-tls.crt` and
//! `next-tls.key` are its successor, and `next-trusted-since` is the time at which all configurations were seen to trust
//! it. The CA's key is in neither: each CA signs one certificate, and its key is forgotten. To have new keys, delete the
//! Secret or empty it: that begins a rotation.
//!
//! # Rights
//!
//! | Resource | Name | Verbs |
//! |---|---|---|
//! | `secrets`, in `--namespace` | `--secret` | get, list, watch, update |
//! | `secrets`, in `--namespace` | any, if the Secret is not there from the beginning | create |
//! | `mutatingwebhookconfigurations.admissionregistration.k8s.io` | `--configuration` | get, list, watch, patch |
//! | `validatingwebhookconfigurations.admissionregistration.k8s.io` | `--configuration` | get, list, watch, patch |
//!
//! Lists and watches are of this one name, so that rules with `resourceNames` allow them.

pub mod cluster;
pub mod complaint;
pub mod content;
pub mod keeper;
pub mod make;
pub mod pair;
pub mod plan;
pub mod share;
pub mod trust;

use std::time::{Duration, SystemTime};

use futures::{FutureExt, StreamExt, pin_mut};
use kube::Client;
use tokio::time::sleep;

use self::cluster::changes;
use self::keeper::Keeper;
use self::share::Share;
use super::Current;
use crate::metrics::Metrics;
use crate::options::SelfSigned;

/// Over how long replicas spread after a change, so that what one does about it, the others find done.
const GATHER: Duration = Duration::from_millis(250);

/// How long the clock of the machine is trusted to run evenly: it may be set, or the machine sleep.
const NAP: Duration = Duration::from_mins(1);

/// Makes, shares and renews the certificate. It never returns.
pub async fn run(client: Client, options: SelfSigned, current: Current, metrics: Metrics) {
    let share = Share::of(&replica());
    let changes = changes(&client, &options);
    pin_mut!(changes);
    let mut keeper = Keeper::new(&client, &options, share, current, metrics);
    loop {
        let until = keeper.look().await;
        tokio::select! {
            () = reach(until) => {}
            Some(()) = changes.next() => {
                sleep(share.part(GATHER)).await;
                while let Some(Some(())) = changes.next().now_or_never() {}
            }
        }
    }
}

/// In a pod `HOSTNAME` is its name; elsewhere replicas may share a machine.
fn replica() -> String {
    let host = std::env::var("HOSTNAME").unwrap_or_default();
    format!("{host}/{}", std::process::id())
}

/// Resolves at this time, by the clock of the machine.
async fn reach(time: SystemTime) {
    while let Ok(left) = time.duration_since(SystemTime::now()) {
        if left.is_zero() {
            return;
        }
        sleep(left.min(NAP)).await;
    }
}
