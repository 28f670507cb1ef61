// SPDX-License-Identifier: Apache-2.0

//! The only writer: sends one request and says what came of it. Decides nothing.

use std::time::Duration;

use http::{Method, Request as HttpRequest};
use kube::Client;
use kube::core::Status;
use ni_runtime::error::describe;
use serde_json::{Value, json};

use crate::FIELD_MANAGER;
use crate::core::{Failure, Order, Outcome};
use crate::plan::{Change, Question, Request};
use crate::wire::path;
use crate::world::{Kind, Object, decode, for_kind};

/// Sends the order's request; one that takes longer than `timeout` is given up, and tried again later.
pub async fn apply(client: &Client, order: &Order, timeout: Duration) -> Outcome {
    match tokio::time::timeout(timeout, send(client, order)).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(kube::Error::Api(status))) if status.code == 404 => absent(&status, order),
        Ok(Err(error)) => Outcome::Failed(classify(error)),
        Err(_) => transient(format!("no answer within {timeout:?}")),
    }
}

/// "Not found" means something only where it names what was asked for, or the namespace to create it in. A server that
/// does not serve the kind, or not yet, answers so as well.
fn absent(status: &Status, order: &Order) -> Outcome {
    let wanted = match order.change.request {
        Request::Create(_) => &order.key.namespace,
        _ => &order.change.name,
    };
    match &order.change.request {
        _ if !names(status, wanted) => {
            transient(format!("404 {}: {}", status.reason, status.message))
        }
        Request::Ask(_) => Outcome::Told(false),
        Request::Read | Request::Delete { .. } => Outcome::Gone,
        Request::Create(_) | Request::Patch(_) | Request::PatchStatus(_) => {
            Outcome::Failed(Failure::NotFound)
        }
    }
}

/// Whether an answer is about the object of this name.
pub(crate) fn names(status: &Status, name: &str) -> bool {
    let details = status.details.as_ref();
    details.is_some_and(|details| details.name == name)
}

async fn send(client: &Client, order: &Order) -> Result<Outcome, kube::Error> {
    let change = &order.change;
    let collection = path(change.kind, &order.key.namespace);
    let object = format!("{collection}/{}", change.name);
    let managed = format!("?fieldManager={FIELD_MANAGER}");
    let request = match &change.request {
        Request::Create(body) => build(
            Method::POST,
            &format!("{collection}{managed}"),
            "application/json",
            body,
        ),
        Request::Patch(body) => build(
            Method::PATCH,
            &format!("{object}{managed}"),
            MERGE_PATCH,
            body,
        ),
        Request::PatchStatus(body) => build(
            Method::PATCH,
            &format!("{object}/status{managed}"),
            MERGE_PATCH,
            body,
        ),
        Request::Delete { uid, version } => {
            let preconditions = json!({ "uid": &**uid, "resourceVersion": version.to_string() });
            let body = json!({ "preconditions": preconditions, "propagationPolicy": "Background" });
            build(Method::DELETE, &object, "application/json", &body)
        }
        Request::Read => build(Method::GET, &object, "application/json", &Value::Null),
        Request::Ask(question) => return ask(client, change, question, &collection).await,
    }?;
    let text = client.request_text(request).await?;
    let deletes = matches!(change.request, Request::Delete { .. });
    Ok(receive(change.kind, &text, deletes))
}

/// Asks a question. What is told of an object is compared by the API server itself, or by its UID: it need not decode.
async fn ask(
    client: &Client,
    change: &Change,
    question: &Question,
    collection: &str,
) -> Result<Outcome, kube::Error> {
    let uri = match question {
        Question::IsReferredTo { field } => {
            format!(
                "{collection}?fieldSelector={field}%3D{}&limit=1",
                change.name
            )
        }
        Question::IsThere { namespace, .. } => {
            format!("{}/{}", path(change.kind, namespace), change.name)
        }
    };
    let request = build(Method::GET, &uri, "application/json", &Value::Null)?;
    let answer: Value = client.request(request).await?;
    Ok(match question {
        Question::IsReferredTo { .. } => match answer["items"].as_array() {
            Some(items) => Outcome::Told(!items.is_empty()),
            None => transient("the answer is not a list".to_owned()),
        },
        Question::IsThere { .. } => Outcome::Told(question.is_answered_by(&change.name, &answer)),
    })
}

const MERGE_PATCH: &str = "application/merge-patch+json";

fn build(
    method: Method,
    uri: &str,
    content: &str,
    body: &Value,
) -> Result<HttpRequest<Vec<u8>>, kube::Error> {
    let body = if body.is_null() {
        Vec::new()
    } else {
        serde_json::to_vec(body).map_err(kube::Error::SerdeError)?
    };
    HttpRequest::builder()
        .method(method)
        .uri(uri)
        .header("content-type", content)
        .body(body)
        .map_err(kube::Error::HttpError)
}

fn receive(kind: Kind, text: &str, deletes: bool) -> Outcome {
    for_kind!(kind, T => receive_as::<T>(text, deletes))
}

