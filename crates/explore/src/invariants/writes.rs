// SPDX-License-Identifier: Apache-2.0

//! What must hold of a write to an object that was there.

use ni_controller::plan::Request;
use ni_controller::world::Kind;
use serde_json::Value;

use super::Broken;
use super::object::{
    entries, is_alive, is_managed, is_public_address, is_retained, is_tended, last_applied, must,
    without,
};

/// Kind of an object, what was written to it, and what it was like before.
type Write<'a> = (Kind, &'a Request, &'a Value);

/// No write repairs, replaces or deletes what is not managed; of others' objects only claims, releases and status are written.
///
/// # Errors
/// If one does.
pub fn keeps_off_others_objects((kind, request, before): Write<'_>) -> Result<(), Broken> {
    const RULE: &str = "an unmanaged object is never changed or deleted";
    if is_managed(before) || is_retained(kind, before) || is_public_address(kind, before) {
        return Ok(());
    }
    match request {
        Request::Create(_) | Request::PatchStatus(_) | Request::Read | Request::Ask(_) => Ok(()),
        Request::Delete { .. } => Err(format!("{RULE}: deleted {before}")),
        Request::Patch(body) => {
            let allowed: &[&str] = match kind {
                Kind::VirtualIp => &["targetRef"],
                Kind::Prefix => &["parentRef", "prefix"],
                Kind::Machine | Kind::NetworkInterface | Kind::Network => {
                    &["machineRef", "providerID"]
                }
            };
            let fields = body["spec"].as_object().into_iter().flatten();
            let mut fields = fields.map(|(field, _)| field.as_str());
            let metadata = body["metadata"].as_object().into_iter().flatten();
            let more = metadata.map(|(key, _)| key.as_str());
            let mut more = more.filter(|key| !["uid", "resourceVersion"].contains(key));
            let protects = matches!(kind, Kind::Prefix | Kind::Network) && body["spec"].is_null();
            let holds = fields.all(|field| allowed.contains(&field))
                && more.all(|key| protects && key == "finalizers");
            must(holds, RULE, || format!("{body} on {before}"))
        }
    }
}

/// No write that names a version changes what is being deleted, or what an outside system manages. (A repair names none:
/// it may be decided before either began.)
///
/// # Errors
/// If one does.
pub fn keeps_off_what_is_not_to_be_touched(
    (kind, request, before): Write<'_>,
) -> Result<(), Broken> {
    let versioned = match request {
        Request::Patch(body) | Request::PatchStatus(body) => {
            body["metadata"]["resourceVersion"].is_string()
        }
        Request::Delete { .. } => true,
        Request::Create(_) | Request::Read | Request::Ask(_) => false,
    };
    let releases = matches!(kind, Kind::Prefix | Kind::Network)
        && matches!(request, Request::Patch(body) if body["metadata"]["finalizers"].is_array())
        && !is_alive(before);
    must(
        !versioned || releases || is_tended(before),
        "nothing is written to what is being deleted, or is an outside system's",
        || format!("{request:?} on {before}"),
    )
}

/// Of `prefixes` and `virtualIP` no write takes away what others added: only what the template named when it was applied last.
///
/// # Errors
/// If one does.
pub fn takes_away_only_what_the_template_named(
    (_, request, before): Write<'_>,
) -> Result<(), Broken> {
    const RULE: &str = "what others added stays";
    let Request::Patch(patch) = request else {
        return Ok(());
    };
    let last = last_applied(before);
    if let Some(list) = patch["spec"]["prefixes"].as_array() {
        let gone = without(entries(&before["spec"]["prefixes"]), list);
        let others = without(gone, &entries(&last["prefixes"]));
        must(others.is_empty(), RULE, || {
            format!("{others:?} of {before} by {patch}")
        })?;
    }
    let takes = patch["spec"].get("virtualIP") == Some(&Value::Null);
    must(
        !takes || before["spec"]["virtualIP"] == last["virtualIP"],
        RULE,
        || format!("{patch} on {before}"),
    )
}

/// What somebody holds is given to nobody else, but for a child to its owner.
///
/// # Errors
/// If it is.
pub fn steals_no_claim((kind, request, before): Write<'_>) -> Result<(), Broken> {
    let Request::Patch(patch) = request else {
        return Ok(());
    };
    let field = match kind {
        Kind::NetworkInterface => "machineRef",
        Kind::VirtualIp => "targetRef",
        Kind::Machine | Kind::Network | Kind::Prefix => return Ok(()),
    };
    let (held, given) = (&before["spec"][field], &patch["spec"][field]);
    let to_another = given["uid"].is_string() && given["uid"] != held["uid"];
    let holds = !to_another || !held["uid"].is_string() || is_managed(before);
    must(holds, "a claim is never stolen", || {
        format!("{patch} on {before}")
    })
}

/// `lastStateTransitionTime` moves with `state`, and only then.
///
/// # Errors
/// If it does not.
pub fn moves_the_time_only_with_the_state(
    request: &Request,
    before: Option<&Value>,
    after: &Value,
) -> Result<(), Broken> {
    let (Request::PatchStatus(_), Some(before)) = (request, before) else {
        return Ok(());
    };
    let (old, new) = (&before["status"], &after["status"]);
    let time = |status: &Value| status["lastStateTransitionTime"].clone();
    let same = time(old) == time(new);
    let holds = same || time(old).is_null() || old["state"] != new["state"];
    must(
        holds,
        "lastStateTransitionTime moves only with state",
        || format!("{before} became {after}"),
    )
}
