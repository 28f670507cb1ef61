// SPDX-License-Identifier: Apache-2.0

//! API servers that ask the webhook.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::Client;
use tokio::sync::OnceCell;
use xtask::control_plane::ControlPlane;
use xtask::webhooks::{self, Configurations, Reach, is_asked};

use super::case::Judge;
use super::plane;
use super::space::Space;
use super::wait::eventually;
use super::webhook::{Ports, Webhook};

/// How every refusal begins that the mutating endpoint gives.
pub(crate) const MUTATE: &str = "admission webhook \"mutate.ni.ironcore.dev\" denied the request: ";
/// As `MUTATE`, of the validating one.
pub(crate) const VALIDATE: &str =
    "admission webhook \"validate.ni.ironcore.dev\" denied the request: ";

const SELF_SIGNED: [&str; 2] = ["--self-signed", "--self-signed-host=127.0.0.1"];

/// An API server with the configurations as they are shipped, and the webhook. No controller.
pub(crate) struct Judged {
    plane: ControlPlane,
    /// Lives as long as this.
    _webhook: Webhook,
}

/// The one that tests share.
pub(crate) async fn judged() -> &'static Judged {
    static SHARED: OnceCell<Judged> = OnceCell::const_new();
    let start = || async {
        let plane = plane::start(|_| ()).await;
        let ports = Ports::free();
        let client = plane.client().await.expect("a client");
        let reach = Reach::Port(ports.reviews);
        webhooks::install(&client, &reach)
            .await
            .expect("configurations");
        let webhook = Webhook::launch(plane.kubeconfig(), ports, &SELF_SIGNED);
        webhook.until_ready().await;
        until_asked(&client, "default", &webhook).await;
        Judged {
            plane,
            _webhook: webhook,
        }
    };
    SHARED.get_or_init(start).await
}

impl Judged {
    /// A new namespace.
    pub(crate) async fn space(&self) -> Space {
        Space::on(self.client().await, Path::new("")).await
    }

    pub(crate) async fn client(&self) -> Client {
        self.plane.client().await.expect("a client")
    }

    /// Refusals of the mutating endpoint, which comes first.
    pub(crate) async fn judge(&self) -> Judge {
        let (client, says) = (self.client().await, MUTATE);
        Judge { client, says }
    }
}

/// A webhook of a test's own, which is asked about one namespace only.
pub(crate) struct Own {
    webhook: Webhook,
    place: Place,
}

/// Where such a webhook runs, and how.
pub(crate) struct Place {
    ports: Ports,
    kubeconfig: PathBuf,
    client: Client,
    namespace: String,
    flags: Vec<String>,
}

impl Own {
    /// Starts it with these flags; returns when it is asked.
    pub(crate) async fn start(kubeconfig: &Path, space: &Space, flags: &[&str]) -> Self {
        let mut all: Vec<String> = SELF_SIGNED.map(str::to_owned).to_vec();
        all.push(format!("--namespace={}", space.name));
        all.push(format!("--configuration={}", space.name));
        all.extend(flags.iter().map(|flag| (*flag).to_owned()));
        let place = Place {
            ports: Ports::free(),
            kubeconfig: kubeconfig.to_owned(),
            client: space.client.clone(),
            namespace: space.name.clone(),
            flags: all,
        };
        install_for(&place.client, &place.namespace, place.ports).await;
        place.start().await
    }

    /// The process.
    pub(crate) fn webhook(&self) -> &Webhook {
        &self.webhook
    }

    /// Ends it, as a node that fails would: it is asked, and does not answer.
    pub(crate) async fn stop(self) -> Place {
        self.webhook.kill().await;
        self.place
    }
}

impl Place {
    /// Starts a process there; returns when it is asked.
    pub(crate) async fn start(self) -> Own {
        let flags: Vec<&str> = self.flags.iter().map(String::as_str).collect();
        let webhook = Webhook::launch(&self.kubeconfig, self.ports, &flags);
        webhook.until_ready().await;
        until_asked(&self.client, &self.namespace, &webhook).await;
        let place = self;
        Own { webhook, place }
    }
}

async fn until_asked(client: &Client, namespace: &str, webhook: &Webhook) {
    eventually("the webhook is asked", || async {
        let asked = is_asked(client, namespace).await;
        asked.map_err(|why| format!("{why:#}\n{}", webhook.log()))
    })
    .await;
}

/// The configurations under the namespace's name, about it alone.
async fn install_for(client: &Client, namespace: &str, ports: Ports) {
    let mut both = Configurations::new(&Reach::Port(ports.reviews));
    let label = (
        "kubernetes.io/metadata.name".to_owned(),
        namespace.to_owned(),
    );
    let selector = Some(LabelSelector {
        match_labels: Some(BTreeMap::from([label])),
        ..LabelSelector::default()
    });
    both.mutating.metadata.name = Some(namespace.to_owned());
    both.validating.metadata.name = Some(namespace.to_owned());
    for webhook in both.mutating.webhooks.iter_mut().flatten() {
        webhook.namespace_selector.clone_from(&selector);
    }
    for webhook in both.validating.webhooks.iter_mut().flatten() {
        webhook.namespace_selector.clone_from(&selector);
    }
    both.install(client).await.expect("configurations");
}
