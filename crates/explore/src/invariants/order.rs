// SPDX-License-Identifier: Apache-2.0

//! What must hold of an order.

use ni_controller::core::{Core, Now, Order};
use ni_controller::plan::{Change, Request};
use serde_json::Value;

use super::Broken;

/// What leaves the core follows from the world as it is at that moment, times aside. (A read does good in any case, and some
/// are ordered without a plan.)
///
/// # Errors
/// If it does not.
pub fn is_in_the_plan(core: &Core, order: &Order, now: Now) -> Result<(), Broken> {
    if order.change.request.is_read() {
        return Ok(());
    }
    let plan = core.plan(&order.key, now);
    let wanted = timeless(&order.change);
    if plan.changes.iter().any(|change| timeless(change) == wanted) {
        return Ok(());
    }
    Err(format!(
        "an order is in the plan of the world as it is: {order:?} is not in {plan:?}"
    ))
}

fn timeless(change: &Change) -> Change {
    let mut change = change.clone();
    if let Request::PatchStatus(body) = &mut change.request {
        forget_times(body);
    }
    change
}

fn forget_times(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !name.ends_with("TransitionTime"));
            fields.values_mut().for_each(forget_times);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_times),
        _ => {}
    }
}
