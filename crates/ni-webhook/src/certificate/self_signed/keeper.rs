// SPDX-License-Identifier: Apache-2.0

//! One look at a time: what is seen is planned for, and what is planned is done.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use k8s_openapi::api::core::v1::Secret;
use kube::Client;
use tracing::{error, info, warn};

use super::super::Current;
use super::cluster::{CallError, Cluster, Configuration};
use super::complaint::{Complaint, News};
use super::content::{Content, Stored};
use super::make::{self, MakeError};
use super::pair::{Names, Pair, canonical};
use super::plan::{Draft, Rules, Sight, Step, plan};
use super::share::Share;
use super::trust::Ours;
use crate::metrics::Metrics;
use crate::options::SelfSigned;

/// The first and the longest wait after a look that failed.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(30));

/// So many conflicts in a row are no race any more.
const CONFLICTS: u32 = 10;

/// Why a look was not finished.
#[derive(Debug, thiserror::Error)]
enum LookError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Make(#[from] MakeError),
}

/// A replica's hold on the certificate.
pub struct Keeper {
    cluster: Cluster,
    ours: Ours,
    rules: Rules,
    lifetime: Duration,
    current: Current,
    metrics: Metrics,
    /// What was good in the Secret last.
    remembered: Option<Content>,
    /// The certificate that is served.
    served: Option<String>,
    /// What is wrong with the Secret.
    damage: Complaint,
    /// What keeps looks from being finished.
    trouble: Complaint,
    /// Looks in a row that failed.
    failures: u32,
}

impl Keeper {
    /// Knows nothing yet.
    pub fn new(
        client: &Client,
        options: &SelfSigned,
        share: Share,
        current: Current,
        metrics: Metrics,
    ) -> Self {
        let hosts: Names = options.hosts.iter().map(|host| canonical(host)).collect();
        Self {
            cluster: Cluster::new(client, options),
            ours: Ours {
                service: options.service_name.clone(),
                namespace: options.namespace.clone(),
                hosts: hosts.clone(),
            },
            rules: Rules {
                names: of_service(options).chain(hosts).collect(),
                rotate_before: options.rotate_before,
                settle: options.rotation_settle,
                share,
            },
            lifetime: options.lifetime,
            current,
            metrics,
            remembered: None,
            served: None,
            damage: Complaint::default(),
            trouble: Complaint::default(),
            failures: 0,
        }
    }

    /// Looks, and does what is to be done; when to look again.
    pub async fn look(&mut self) -> SystemTime {
        let looked = self.try_look().await;
        self.failures = looked
            .as_ref()
            .map_or(self.failures.saturating_add(1), |_| 0);
        let trouble = match &looked {
            // Another replica did what this one was about to.
            Err(LookError::Call(CallError::Conflict(_))) if self.failures < CONFLICTS => None,
            looked => looked.as_ref().err().map(ToString::to_string),
        };
        match self.trouble.news(trouble) {
            News::Worse(error) => error!(error, "cannot manage the serving certificate: retrying"),
            News::Well => info!("managing the serving certificate again"),
            News::None => {}
        }
        looked.unwrap_or_else(|_| SystemTime::now() + wait(self.failures, self.rules.share))
    }

    async fn try_look(&mut self) -> Result<SystemTime, LookError> {
        let configurations = self.cluster.configurations().await;
        // Read after the configurations: so a bundle that is changed below, if it is still as it was read, is never
        // brought back to what the Secret was before.
        let secret = self.cluster.secret().await?;
        let data = secret.as_ref().and_then(|secret| secret.data.as_ref());
        let stored = data.map_or(Stored::Nothing, Stored::read);
        let bundles = configurations.as_ref().ok().map(|all| self.bundles(all));
        let sight = Sight {
            stored: &stored,
            remembered: self.remembered.as_ref(),
            bundles: bundles.as_deref(),
        };
        let now = SystemTime::now();
        let plan = plan(&sight, now, &self.rules);
        self.complain(plan.complaint);
        if let Some(pair) = &plan.serve {
            self.serve(pair);
        }
        if let Stored::Content(content) = stored {
            self.remembered = Some(content);
        }
        let told = self.tell(configurations, plan.trust).await;
        let until = self.act(secret, plan.step, now).await?;
        Ok(if told? { now } else { until })
    }

    fn bundles(&self, configurations: &[Configuration]) -> Vec<String> {
        let entries = configurations.iter();
        entries
            .flat_map(|one| self.ours.bundles(&one.webhooks))
            .collect()
    }

