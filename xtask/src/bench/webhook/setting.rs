// SPDX-License-Identifier: Apache-2.0

//! With or without CEL rules, with or without the webhook: put in place, and seen to hold.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Client;
use serde_json::Value;
use tokio::time::{Instant, sleep};
use xtask::crds;

use super::configuration;
use super::review::Endpoint;
use super::samples::Sample;
use super::server::{Program, Server};
use crate::bench::harness::writes;

/// A setting that does not hold by then never will.
const PATIENCE: Duration = Duration::from_secs(30);

/// What judges a create.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    /// The schema: types and bounds.
    Bare,
    /// CEL rules as well.
    Rules,
    /// And the webhook, twice.
    Webhook,
}

impl Setting {
    /// In the order of the tables.
    pub(crate) const ALL: [Self; 3] = [Self::Bare, Self::Rules, Self::Webhook];
}

/// Puts settings in place.
pub(crate) struct Stage<'a> {
    pub(crate) client: Client,
    pub(crate) kubeconfig: PathBuf,
    pub(crate) program: Program<'a>,
    /// Runs while it is to be called; else it would only cost.
    pub(crate) webhook: Option<Server>,
}

impl Stage<'_> {
    /// Returns when `setting` holds for interfaces and machines.
    pub(crate) async fn set(&mut self, setting: Setting) -> Result<()> {
        self.withdraw().await?;
        let ours = ironcore_api::crds();
        match setting {
            Setting::Bare => crds::install_these(&self.client, &without_rules(&ours)?).await?,
            Setting::Rules => crds::install_these(&self.client, &ours).await?,
            Setting::Webhook => {
                crds::install_these(&self.client, &ours).await?;
                let webhook = self.program.start_watching(&self.kubeconfig).await?;
                let pem = &self.program.identity.pem;
                configuration::install(&self.client, webhook.port, pem).await?;
                self.webhook = Some(webhook);
            }
        }
        self.until_it_holds(setting).await
    }

    /// Removes the webhook, if it is there.
    pub(crate) async fn withdraw(&mut self) -> Result<()> {
        configuration::remove(&self.client).await?;
        if let Some(webhook) = self.webhook.take() {
            webhook.running.stop().await;
        }
        Ok(())
    }

    /// What the webhook has answered so far at its two endpoints.
    pub(crate) async fn reviews(&self) -> Result<[f64; 2]> {
        let mut counts = [0.0; 2];
        if let Some(webhook) = &self.webhook {
            for (count, endpoint) in counts.iter_mut().zip(Endpoint::ALL) {
                *count = webhook.reviews(endpoint).await?;
            }
        }
        Ok(counts)
    }

    async fn until_it_holds(&self, setting: Setting) -> Result<()> {
        let samples = [Sample::interface()?, Sample::machine()?];
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut why = None;
            for sample in &samples {
                let error = self.holds(setting, sample).await.err();
                why = why.or(error);
            }
            match why {
                None => return Ok(()),
                Some(why) if Instant::now() > deadline => {
                    return Err(why).with_context(|| format!("{setting:?} does not hold"));
                }
                // The API server learns of it by watches of its own, which tell nobody else.
                Some(_) => sleep(Duration::from_millis(50)).await,
            }
        }
    }

    async fn holds(&self, setting: Setting, sample: &Sample) -> Result<()> {
        let collection = sample.collection();
        let before = self.reviews().await?;
        writes::dry_create(&self.client, &collection, &sample.object).await?;
        let after = self.reviews().await?;
        let called = before
            .iter()
            .zip(after)
            .all(|(before, after)| after > *before);
        let spoiled = sample.spoiled()?.object;
        let refused = match writes::dry_create(&self.client, &collection, &spoiled).await {
            Ok(()) => false,
            Err(error) if is_refusal(&error) => true,
            Err(error) => return Err(error),
        };
        let kind = sample.kind.kind;
        match (setting, refused, called) {
            (Setting::Bare, false, false)
            | (Setting::Rules, true, false)
            | (Setting::Webhook, true, true) => Ok(()),
            _ => bail!(
                "{kind}: what is spoiled is refused: {refused}; the webhook is called twice: {called}"
            ),
        }
    }
}

/// Whether the object was refused, and not that it could not be judged.
fn is_refusal(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(kube::Error::Api(status)) if status.code == 422)
}

/// The definitions with types and bounds, but no rules.
fn without_rules(crds: &[CustomResourceDefinition]) -> Result<Vec<CustomResourceDefinition>> {
    let stripped = crds.iter().map(|crd| {
        let mut value = serde_json::to_value(crd)?;
        strip(&mut value);
        Ok(serde_json::from_value(value)?)
    });
    stripped.collect()
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("x-kubernetes-validations");
            fields.values_mut().for_each(strip);
        }
        Value::Array(entries) => entries.iter_mut().for_each(strip),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_go_and_bounds_stay() {
        let ours = ironcore_api::crds();
        let bare = without_rules(&ours).expect("definitions");
        let count = |crds: &[CustomResourceDefinition], word: &str| {
            let text = serde_json::to_string(crds).expect("JSON");
            text.matches(word).count()
        };
        assert!(count(&ours, "x-kubernetes-validations") > 0);
        assert_eq!(count(&bare, "x-kubernetes-validations"), 0);
        assert_eq!(count(&bare, "maxLength"), count(&ours, "maxLength"));
        assert_eq!(count(&bare, "maxItems"), count(&ours, "maxItems"));
    }
}
