// SPDX-License-Identifier: Apache-2.0

//! Two releases, one apart: definitions, manifests, webhook and controller of either work together, on the way up, on the
//! way down, and where somebody forgets a step.
//!
//! What is stored must stay as it is, whoever looks after it. A release that is meant to change it has to say so here.

mod release;
mod work;

use serde_json::Value;

use crate::support::controller::Controller;
use crate::support::deployed::{CONTROLLER, Cluster, WEBHOOK};
use crate::support::webhook::Webhook;
use release::{OVERLAY, Release};
use work::Work;

/// What is of one release or of the other.
#[derive(Clone, Copy, Debug)]
enum Part {
    Definitions,
    /// All of `deploy/` but the definitions.
    Manifests,
    Webhook,
    Controller,
}

use Part::{Controller as TheController, Definitions, Manifests, Webhook as TheWebhook};

/// Which part is changed, and whether to what this checkout is. Definitions never go back (docs/upgrade.md).
const STEPS: [(Part, bool); 10] = [
    // The definitions are forgotten at first.
    (Manifests, true),
    (TheController, true),
    (TheWebhook, true),
    (Definitions, true),
    // Back, as docs/upgrade.md has it, and with the manifests.
    (TheController, false),
    (TheWebhook, false),
    (Manifests, false),
    // As it has the way up.
    (Manifests, true),
    (TheWebhook, true),
    (TheController, true),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an earlier release: cargo xtask test --only upgrade"]
async fn what_is_of_releases_one_apart_works_together() {
    let (earlier, this) = (Release::earlier(), Release::this());
    let mut system = System::start(&earlier).await;
    let mut works = vec![Work::new(&system.cluster).await];
    for (part, up) in STEPS {
        println!("--- {part:?}: {}", if up { "this" } else { "the earlier" });
        system.change(part, if up { &this } else { &earlier }).await;
        // First something new: once it is done, whoever leads now has seen all that there was.
        let new = Work::new(&system.cluster).await;
        for work in &mut works {
            work.go_on().await;
        }
        works.push(new);
    }
    for work in works {
        work.end().await;
    }
    system.is_calm();
}

/// What runs.
struct System {
    cluster: Cluster,
    webhook: Webhook,
    controller: Controller,
}

impl System {
    /// All of one release.
    async fn start(release: &Release) -> Self {
        let cluster = Cluster::bare().await;
        release.apply(&cluster, "crds").await;
        release.apply(&cluster, OVERLAY).await;
        Self {
            webhook: release.webhook(&cluster).await,
            controller: release.controller(&cluster).await,
            cluster,
        }
    }

    /// Has one part be of another release, as a rollout does: what is new is ready before what is old goes.
    async fn change(&mut self, part: Part, release: &Release) {
        self.is_calm();
        match part {
            Definitions => release.apply(&self.cluster, "crds").await,
            Manifests => {
                // Else they would name a Service beside the address that stands for it here.
                self.cluster.forget_webhook().await;
                release.apply(&self.cluster, OVERLAY).await;
                self.cluster.call(&self.webhook, None).await;
            }
            TheWebhook => {
                let new = release.webhook(&self.cluster).await;
                let old = std::mem::replace(&mut self.webhook, new);
                assert!(old.terminate().await.0.success());
            }
            TheController => {
                let new = release.controller(&self.cluster).await;
                let old = std::mem::replace(&mut self.controller, new);
                assert!(old.terminate().await.0.success());
            }
        }
    }

    /// Nothing went wrong, and no right was missing.
    fn is_calm(&self) {
        for log in [self.controller.log(), self.webhook.log()] {
            let level = |line: &str| {
                let line: Value = serde_json::from_str(line).ok()?;
                line["level"].as_str().map(str::to_owned)
            };
            assert!(
                log.lines()
                    .any(|line| level(line).as_deref() == Some("INFO")),
                "{log}"
            );
            let error = log
                .lines()
                .find(|line| level(line).as_deref() == Some("ERROR"));
            assert_eq!(error, None);
        }
        for account in [CONTROLLER, WEBHOOK] {
            let (asked, refused) = self.cluster.asked_by(account);
            assert!(!asked.is_empty(), "{account}");
            assert!(refused.is_empty(), "{account}: {refused:#?}");
        }
    }
}
