// SPDX-License-Identifier: Apache-2.0

//! Whether two answers say the same.

use std::collections::BTreeSet;

use api_model::{Answer, Refusal};
use ironcore_api::KINDS;
use serde_json::Value;

use super::asks::{Ask, What};
use super::twins::Twins;
use super::wire::Seen;

/// How the server's answer differs from the model's.
pub(super) fn difference(
    ask: &Ask,
    namespace: &str,
    model: &Answer,
    real: &Seen,
    twins: &mut Twins,
) -> Option<String> {
    let (code, reason) = model.code();
    let created = matches!(ask.what, What::Create(_)) && code == 200;
    let code = if created { 201 } else { code };
    if (code, reason) != (real.code, real.reason()) {
        return Some(format!("the model says {code} {reason}: {model:?}"));
    }
    match model {
        Answer::Object(object) => object_difference(object, &real.body, namespace, twins),
        Answer::Gone => {
            let expected = real.body["kind"] == "Status" && real.body["status"] == "Success";
            (!expected).then(|| "the model says that it is gone".to_owned())
        }
        Answer::Invalid(causes) => {
            let causes: BTreeSet<_> = causes
                .iter()
                .map(|cause| (cause.reason, cause.field.as_str()))
                .collect();
            (causes != real.causes()).then(|| format!("the model's causes: {causes:?}"))
        }
        Answer::Refused(refusal) => {
            let details = &real.body["details"];
            let is_about =
                |kind: &str, name: &str| details["kind"] == kind && details["name"] == name;
            let terminating = real
                .causes()
                .iter()
                .any(|(reason, _)| *reason == "NamespaceTerminating");
            let same = match refusal {
                Refusal::NotFound if matches!(ask.what, What::Create(_)) => {
                    is_about("namespaces", namespace)
                }
                Refusal::NotFound => is_about(KINDS[ask.kind].plural, &ask.name),
                Refusal::NamespaceTerminating => terminating,
                Refusal::Forbidden => !terminating,
                Refusal::AlreadyExists | Refusal::Conflict | Refusal::BadRequest => true,
            };
            (!same).then(|| format!("the model says {refusal:?}"))
        }
    }
}

/// How the server's object differs from the model's.
pub(super) fn object_difference(
    model: &Value,
    real: &Value,
    namespace: &str,
    twins: &mut Twins,
) -> Option<String> {
    let real = twins.as_model(real, model, namespace);
    (real != *model).then(|| {
        format!(
            "the model has\n    {model}\n  and the server, as the model would put it,\n    {real}"
        )
    })
}
