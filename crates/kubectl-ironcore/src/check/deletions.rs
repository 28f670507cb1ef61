// SPDX-License-Identifier: Apache-2.0

//! Deletions: each finalizer is somebody's who takes it off.

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use ni_controller::world::{Key, Meta};

use super::{AllLeaving, Finding, Leaving, meta};
use crate::around::Leader;
use crate::view::View;

/// Whoever has put a finalizer on has taken it off by then, as a rule.
const LONG: Duration = Duration::from_mins(10);

pub(super) fn check(view: &View, leaving: &AllLeaving) -> Vec<Finding> {
    let findings = leaving.iter().flat_map(|(key, leaving)| {
        let finalizers = leaving.finalizers.iter();
        let stays = finalizers.filter_map(|finalizer| {
            let why = stays(view, key, leaving, finalizer)?;
            let message = format!("is being deleted, and keeps the finalizer {finalizer}: {why}");
            Some(Finding::new(key.into(), "FinalizerStays", message))
        });
        stays.collect::<Vec<_>>()
    });
    findings.collect()
}

/// Why nothing takes the finalizer off.
fn stays(view: &View, key: &Key, leaving: &Leaving, finalizer: &str) -> Option<String> {
    let object = meta(view, key)?;
    let ours = key.kind.entry().finalizer == Some(finalizer);
    if ours {
        return why_ours_stays(view, key, object).map(str::to_owned);
    }
    let long = view.now().wall.duration_since(leaving.since.0) > LONG.try_into().ok()?;
    let since: Timestamp = leaving.since.0;
    long.then(|| format!("whoever put it on has not taken it off since {since:.0}"))
}

fn why_ours_stays(view: &View, key: &Key, object: &Meta) -> Option<&'static str> {
    if object.external {
        Some(
            "an outside system manages the object (common.ironcore.dev/managed-by), so the controller leaves it alone",
        )
    } else if view.undecodable(key).is_some() {
        Some("the object does not decode, so the controller leaves it alone")
    } else if matches!(view.around.leader, Leader::Nobody { .. }) {
        Some("no controller leads")
    } else {
        None
    }
}
