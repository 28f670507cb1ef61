//! `ni-controller plan`: what a start would change, as text. Reads only.

use std::fmt::Write;
use std::time::Duration;

use kube::Client;

use crate::apply::apply;
use crate::core::{Backoff, Core, Order};
use crate::plan::{Options, Request};
use crate::run::{AnyEvent, Clock, observe};
use crate::watch::once;

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
    let mut out = String::new();
    while let Some(order) = core.next(clock.now()) {
        if order.change.request == Request::Read {
            let outcome = apply(client, &order, READ_TIMEOUT).await;
            core.answer(order.ticket, outcome, clock.now());
        } else {
            writeln!(out, "{}", describe(&order))?;
        }
    }
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

fn describe(order: &Order) -> String {
    let change = &order.change;
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
        order.key.namespace,
        change.name
    );
    let what = match &change.request {
        Request::Patch(body) => format!(" {}", body["spec"]),
        Request::PatchStatus(body) => format!(" {}", body["status"]),
        _ => String::new(),
    };
    format!(
        "{target} ({} for {}){what}",
        change.purpose.as_str(),
        order.key
    )
}
