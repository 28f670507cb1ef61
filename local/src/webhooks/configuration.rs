// SPDX-License-Identifier: Apache-2.0

//! The two configurations, made from the table of kinds.

use std::collections::BTreeMap;

use anyhow::Result;
use ironcore_api::{KINDS, Kind};
use k8s_openapi::api::admissionregistration::v1::{
    MatchCondition, MutatingWebhook, MutatingWebhookConfiguration, RuleWithOperations,
    ServiceReference, ValidatingWebhook, ValidatingWebhookConfiguration, WebhookClientConfig,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::generated;

/// What both are named: `--configuration` of `ni-webhook`.
const NAME: &str = "ironcore-ni";

/// Shown to the user: `admission webhook "mutate.ni.ironcore.dev" denied the request`.
const MUTATE: &str = "mutate.ni.ironcore.dev";
pub(super) const VALIDATE: &str = "validate.ni.ironcore.dev";

/// Contract, Admission: what leaves the spec as it was is not judged. An absent spec compares as such, since an
/// expression that fails refuses the request.
const SPEC_CHANGES: &str = "request.operation == 'CREATE' || object.?spec != oldObject.?spec";

/// Seconds that the API server waits for an answer. `ni-webhook` gives up earlier (`--request-timeout`).
const TIMEOUT: i32 = 5;

/// Where the API server finds `ni-webhook`.
#[derive(Clone, Debug)]
pub enum Reach {
    /// By the Service `ni-webhook` of the namespace `ironcore-ni`.
    Service,
    /// On this port of 127.0.0.1.
    Port(u16),
}

impl Reach {
    fn client_config(&self, path: &str) -> WebhookClientConfig {
        // The caBundle is not ours: `ni-webhook --self-signed` or cert-manager keeps it.
        match self {
            Self::Service => WebhookClientConfig {
                service: Some(ServiceReference {
                    name: "ni-webhook".to_owned(),
                    namespace: "ironcore-ni".to_owned(),
                    path: Some(path.to_owned()),
                    port: None,
                }),
                ..WebhookClientConfig::default()
            },
            Self::Port(port) => WebhookClientConfig {
                url: Some(format!("https://127.0.0.1:{port}{path}")),
                ..WebhookClientConfig::default()
            },
        }
    }
}

/// Both configurations.
#[derive(Clone, Debug)]
pub struct Configurations {
    /// Asks to fill in, and to refuse before the schema does.
    pub mutating: MutatingWebhookConfiguration,
    /// Asks about the object as it will be stored.
    pub validating: ValidatingWebhookConfiguration,
}

impl Configurations {
    /// For a `ni-webhook` that is reached so.
    pub fn new(reach: &Reach) -> Self {
        Self {
            mutating: MutatingWebhookConfiguration {
                metadata: metadata(),
                webhooks: Some(vec![mutating(reach)]),
            },
            validating: ValidatingWebhookConfiguration {
                metadata: metadata(),
                webhooks: Some(vec![validating(reach)]),
            },
        }
    }

    /// The files' names below `deploy/webhook`, and their texts.
    pub fn files(&self) -> Result<BTreeMap<String, String>> {
        let mutating = generated::text(std::slice::from_ref(&self.mutating))?;
        let validating = generated::text(std::slice::from_ref(&self.validating))?;
        Ok(BTreeMap::from([
            ("mutatingwebhookconfiguration.yaml".to_owned(), mutating),
            ("validatingwebhookconfiguration.yaml".to_owned(), validating),
        ]))
    }
}

fn metadata() -> ObjectMeta {
    ObjectMeta {
        name: Some(NAME.to_owned()),
        ..ObjectMeta::default()
    }
}

fn mutating(reach: &Reach) -> MutatingWebhook {
    MutatingWebhook {
        admission_review_versions: vec!["v1".to_owned()],
        client_config: reach.client_config("/mutate"),
        failure_policy: Some("Fail".to_owned()),
        match_conditions: Some(vec![spec_changes()]),
        match_policy: Some("Equivalent".to_owned()),
        name: MUTATE.to_owned(),
        // What a later webhook adds may leave something open again; to fill in twice is to fill in once.
        reinvocation_policy: Some("IfNeeded".to_owned()),
        rules: Some(rules(&KINDS)),
        side_effects: "None".to_owned(),
        timeout_seconds: Some(TIMEOUT),
        ..MutatingWebhook::default()
    }
}

fn validating(reach: &Reach) -> ValidatingWebhook {
    ValidatingWebhook {
        admission_review_versions: vec!["v1".to_owned()],
        client_config: reach.client_config("/validate"),
        failure_policy: Some("Fail".to_owned()),
        match_conditions: Some(vec![spec_changes()]),
        match_policy: Some("Equivalent".to_owned()),
        name: VALIDATE.to_owned(),
        rules: Some(rules(&KINDS)),
        side_effects: "None".to_owned(),
        timeout_seconds: Some(TIMEOUT),
        ..ValidatingWebhook::default()
    }
}

fn spec_changes() -> MatchCondition {
    MatchCondition {
        name: "spec-changes".to_owned(),
        expression: SPEC_CHANGES.to_owned(),
    }
}

/// One rule per group and version. A resource named without a slash is the object itself, without its subresources.
fn rules(kinds: &[Kind]) -> Vec<RuleWithOperations> {
    let mut groups: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for kind in kinds {
        let resources = groups.entry((kind.group, kind.version)).or_default();
        resources.push(kind.plural.to_owned());
    }
    let rule = |((group, version), resources): ((&str, &str), Vec<String>)| RuleWithOperations {
        api_groups: Some(vec![group.to_owned()]),
        api_versions: Some(vec![version.to_owned()]),
        operations: Some(vec!["CREATE".to_owned(), "UPDATE".to_owned()]),
        resources: Some(resources),
        scope: Some("Namespaced".to_owned()),
    };
    groups.into_iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_judged_by_both() {
        let both = Configurations::new(&Reach::Service);
        let mutating = both.mutating.webhooks.expect("one")[0].rules.clone();
        let validating = both.validating.webhooks.expect("one")[0].rules.clone();
        assert_eq!(mutating, validating);
        let rules = mutating.expect("rules");
        for kind in KINDS {
            let fits = |rule: &&RuleWithOperations| {
                rule.api_groups == Some(vec![kind.group.to_owned()])
                    && rule.api_versions == Some(vec![kind.version.to_owned()])
                    && rule
                        .resources
                        .as_ref()
                        .is_some_and(|all| all.iter().any(|resource| resource == kind.plural))
            };
            assert_eq!(rules.iter().filter(fits).count(), 1, "{}", kind.kind);
        }
    }

    #[test]
    fn each_is_called_at_its_own_path() {
        let both = Configurations::new(&Reach::Port(9443));
        let mutating = &both.mutating.webhooks.expect("one")[0].client_config;
        let validating = &both.validating.webhooks.expect("one")[0].client_config;
        let url = |path: &str| Some(format!("https://127.0.0.1:9443{path}"));
        assert_eq!(mutating.url, url("/mutate"));
        assert_eq!(validating.url, url("/validate"));
    }
}
