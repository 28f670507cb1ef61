// SPDX-License-Identifier: Apache-2.0

//! What became of each change, in the log.

use tracing::{debug, info, warn};

use crate::core::{Failure, Order, Outcome};
use crate::plan::Purpose;

/// One line per change.
pub(crate) fn log(order: &Order, outcome: &Outcome) {
    let change = &order.change;
    let (kind, purpose) = (change.kind.as_str(), change.purpose.as_str());
    let (namespace, name) = (&*order.key.namespace, &*change.name);
    let uid = match outcome {
        Outcome::Object(object) => &*object.meta().uid,
        Outcome::Gone | Outcome::Told(_) | Outcome::Failed(_) => {
            order.uid.as_deref().unwrap_or_default()
        }
    };
    if order.repeats > 0 {
        let repeats = order.repeats;
        warn!(
            kind,
            namespace,
            name,
            uid,
            purpose,
            repeats,
            "written again: a policy or another client reverted it"
        );
    }
    match outcome {
        Outcome::Object(_) | Outcome::Gone if change.purpose == Purpose::Look => {
            debug!(kind, namespace, name, uid, purpose, "read");
        }
        Outcome::Told(yes) => debug!(kind, namespace, name, uid, purpose, yes, "answered"),
        Outcome::Object(_) => info!(kind, namespace, name, uid, purpose, "done"),
        Outcome::Gone => info!(kind, namespace, name, uid, purpose, "gone"),
        Outcome::Failed(
            failure @ (Failure::Forbidden(_) | Failure::Refused(_) | Failure::Transient { .. }),
        ) => {
            warn!(kind, namespace, name, uid, purpose, %failure, "request failed");
        }
        // Answers, no errors: the object, or its namespace, is not as it was when this was decided.
        Outcome::Failed(failure) => {
            info!(kind, namespace, name, uid, purpose, %failure, "request failed");
        }
    }
}
