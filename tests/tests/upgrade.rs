//! Two releases, one apart: definitions, manifests, webhook and controller of either work together, on the way up, on the
//! way down, and where somebody forgets a step.

mod release;
mod work;

use crate::support::controller::Controller;
use crate::support::deployed::Cluster;
use crate::support::webhook::Webhook;
use release::Release;
use work::Work;

/// What is of one release or of the other.
#[derive(Clone, Copy, Debug)]
enum Part {
    Definitions,
    /// All of `deploy/` but the definitions: rights, and how the programs are started.
    Manifests,
    Webhook,
    Controller,
}

use Part::{Controller as TheController, Definitions, Manifests, Webhook as TheWebhook};

/// Which part is changed, and whether to what this checkout is.
const STEPS: [(Part, bool); 12] = [
    // As docs/upgrade.md has it.
    (Definitions, true),
    (Manifests, true),
    (TheWebhook, true),
    (TheController, true),
    // Back, as it has it.
    (TheController, false),
    (TheWebhook, false),
    // And with everything.
    (Manifests, false),
    (Definitions, false),
    // The definitions are forgotten, and the order is another.
    (Manifests, true),
    (TheController, true),
    (TheWebhook, true),
    (Definitions, true),
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
    calm(&system.controller.log());
    calm(&system.webhook.log());
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
        release.apply(&cluster, "overlays/self-signed").await;
        let webhook = cluster.self_signed_of(&release.webhook).await;
        let controller = cluster.controller_of(&release.controller).await;
        Self {
            cluster,
            webhook,
            controller,
        }
    }

    /// Has one part be of another release, as a rollout does: what is new is ready before what is old goes.
    async fn change(&mut self, part: Part, release: &Release) {
        match part {
            Definitions => release.apply(&self.cluster, "crds").await,
            Manifests => {
                // Else they would name a Service beside the address that stands for it here.
                self.cluster.forget_webhook().await;
                release.apply(&self.cluster, "overlays/self-signed").await;
                self.cluster.call(&self.webhook, None).await;
            }
            TheWebhook => {
                let new = self.cluster.self_signed_of(&release.webhook).await;
                let old = std::mem::replace(&mut self.webhook, new);
                calm(&old.log());
                assert!(old.terminate().await.0.success());
            }
            TheController => {
                let new = self.cluster.controller_of(&release.controller).await;
                let old = std::mem::replace(&mut self.controller, new);
                calm(&old.log());
                assert!(old.terminate().await.0.success());
            }
        }
    }
}

/// Nothing went wrong.
fn calm(log: &str) {
    let error = log.lines().find(|line| line.contains(" ERROR "));
    assert_eq!(error, None);
}
