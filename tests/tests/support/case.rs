// SPDX-License-Identifier: Apache-2.0

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
pub(crate) const NOT_SUPPORTED: &str = "FieldValueNotSupported";
pub(crate) const NOT_FOUND: &str = "FieldValueNotFound";

/// Sends each case and its twin, and fails with all that went otherwise.
pub(crate) async fn creates(of: &str, cases: &[Create]) {
    Judge::definitions().await.creates(of, cases).await;
}

/// Stores what each case says, sends the change, and fails with all that went otherwise.
pub(crate) async fn updates(of: &str, cases: &[Update]) {
    Judge::definitions().await.updates(of, cases).await;
}

/// Who refuses, and how that shows.
pub(crate) struct Judge {
    pub client: Client,
    /// How the message of each refusal begins.
    pub says: &'static str,
}

impl Judge {
    /// The definitions alone.
    async fn definitions() -> Self {
        let (client, says) = (client().await, "");
        Self { client, says }
    }

    /// Sends each case and its twin, and fails with all that went otherwise.
    pub(crate) async fn creates(&self, of: &str, cases: &[Create]) {
        let (api, of) = objects_of(&self.client, of).await;
        let mut slips = Vec::new();
        for Create(changes, cause, twin) in cases {
            let refused = create(&api, &of, changes).await;
            slips.extend(self.otherwise(changes, refused, Some(*cause)));
            let taken = create(&api, &of, twin).await;
            slips.extend(self.otherwise(twin, taken, None));
        }
        assert!(slips.is_empty(), "{}", slips.join("\n"));
    }

    /// Sends each case, which has to be refused, for whatever causes, and its twin.
    pub(crate) async fn refuses(&self, of: &str, cases: &[Create]) {
        let (api, of) = objects_of(&self.client, of).await;
        let mut slips = Vec::new();
        for Create(changes, _, twin) in cases {
            match create(&api, &of, changes).await {
                Ok(_) => slips.push(format!("{changes}: was taken")),
                Err(error) => {
                    let told = causes(&error).is_some_and(|causes| !causes.is_empty());
                    if !told || !says(&error, self.says) {
                        slips.push(format!("{changes}: {error}"));
                    }
                }
            }
            let taken = create(&api, &of, twin).await;
            slips.extend(self.otherwise(twin, taken, None));
        }
        assert!(slips.is_empty(), "{}", slips.join("\n"));
    }

    /// Stores what each case says, sends the change, and fails with all that went otherwise.
    pub(crate) async fn updates(&self, of: &str, cases: impl IntoIterator<Item = &Update>) {
        let (api, of) = objects_of(&self.client, of).await;
        let mut slips = Vec::new();
        for (index, Update(stored, changes, cause)) in cases.into_iter().enumerate() {
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
                    slips.extend(self.otherwise(&case, answer, *cause));
                }
            }
        }
        assert!(slips.is_empty(), "{}", slips.join("\n"));
    }

    /// How the answer differs from what is expected: taken, or refused for exactly this cause.
    fn otherwise(
        &self,
        case: &str,
        answer: kube::Result<DynamicObject>,
        expected: Option<Cause>,
    ) -> Option<String> {
        let causes = match answer {
            Ok(_) => Vec::new(),
            Err(error) => match causes(&error) {
                Some(causes) if says(&error, self.says) => causes,
                _ => return Some(format!("{case}: {error}")),
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
}

/// Whether the message of a refusal begins so.
fn says(error: &kube::Error, begin: &str) -> bool {
    matches!(error, kube::Error::Api(status) if status.message.starts_with(begin))
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
