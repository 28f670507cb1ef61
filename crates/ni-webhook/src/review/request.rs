// SPDX-License-Identifier: Apache-2.0

//! What the API server asks: as much of an `AdmissionReview` as is used (admission.k8s.io/v1).

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use ironcore_api::{KINDS, Kind};

/// The only version of reviews that is answered.
pub(super) const API_VERSION: &str = "admission.k8s.io/v1";
/// The kind of a review.
pub(super) const KIND: &str = "AdmissionReview";

/// Why a body is no review.
#[derive(Debug, thiserror::Error)]
pub enum NoReview {
    /// It is no JSON object.
    #[error("the body is not an AdmissionReview: {0}")]
    NoObject(serde_json::Error),
    /// It is an object of another kind or version.
    #[error("the body is not an AdmissionReview of {API_VERSION}")]
    OtherKind,
    /// There is no text at `request.uid`.
    #[error("the AdmissionReview has no request.uid")]
    NoUid,
}

/// A review that came in.
#[derive(Debug)]
pub enum Received<'a> {
    /// One that can be read.
    Request(Box<Request<'a>>),
    /// One that can't, but for its uid.
    Unreadable {
        /// What is echoed.
        uid: String,
        /// Why it can't be read.
        error: String,
    },
}

/// What a review asks. Objects stay text until it is known that they are judged.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request<'a> {
    /// Identifies the request; echoed.
    #[serde(borrow)]
    pub uid: Cow<'a, str>,
    /// The object's kind.
    #[serde(borrow)]
    pub kind: GroupVersionKind<'a>,
    #[serde(borrow, default)]
    sub_resource: Option<Cow<'a, str>>,
    #[serde(borrow)]
    operation: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    namespace: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    user_info: Option<UserInfo<'a>>,
    #[serde(default)]
    dry_run: Option<bool>,
    /// The object as it should become.
    #[serde(borrow, default)]
    pub object: Option<&'a RawValue>,
    /// The object as it is, on an update.
    #[serde(borrow, default)]
    pub old_object: Option<&'a RawValue>,
}

/// A kind, as the API names it.
#[derive(Debug, Deserialize)]
pub struct GroupVersionKind<'a> {
    /// API group.
    #[serde(borrow)]
    pub group: Cow<'a, str>,
    /// Version.
    #[serde(borrow)]
    pub version: Cow<'a, str>,
    /// Kind, as in manifests.
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
struct UserInfo<'a> {
    #[serde(borrow, default)]
    username: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review<'a> {
    #[serde(borrow)]
    api_version: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    request: Box<Request<'a>>,
}

/// Reads a review.
///
/// # Errors
/// Where it is none of this version, or there is no uid to answer to.
pub fn read(body: &[u8]) -> Result<Received<'_>, NoReview> {
    let review: Review<'_> = match serde_json::from_slice(body) {
        Ok(review) => review,
        Err(error) => return read_uid(body, &error),
    };
    if review.api_version != API_VERSION || review.kind != KIND {
        return Err(NoReview::OtherKind);
    }
    if review.request.uid.is_empty() {
        return Err(NoReview::NoUid);
    }
    Ok(Received::Request(review.request))
}

/// Reads no more than it takes to answer: the API server then tells the user, which it can't of a failed call.
fn read_uid<'a>(body: &'a [u8], error: &serde_json::Error) -> Result<Received<'a>, NoReview> {
    let [api_version, kind, request] =
        picked(body, ["apiVersion", "kind", "request"]).map_err(NoReview::NoObject)?;
    if text(api_version).as_deref() != Some(API_VERSION) || text(kind).as_deref() != Some(KIND) {
        return Err(NoReview::OtherKind);
    }
    let request = request.map_or("null", RawValue::get);
    let [uid] = picked(request.as_bytes(), ["uid"]).unwrap_or_default();
    match text(uid) {
        Some(uid) if !uid.is_empty() => Ok(Received::Unreadable {
            uid,
            error: error.to_string(),
        }),
        _ => Err(NoReview::NoUid),
    }
}

fn text(field: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(field?.get()).ok()
}

/// The fields of these names of a JSON object, of whatever type; of one that is there twice, the last. No others are kept.
fn picked<'a, const N: usize>(
    json: &'a [u8],
    names: [&str; N],
) -> serde_json::Result<[Option<&'a RawValue>; N]> {
    struct Picked<'n, const N: usize>([&'n str; N]);

    impl<'de, const N: usize> Visitor<'de> for Picked<'_, N> {
        type Value = [Option<&'de RawValue>; N];

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut picked = [None; N];
            while let Some(Name(name)) = map.next_key()? {
                match self.0.iter().position(|known| *known == name) {
                    Some(place) => picked[place] = Some(map.next_value()?),
                    None => drop(map.next_value::<IgnoredAny>()?),
                }
            }
            Ok(picked)
        }
    }

    /// The name of a field, borrowed where it is written without escapes.
    #[derive(Deserialize)]
    struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

    let mut json = serde_json::Deserializer::from_slice(json);
    let fields = json.deserialize_map(Picked(names))?;
    json.end()?;
    Ok(fields)
}