/// A delete is answered with a Status once the object is gone, and with the object while finalizers hold it.
fn receive_as<T: Object>(text: &str, deletes: bool) -> Outcome {
    match decode::<T>(text) {
        Ok(received) if deletes && !(received.finalizers && received.slot.meta().deleting) => {
            Outcome::Gone
        }
        Ok(received) => Outcome::Object(T::into_any(received.slot)),
        Err(_) if deletes => Outcome::Gone,
        Err(error) => transient(format!("the answer does not decode: {error}")),
    }
}

fn transient(message: String) -> Outcome {
    Outcome::Failed(Failure::Transient {
        message,
        after: None,
    })
}

fn classify(error: kube::Error) -> Failure {
    match error {
        kube::Error::Api(status) => classify_status(&status),
        other => Failure::Transient {
            message: describe(&other),
            after: None,
        },
    }
}

fn classify_status(status: &Status) -> Failure {
    let details = status.details.as_ref();
    let terminating = details.is_some_and(|details| {
        details
            .causes
            .iter()
            .any(|cause| cause.reason == "NamespaceTerminating")
    });
    let names = |field: &str| {
        details.is_some_and(|details| details.causes.iter().any(|cause| cause.field == field))
    };
    match status.code {
        403 if terminating => Failure::NamespaceTerminating,
        409 if status.reason == "AlreadyExists" => Failure::AlreadyExists,
        409 => Failure::Conflict(status.message.clone()),
        // The API server calls a patch with the uid of an earlier object invalid.
        422 if names("metadata.uid") => Failure::Conflict(status.message.clone()),
        403 => Failure::Forbidden(status.message.clone()),
        400 | 405 | 413 | 415 | 422 => Failure::Refused(status.message.clone()),
        code => {
            let after = details
                .map(|details| u64::from(details.retry_after_seconds))
                .filter(|seconds| *seconds > 0);
            let message = format!("{code} {}: {}", status.reason, status.message);
            Failure::Transient {
                message,
                after: after.map(Duration::from_secs),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Change, Purpose};
    use crate::world::Key;

    #[test]
    fn each_answer_has_its_class() {
        let cases = [
            (403, "", "", "refused"),
            (403, "NamespaceTerminating", "", "namespace_terminating"),
            (409, "", "", "conflict"),
            (422, "FieldValueInvalid", "spec.ips", "refused"),
            // The patch names the uid of an earlier object.
            (422, "FieldValueInvalid", "metadata.uid", "conflict"),
            (429, "", "", "transient"),
            (500, "", "", "transient"),
        ];
        for (code, reason, field, expected) in cases {
            let cause = json!({ "reason": reason, "field": field });
            let status = json!({ "code": code, "details": { "causes": [cause] } });
            let status: Status = serde_json::from_value(status).unwrap();
            let class = classify_status(&status).as_str();
            assert_eq!(class, expected, "{code} {reason} {field}");
        }
        let lasting = |code: u16| {
            let status: Status = serde_json::from_value(json!({ "code": code })).unwrap();
            matches!(classify_status(&status), Failure::Refused(_))
        };
        // What is forbidden may be allowed soon, what is invalid is tried again seldom.
        assert_eq!([403, 400, 422].map(lasting), [false, true, true]);
    }

    #[test]
    fn what_is_not_found_is_gone_only_where_the_answer_names_it() {
        let order = |request: Request| Order {
            ticket: 1,
            key: Key {
                namespace: "ns".into(),
                kind: Kind::Machine,
                name: "m".into(),
            },
            uid: None,
            change: Change {
                kind: Kind::NetworkInterface,
                name: "x".into(),
                request,
                purpose: Purpose::Repair,
                then: None,
            },
            repeats: 0,
        };
        let not_found = |name: &str| -> Status {
            let details = json!({ "name": name });
            serde_json::from_value(json!({ "code": 404, "details": details })).unwrap()
        };
        let word =
            |name: &str, request: &Request| match absent(&not_found(name), &order(request.clone()))
            {
                Outcome::Failed(failure) => failure.as_str(),
                Outcome::Gone => "gone",
                Outcome::Told(true) => "yes",
                Outcome::Told(false) => "no",
                Outcome::Object(_) => "object",
            };
        let asks = Request::Ask(Question::IsThere {
            namespace: "ns".into(),
            uid: "u".into(),
        });
        let cases = [
            (Request::Read, "x", "gone"),
            (Request::Read, "", "transient"),
            (asks.clone(), "x", "no"),
            (asks, "ns", "transient"),
            (Request::Patch(Value::Null), "x", "not_found"),
            (Request::Patch(Value::Null), "", "transient"),
            (Request::PatchStatus(Value::Null), "y", "transient"),
            (Request::Create(Value::Null), "ns", "not_found"),
            (Request::Create(Value::Null), "", "transient"),
        ];
        for (request, name, expected) in cases {
            assert_eq!(word(name, &request), expected, "{request:?} {name:?}");
        }
    }
}