    fn complain(&mut self, complaint: Option<String>) {
        match self.damage.news(complaint) {
            News::Worse(complaint) => {
                warn!("{complaint}");
                self.metrics.certificate_failed();
            }
            News::Well => info!("the Secret is valid again"),
            News::None => {}
        }
    }

    fn serve(&mut self, pair: &Pair) {
        if self.served.as_deref() == Some(pair.certificate()) {
            return;
        }
        let published = self
            .current
            .publish(pair.certificate().as_bytes(), pair.key().as_bytes());
        match published {
            Ok(()) => {
                info!(names = ?pair.names(), "using a self-signed certificate");
                self.served = Some(pair.certificate().to_owned());
            }
            Err(error) => {
                warn!(%error, "rejected the new certificate, keeping the current one");
                self.metrics.certificate_failed();
            }
        }
    }

    /// Has our entries hold this bundle; whether one did not.
    async fn tell(
        &self,
        configurations: Result<Vec<Configuration>, CallError>,
        bundle: Option<String>,
    ) -> Result<bool, CallError> {
        let (configurations, Some(bundle)) = (configurations?, bundle) else {
            return Ok(false);
        };
        let mut changed = false;
        for configuration in &configurations {
            if let Some(webhooks) = self.ours.with_bundle(&configuration.webhooks, &bundle) {
                self.cluster.change(configuration, webhooks).await?;
                info!(configuration = configuration.kind(), "updated the caBundle");
                changed = true;
            }
        }
        Ok(changed)
    }

    /// Does what becomes of the Secret; when to look again.
    async fn act(
        &self,
        secret: Option<Secret>,
        step: Step,
        now: SystemTime,
    ) -> Result<SystemTime, LookError> {
        let draft = match step {
            Step::Rest(until) => return Ok(until),
            Step::Write(draft) => draft,
        };
        let what = told(&draft);
        let content = draft.complete(|names| make::pair(names, now, self.lifetime))?;
        let mut secret = secret.unwrap_or_default();
        content.write(secret.data.get_or_insert_with(BTreeMap::new));
        self.cluster.store(secret).await?;
        info!("{what}");
        Ok(now)
    }
}

/// What a draft does, for logs.
fn told(draft: &Draft) -> &'static str {
    match draft {
        Draft::First(_) => "stored the first certificate",
        Draft::Successor { .. } => {
            "stored the next certificate: it is used once every API server trusts its CA"
        }
        Draft::Known(Content { next: Some(_), .. }) => {
            "the next certificate is trusted, and used soon"
        }
        Draft::Known(Content { next: None, .. }) => {
            "the next certificate has replaced the current one"
        }
    }
}

/// The names of the Service in the cluster, with the usual domain.
fn of_service(options: &SelfSigned) -> impl Iterator<Item = String> {
    let name = format!("{}.{}", options.service_name, options.namespace);
    let names = [
        options.service_name.clone(),
        name.clone(),
        format!("{name}.svc"),
        format!("{name}.svc.cluster.local"),
    ];
    names.into_iter().map(|name| canonical(&name))
}

/// How long to wait after so many failures in a row: doubling, and not alike for all replicas.
fn wait(failures: u32, share: Share) -> Duration {
    let (first, longest) = RETRY;
    let doubled = first.saturating_mul(1 << failures.saturating_sub(1).min(16));
    let full = doubled.min(longest);
    full / 2 + share.part(full / 2)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::options::Cli;

    #[test]
    fn waits_double_up_to_half_a_minute() {
        for (failures, full) in [
            (1, 100),
            (2, 200),
            (5, 1600),
            (10, 30_000),
            (u32::MAX, 30_000),
        ] {
            let waited = wait(failures, Share::of("a")).as_millis();
            assert!(
                (full / 2..=full).contains(&waited),
                "{failures}: {waited} ms"
            );
        }
    }

    #[test]
    fn the_certificate_is_for_the_names_of_the_service() {
        let flags = [
            "ni-webhook",
            "--self-signed",
            "--namespace=Ns",
            "--service-name=hook",
        ];
        let options = Cli::parse_from(flags).identity.making;
        let names: Vec<_> = of_service(&options).collect();
        assert_eq!(
            names,
            [
                "hook",
                "hook.ns",
                "hook.ns.svc",
                "hook.ns.svc.cluster.local"
            ]
        );
    }
}