impl Request<'_> {
    /// The object's kind, where it is one that is judged, and the operation and resource are.
    pub fn judged(&self) -> Option<&'static Kind> {
        let main = self.sub_resource.as_deref().is_none_or(str::is_empty);
        if !main || !matches!(&*self.operation, "CREATE" | "UPDATE") {
            return None;
        }
        let GroupVersionKind {
            group,
            version,
            kind,
        } = &self.kind;
        KINDS
            .iter()
            .find(|known| (known.group, known.version, known.kind) == (group, version, kind))
    }

    /// Whether an object is made.
    pub fn is_create(&self) -> bool {
        self.operation == "CREATE"
    }

    /// Whether nothing is stored, whatever is answered.
    pub fn is_dry_run(&self) -> bool {
        self.dry_run.unwrap_or(false)
    }

    /// The object's name; empty where the API server is to make one.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// The object's namespace.
    pub fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or_default()
    }

    /// Who asks.
    pub fn user(&self) -> &str {
        let user = self.user_info.as_ref();
        user.and_then(|user| user.username.as_deref())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn review(request: &Value) -> String {
        json!({"apiVersion": API_VERSION, "kind": KIND, "request": request}).to_string()
    }

    fn request() -> Value {
        json!({
            "uid": "u",
            "kind": {"group": "networking.ironcore.dev", "version": "v1alpha1", "kind": "Network"},
            "operation": "CREATE",
            "object": {},
        })
    }

    fn with(field: &str, value: &Value) -> String {
        let mut request = request();
        request[field] = value.clone();
        review(&request)
    }

    /// `judged` or `left` with the uid of what can be read, `unreadable` with that of the rest, else why it is no review.
    fn said(body: &[u8]) -> String {
        match read(body) {
            Ok(Received::Request(request)) => match request.judged() {
                Some(_) => format!("judged {}", request.uid),
                None => format!("left {}", request.uid),
            },
            Ok(Received::Unreadable { uid, .. }) => format!("unreadable {uid}"),
            Err(NoReview::NoObject(_)) => "no object".to_owned(),
            Err(NoReview::OtherKind) => "other kind".to_owned(),
            Err(NoReview::NoUid) => "no uid".to_owned(),
        }
    }

    #[test]
    fn reviews_are_read_as_far_as_they_can_be() {
        let pod = json!({"group": "", "version": "v1", "kind": "Pod"});
        let beta =
            json!({"group": "networking.ironcore.dev", "version": "v1beta1", "kind": "Network"});
        for (body, expected) in [
            (review(&request()), "judged u"),
            (with("operation", &json!("UPDATE")), "judged u"),
            (with("subResource", &json!("")), "judged u"),
            (with("subResource", &json!(null)), "judged u"),
            (with("object", &json!(null)), "judged u"),
            (with("dryRun", &json!(null)), "judged u"),
            (with("userInfo", &json!(null)), "judged u"),
            (
                with("uid", &json!("\" \n \u{1f980}")),
                "judged \" \n \u{1f980}",
            ),
            (with("subResource", &json!("status")), "left u"),
            (with("operation", &json!("DELETE")), "left u"),
            (with("operation", &json!("CONNECT")), "left u"),
            (with("kind", &pod), "left u"),
            (with("kind", &beta), "left u"),
            (with("kind", &json!("Network")), "unreadable u"),
            (with("dryRun", &json!("yes")), "unreadable u"),
            (with("name", &json!({})), "unreadable u"),
            (review(&json!({"uid": "u"})), "unreadable u"),
            (with("uid", &json!("")), "no uid"),
            (with("uid", &json!(7)), "no uid"),
            (review(&json!({})), "no uid"),
            (review(&json!("text")), "no uid"),
            (
                json!({"apiVersion": API_VERSION, "kind": KIND}).to_string(),
                "no uid",
            ),
            (
                review(&request()).replace(API_VERSION, "admission.k8s.io/v1beta1"),
                "other kind",
            ),
            (review(&request()).replace(KIND, "Review"), "other kind"),
            (json!({"request": request()}).to_string(), "other kind"),
            (
                json!({"kind": 7, "request": request()}).to_string(),
                "other kind",
            ),
            ("{}".to_owned(), "other kind"),
            (String::new(), "no object"),
            ("text".to_owned(), "no object"),
            ("[]".to_owned(), "no object"),
            ("null".to_owned(), "no object"),
            (review(&request()) + "}", "no object"),
        ] {
            assert_eq!(said(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn the_last_of_two_uids_counts() {
        let body = review(&request()).replace(r#""uid":"u""#, r#""uid":"u","uid":"v""#);
        assert_eq!(said(body.as_bytes()), "unreadable v");
    }

    #[test]
    fn depth_in_an_object_does_not_hide_the_uid() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let body = with("object", &json!("deep")).replace(r#""deep""#, &deep);
        assert_eq!(said(body.as_bytes()), "judged u");
        let body = with("kind", &json!("deep")).replace(r#""deep""#, &deep);
        assert_eq!(said(body.as_bytes()), "unreadable u");
    }

    #[test]
    fn what_is_no_utf_8_is_no_review() {
        let mut body = with("object", &json!("?")).into_bytes();
        let at = body.iter().position(|b| *b == b'?').expect("a mark");
        body[at] = 0xff;
        assert_eq!(said(&body), "no object");
    }

    #[test]
    fn what_is_absent_reads_as_empty() {
        let body = review(&request());
        let Ok(Received::Request(request)) = read(body.as_bytes()) else {
            panic!("it can be read");
        };
        assert_eq!(
            (request.name(), request.namespace(), request.user()),
            ("", "", "")
        );
        assert!(!request.is_dry_run() && request.is_create());
    }
}
