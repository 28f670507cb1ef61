// SPDX-License-Identifier: Apache-2.0

//! The reviews that are sent, as the API server sends them.

use std::fmt;

use anyhow::Result;
use hyper::body::Bytes;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::samples::Sample;
use crate::bench::harness::objects::NAMESPACE;

/// Of every review.
pub(crate) const UID: &str = "705ab4f5-6393-11e8-b7cc-42010a800002";
const TIME: &str = "2026-01-01T00:00:00Z";

/// Which of the two endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Endpoint {
    /// Fills in, then judges.
    Mutate,
    /// Judges.
    Validate,
}

impl Endpoint {
    /// In the order in which the API server calls them.
    pub(crate) const ALL: [Self; 2] = [Self::Mutate, Self::Validate];

    /// As in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mutate => "mutate",
            Self::Validate => "validate",
        }
    }

    /// Path and query, as the API server asks for it.
    pub(crate) fn path(self) -> String {
        format!("/{}?timeout=5s", self.name())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A review, and what is to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Review {
    /// What is reviewed, for people.
    pub(crate) what: &'static str,
    pub(crate) endpoint: Endpoint,
    pub(crate) body: Bytes,
    pub(crate) allowed: bool,
}

impl Review {
    /// Of the sample interface.
    #[cfg(test)]
    pub(crate) fn interface(endpoint: Endpoint) -> Result<Self> {
        Self::new("interface", &Sample::interface()?, endpoint, true)
    }

    /// All that are measured, the sample interface's first.
    pub(crate) fn all() -> Result<Vec<Self>> {
        let [interface, machine] = [Sample::interface()?, Sample::machine()?];
        let refused = Sample::refused()?;
        let samples = [
            ("interface", interface, true),
            ("machine", machine, true),
            ("refused", refused, false),
        ];
        let both = |(what, sample, allowed)| {
            Endpoint::ALL.map(|endpoint| Self::new(what, &sample, endpoint, allowed))
        };
        samples.into_iter().flat_map(both).collect()
    }

    /// Of the creation of `sample`.
    pub(crate) fn new(
        what: &'static str,
        sample: &Sample,
        endpoint: Endpoint,
        allowed: bool,
    ) -> Result<Self> {
        let body = serde_json::to_vec(&creation(sample, endpoint))?;
        Ok(Self {
            what,
            endpoint,
            body: body.into(),
            allowed,
        })
    }
}

fn creation(sample: &Sample, endpoint: Endpoint) -> Value {
    let kind = sample.kind;
    let (group, version) = (kind.group, kind.version);
    let kind_named = json!({ "group": group, "version": version, "kind": kind.kind });
    let resource = json!({ "group": group, "version": version, "resource": kind.plural });
    json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": UID,
            "kind": kind_named,
            "resource": resource,
            "requestKind": kind_named,
            "requestResource": resource,
            "name": sample.object["metadata"]["name"],
            "namespace": NAMESPACE,
            "operation": "CREATE",
            "userInfo": {
                "username": "system:serviceaccount:default:somebody",
                "uid": "0b0c2d3e-5f44-4b0a-8f6c-2a4b6e8f1a3c",
                "groups": ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
                "extra": { "authentication.kubernetes.io/credential-id": ["JTI=7ee52be0-9045-4653-aa5e-0da57b8dccdc"] },
            },
            "object": stored(&sample.object, endpoint),
            "oldObject": null,
            "dryRun": false,
            "options": {
                "kind": "CreateOptions",
                "apiVersion": "meta.k8s.io/v1",
                "fieldManager": "kubectl-create",
                "fieldValidation": "Strict",
            },
        },
    })
}

/// The object as far as the API server has made it: its identity is there only after mutation.
fn stored(object: &Value, endpoint: Endpoint) -> Value {
    let mut stored = object.clone();
    stored["metadata"]["managedFields"] = json!([{
        "manager": "kubectl-create",
        "operation": "Update",
        "apiVersion": object["apiVersion"],
        "time": TIME,
        "fieldsType": "FieldsV1",
        "fieldsV1": { "f:spec": fields(&object["spec"]) },
    }]);
    if endpoint == Endpoint::Validate {
        stored["metadata"]["uid"] = UID.into();
        stored["metadata"]["creationTimestamp"] = TIME.into();
        stored["metadata"]["generation"] = 1.into();
    }
    stored
}

/// Who owns what: objects field by field, lists as a whole.
fn fields(value: &Value) -> Value {
    let entries = value.as_object().into_iter().flatten();
    let owned: Map<String, Value> = entries
        .map(|(name, value)| (format!("f:{name}"), fields(value)))
        .collect();
    Value::Object(owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_object_is_reviewed_at_both_endpoints() {
        let reviews = Review::all().expect("samples");
        let seen: Vec<String> = reviews
            .iter()
            .map(|review| format!("{} {} {}", review.what, review.endpoint, review.allowed))
            .collect();
        assert_eq!(
            seen,
            [
                "interface mutate true",
                "interface validate true",
                "machine mutate true",
                "machine validate true",
                "refused mutate false",
                "refused validate false",
            ]
        );
    }

    #[test]
    fn only_the_validating_review_knows_the_objects_identity() {
        let sample = Sample::interface().expect("a sample");
        let uid =
            |endpoint| creation(&sample, endpoint)["request"]["object"]["metadata"]["uid"].clone();
        assert_eq!(uid(Endpoint::Mutate), Value::Null);
        assert_eq!(uid(Endpoint::Validate), UID);
    }

    #[test]
    fn managed_fields_name_the_fields() {
        let owned = fields(&json!({ "a": { "b": 1 }, "c": [1] }));
        assert_eq!(owned, json!({ "f:a": { "f:b": {} }, "f:c": {} }));
    }
}
