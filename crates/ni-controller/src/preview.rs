// SPDX-License-Identifier: Apache-2.0

//! `ni-controller plan`: what a start would change, as text. Reads only.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::Context;
use kube::Client;
use serde_json::{Map, Value, json};

use crate::apply::apply;
use crate::core::{Backoff, Core, Order, Outcome};
use crate::options::Deciding;
use crate::plan::{Change, Notice, Plan, Request};
use crate::run::Clock;
use crate::watch::list;
use crate::world::Key;

/// How long one read may take.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// What a start would change, as far as it could be found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// One line per change and per Event; per look that failed, and per change that depends on it.
    pub text: String,
    /// How many looks failed: what depends on these is not known.
    pub failed: usize,
}

/// One line per change that a start would make first, and per Event that it would send.
///
/// What follows from the answers to these changes (the status of an interface that is made) is not foretold. A look that
/// fails is not tried again: its line says what depends on it.
pub async fn preview(client: &Client, deciding: &Deciding) -> anyhow::Result<Preview> {
    let clock = Clock::start();
    let never = Backoff {
        base: READ_TIMEOUT,
        cap: READ_TIMEOUT,
    };
    let watched = deciding.watched();
    let mut core = Core::new(deciding.options(), never)
        .watching(&watched)
        .with_public_pools(&deciding.public_prefixes);
    for (kind, scope) in watched.iter() {
        let listed = list(client, kind, &scope, |event| {
            core.observe(event, clock.now());
        })
        .await;
        listed.with_context(|| match scope.namespace() {
            None => format!("cannot list {}", kind.plural()),
            Some(namespace) => format!("cannot list {} in namespace {namespace}", kind.plural()),
        })?;
    }
    core.lead(true, clock.now());
    let (mut lines, mut looked, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(order) = core.next(clock.now()) {
        if !order.change.request.is_read() {
            let line = describe(&order.key, &order.change);
            lines.push((order.key, line));
            continue;
        }
        match apply(client, &order, READ_TIMEOUT).await {
            // Its order is left unanswered, so that nothing is planned for this object again.
            Outcome::Failed(failure) => failed.push((order, failure)),
            outcome => {
                core.answer(order.ticket, outcome, clock.now());
                looked.push(order.key);
            }
        }
    }
    // What a look shows to be needed is planned once all else is answered; here it never is.
    let known: HashSet<String> = lines.iter().map(|(_, line)| line.clone()).collect();
    for key in looked {
        let plan = core.plan(&key, clock.now());
        let further = describe_all(&key, &plan).filter(|line| !known.contains(line));
        lines.extend(further.map(|line| (key.clone(), line)));
    }
    for (Order { key, change, .. }, failure) in &failed {
        let line = format!("{}: {failure}", describe(key, change));
        lines.push((key.clone(), line));
        let dependent = core.plan_if_looked(key, change, clock.now());
        let further = describe_all(key, &dependent).filter(|line| !known.contains(line));
        lines.extend(further.map(|line| (key.clone(), format!("unknown {line}"))));
    }
    Ok(Preview {
        text: text(lines, core.take_notices()),
        failed: failed.len(),
    })
}

/// The plan's changes as lines, without looks.
fn describe_all(key: &Key, plan: &Plan) -> impl Iterator<Item = String> {
    let changes = plan.changes.iter();
    changes
        .filter(|change| !change.request.is_read())
        .map(|change| describe(key, change))
}

/// Changes, then Events; each in the order of namespaces, kinds and names.
fn text(mut lines: Vec<(Key, String)>, mut notices: Vec<Notice>) -> String {
    lines.sort_by(|(a, _), (b, _)| a.cmp(b));
    let object = |notice: &Notice| (notice.namespace.clone(), notice.kind, notice.name.clone());
    notices.sort_by_key(object);
    let events = notices.iter().map(|notice| {
        let (kind, reason) = (notice.kind.as_str(), notice.reason.as_str());
        format!(
            "event   {kind} {}/{}: {reason}: {}",
            notice.namespace, notice.name, notice.message
        )
    });
    let mut out = String::new();
    for line in lines.into_iter().map(|(_, line)| line).chain(events) {
        out.push_str(&line);
        out.push('\n');
    }
    if out.is_empty() {
        out.push_str("nothing to change\n");
    }
    out
}

fn describe(key: &Key, change: &Change) -> String {
    let verb = match &change.request {
        Request::Create(_) => "create ",
        Request::Patch(_) => "patch  ",
        Request::PatchStatus(_) => "status ",
        Request::Delete { .. } => "delete ",
        Request::Read | Request::Ask(_) => "failed ",
    };
    let target = format!(
        "{verb} {} {}/{}",
        change.kind.as_str(),
        key.namespace,
        change.name
    );
    let what = match &change.request {
        Request::Patch(body) => format!(" {}", without_preconditions(body)),
        Request::PatchStatus(body) => format!(" {}", body["status"]),
        _ => String::new(),
    };
    format!("{target} ({} for {}){what}", change.purpose.as_str(), key)
}

/// What a patch sets: its spec, and what it sets in metadata, without the version that it is meant for.
fn without_preconditions(patch: &Value) -> Value {
    let mut patch = patch.clone();
    let metadata = patch["metadata"].take();
    let fields = metadata.as_object().into_iter().flatten();
    let set = fields.filter(|(name, _)| !matches!(name.as_str(), "uid" | "resourceVersion"));
    let set: Map<String, Value> = set
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    match (patch["spec"].take(), set.is_empty()) {
        (spec, true) => spec,
        (Value::Null, false) => json!({ "metadata": set }),
        (spec, false) => json!({ "metadata": set, "spec": spec }),
    }
}
