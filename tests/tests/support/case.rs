//! Tables of refusals: a case is a line that says what is wrong, and what the user reads.

use ironcore_api::Kind;
use kube::api::PostParams;
use kube::core::DynamicObject;
use kube::{Api, Client};

use super::object::{change, dynamic, smallest};
use super::{client, kind, namespace, objects};

/// What a user reads: the field's path, the reason, part of the message.
#[derive(Clone, Copy)]
pub(crate) struct Cause(pub &'static str, pub &'static str, pub &'static str);

/// A create that is refused, and its twin, which differs in the fault only and is taken. Both are
/// changes to the smallest object of their kind.
pub(crate) struct Create(pub &'static str, pub Cause, pub &'static str);

/// What is stored, a change to it, and why it is refused, if it is.
pub(crate) struct Update(pub &'static str, pub &'static str, pub Option<Cause>);

pub(crate) const INVALID: &str = "FieldValueInvalid";
pub(crate) const REQUIRED: &str = "FieldValueRequired";
pub(crate) const FORBIDDEN: &str = "FieldValueForbidden";
pub(crate) const DUPLICATE: &str = "FieldValueDuplicate";
pub(crate) const TOO_MANY: &str = "FieldValueTooMany";

/// Sends each case and its twin, and fails with all that went otherwise.
pub(crate) async fn creates(of: &str, cases: &[Create]) {
    let (api, of) = objects_of(&client().await, of).await;
    let mut slips = Vec::new();
    for Create(changes, cause, twin) in cases {
        let refused = create(&api, &of, changes).await;
        slips.extend(otherwise(changes, refused, Some(*cause)));
        let taken = create(&api, &of, twin).await;
        slips.extend(otherwise(twin, taken, None));
    }
    assert!(slips.is_empty(), "{}", slips.join("\n"));
}

/// Stores what each case says, sends the change, and fails with all that went otherwise.
pub(crate) async fn updates(of: &str, cases: &[Update]) {
    let (api, of) = objects_of(&client().await, of).await;
    let mut slips = Vec::new();
    for (index, Update(stored, changes, cause)) in cases.iter().enumerate() {
        let mut object = smallest(of.kind);
        object["metadata"]["name"] = format!("x{index}").into();
        change(&mut object, stored);
        let case = format!("{stored} | {changes}");
        match api.create(&PostParams::default(), &dynamic(object)).await {
            Err(error) => slips.push(format!("{case}: was not stored: {error}")),
            Ok(stored) => {
                let mut object = serde_json::to_value(stored).expect("plain data");
                change(&mut object, changes);
                let name = object["metadata"]["name"].as_str().unwrap().to_owned();
                let answer = api.replace(&name, &dry_run(), &dynamic(object)).await;
                slips.extend(otherwise(&case, answer, *cause));
            }
        }
    }
    assert!(slips.is_empty(), "{}", slips.join("\n"));
}

async fn objects_of(client: &Client, of: &str) -> (Api<DynamicObject>, Kind) {
    let of = kind(of);
    let namespace = namespace(client).await;
    (objects(client, &namespace, &of), of)
}

async fn create(api: &Api<DynamicObject>, of: &Kind, changes: &str) -> kube::Result<DynamicObject> {
    let mut object = smallest(of.kind);
    change(&mut object, changes);
    api.create(&dry_run(), &dynamic(object)).await
}

/// A dry run: judged like any other, and nothing is left of it.
pub(crate) fn dry_run() -> PostParams {
    PostParams {
        dry_run: true,
        ..PostParams::default()
    }
}

/// How the answer differs from what is expected: taken, or refused for exactly this cause.
fn otherwise(
    case: &str,
    answer: kube::Result<DynamicObject>,
    expected: Option<Cause>,
) -> Option<String> {
    let causes = match answer {
        Ok(_) => Vec::new(),
        Err(error) => match causes(&error) {
            Some(causes) => causes,
            None => return Some(format!("{case}: {error}")),
        },
    };
    let fits = match (expected, causes.as_slice()) {
        (None, []) => true,
        (Some(Cause(path, reason, message)), [(its_path, its_reason, its_message)]) => {
            path == its_path && reason == its_reason && its_message.contains(message)
        }
        _ => false,
    };
    (!fits).then(|| format!("{case}: {causes:?}"))
}

/// The causes of a refusal with 422, `Invalid`: path, reason and message of each. That some rules were
/// not checked because of another cause is no cause of its own.
pub(crate) fn causes(error: &kube::Error) -> Option<Vec<(String, String, String)>> {
    let kube::Error::Api(status) = error else {
        return None;
    };
    if status.code != 422 || status.reason != "Invalid" {
        return None;
    }
    let causes = status.details.as_ref()?.causes.iter();
    Some(
        causes
            .filter(|cause| cause.field != "<nil>")
            .map(|cause| {
                (
                    cause.field.clone(),
                    cause.reason.clone(),
                    cause.message.clone(),
                )
            })
            .collect(),
    )
}
