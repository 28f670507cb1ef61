// SPDX-License-Identifier: Apache-2.0

//! What the controller would do next for an object, by its own planner.

use ni_controller::plan::{Change, Plan, Purpose, Request};
use ni_controller::world::Key;
use serde::Serialize;

use super::View;
use crate::object::Object;

/// One thing that the controller would do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Next {
    /// The object that it would write.
    pub object: Object,
    /// Why, in the controller's word: as the label `purpose` of its metrics.
    pub purpose: &'static str,
    /// The same as a phrase, as in `create Prefix default/web-0-0`.
    pub does: String,
    /// Whether the webhook judges it.
    pub judged: bool,
}

impl View {
    /// The plan for an object, once the controller has looked at what it looks at before it takes something away.
    pub(crate) fn plan(&self, key: &Key) -> Plan {
        let plan = self.core.plan(key, self.now);
        let look = plan.changes.iter().find(|change| change.request.is_read());
        match look {
            Some(look) => self.core.plan_if_looked(key, look, self.now),
            None => plan,
        }
    }

    /// What the controller would do next for an object.
    pub fn next(&self, key: &Key) -> Vec<Next> {
        let plan = self.plan(key);
        let writes = plan.changes.iter();
        let writes = writes.filter(|change| !change.request.is_read());
        writes.map(|change| next(key, change)).collect()
    }
}

fn next(key: &Key, change: &Change) -> Next {
    let object = Object::new(change.kind, &key.namespace, &change.name);
    let does = match change.purpose {
        Purpose::Make => format!("create {object}"),
        Purpose::Repair => format!("bring {object} back to what its owner says"),
        Purpose::Replace => format!("delete {object}, to make it again"),
        Purpose::Remove => format!("delete {object}"),
        Purpose::Keep => format!("leave {object} to its user"),
        Purpose::Claim => format!("claim {object} for {}", holder(change)),
        Purpose::Release => format!("release {object}"),
        Purpose::Grant => format!("write what {object} grants"),
        Purpose::Assign => format!("assign a block to {object}"),
        Purpose::Protect => format!("put its finalizer on {object}"),
        Purpose::Unprotect => format!("take its finalizer off {object}"),
        Purpose::Status => format!("write the status of {object}"),
        Purpose::Look => format!("look at {object}"),
    };
    let judged = match &change.request {
        Request::Create(_) => true,
        Request::Patch(body) => body.get("spec").is_some(),
        Request::PatchStatus(_) | Request::Delete { .. } | Request::Read | Request::Ask(_) => false,
    };
    Next {
        object,
        purpose: change.purpose.as_str(),
        does,
        judged,
    }
}

/// The name of who gets a claimed object.
fn holder(change: &Change) -> &str {
    let Request::Patch(body) = &change.request else {
        return "";
    };
    let spec = &body["spec"];
    let references = [&spec["machineRef"]["name"], &spec["targetRef"]["name"]];
    let mut names = references.into_iter().filter_map(|name| name.as_str());
    names.next().unwrap_or_default()
}
