//! `ni-controller plan`: what a start would change, as text. Reads only.

use std::collections::HashSet;
use std::fmt::Write;
use std::time::Duration;

use kube::Client;

use crate::apply::apply;
use crate::core::{Backoff, Core};
use crate::plan::{Change, Options, Request};
use crate::run::{AnyEvent, Clock, observe};
use crate::watch::once;
use crate::world::Key;

/// How long one read may take.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// One line per change that a start would make first, and per Event that it would send.
///
/// What follows from the answers to these changes (the status of an interface that is made) is not foretold.
pub async fn preview(client: &Client, options: Options) -> anyhow::Result<String> {
    let clock = Clock::start();
    let mut core = Core::new(
        options,
        Backoff {
            base: READ_TIMEOUT,
            cap: READ_TIMEOUT,
        },
    );
    for event in read(client).await? {
        observe(&mut core, event, clock.now());
    }
    let (mut lines, mut looked) = (Vec::new(), Vec::new());
    while let Some(order) = core.next(clock.now()) {
        if order.change.request == Request::Read {
            let outcome = apply(client, &order, READ_TIMEOUT).await;
            core.answer(order.ticket, outcome, clock.now());
            looked.push(order.key);
        } else {
            lines.push(describe(&order.key, &order.change));
        }
    }
    // What a look shows to be needed is planned once all else is answered; here it never is.
    let known: HashSet<String> = lines.iter().cloned().collect();
    for key in looked {
        let changes = core.plan(&key, clock.now()).changes;
        let further = changes
            .iter()
            .filter(|change| change.request != Request::Read);
        lines.extend(
            further
                .map(|change| describe(&key, change))
                .filter(|line| !known.contains(line)),
        );
    }
    let mut out = lines
        .iter()
        .fold(String::new(), |out, line| out + line + "\n");
    for report in core.take_reports() {
        let (kind, reason) = (report.kind.as_str(), report.reason.as_str());
        writeln!(
            out,
            "event   {kind} {}/{}: {reason}: {}",
            report.namespace, report.name, report.message
        )?;
    }
    if out.is_empty() {
        out.push_str("nothing to change\n");
    }
    Ok(out)
}

async fn read(client: &Client) -> Result<Vec<AnyEvent>, kube::runtime::watcher::Error> {
    let mut all = once(client.clone(), AnyEvent::Machine).await?;
    all.extend(once(client.clone(), AnyEvent::Interface).await?);
    all.extend(once(client.clone(), AnyEvent::Network).await?);
    all.extend(once(client.clone(), AnyEvent::VirtualIp).await?);
    Ok(all)
}

fn describe(key: &Key, change: &Change) -> String {
    let verb = match &change.request {
        Request::Create(_) => "create ",
        Request::Patch(_) => "patch  ",
        Request::PatchStatus(_) => "status ",
        Request::Delete { .. } => "delete ",
        Request::Read => "read   ",
    };
    let target = format!(
        "{verb} {} {}/{}",
        change.kind.as_str(),
        key.namespace,
        change.name
    );
    let what = match &change.request {
        Request::Patch(body) => format!(" {}", body["spec"]),
        Request::PatchStatus(body) => format!(" {}", body["status"]),
        _ => String::new(),
    };
    format!("{target} ({} for {}){what}", change.purpose.as_str(), key)
}
