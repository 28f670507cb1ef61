// SPDX-License-Identifier: Apache-2.0

//! What is around the objects, as far as it may be read.

use std::collections::BTreeSet;

use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::events::v1::Event;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, Time};
use k8s_openapi::jiff::Timestamp;
use kube::api::ListParams;
use kube::{Api, Client};
use ni_controller::lease::{Record, Shown};
use ni_controller::options::Election;
use ni_controller::world::Kind;
use ni_runtime::scope::{Scope, Scopes};

use super::controller::Controller;
use crate::around::{Around, Leader, Told, Unknown, Webhook};
use crate::object::Object;

/// Name of the webhook's configuration.
const WEBHOOK: &str = "ironcore-ni";
/// Who sends the controller's Events.
const REPORTER: &str = "ironcore.dev/ni-controller";
/// Events of one answer; those that follow are left out.
const EVENTS: u32 = 500;

/// Reads it; what can't be read is noted.
pub(super) async fn read(client: &Client, scopes: &Scopes, controller: &Controller) -> Around {
    let mut notes = controller.notes.clone();
    let (leader, webhook, terminating, told) = tokio::join!(
        leader(client, controller),
        webhook(client),
        terminating(client, scopes),
        warnings(client, scopes),
    );
    if matches!(&told, Ok((_, false))) {
        let why = format!("only the first {EVENTS} warnings were read");
        notes.push(Unknown::Events.for_reason(why));
    }
    let mut unknown = |what: Unknown, error: kube::Error| {
        notes.push(what.for_reason(super::told(&error)));
    };
    Around {
        leader: leader.unwrap_or_else(|error| {
            unknown(Unknown::Leader, error);
            Leader::Unknown
        }),
        lease: {
            let election = &controller.election;
            (
                election.lease_namespace.clone(),
                election.lease_name.clone(),
            )
        },
        webhook: webhook.unwrap_or_else(|error| {
            unknown(Unknown::Webhook, error);
            Webhook::Unknown
        }),
        terminating: terminating.unwrap_or_else(|error| {
            unknown(Unknown::Terminating, error);
            BTreeSet::new()
        }),
        told: told.map_or_else(
            |error| {
                unknown(Unknown::Events, error);
                Vec::new()
            },
            |(told, _)| told,
        ),
        looked_after: controller.looked_after(),
        notes,
    }
}

async fn leader(client: &Client, controller: &Controller) -> kube::Result<Leader> {
    let election = &controller.election;
    let first = lease(client, election).await?;
    let leader = Leader::of(first.as_ref(), election.leader_elect, Timestamp::now());
    let holder = first.as_ref().and_then(|record| record.holder.clone());
    let (Leader::Nobody { .. }, Some(holder)) = (&leader, holder) else {
        return Ok(leader);
    };
    // Clocks may differ: who goes on renewing it leads.
    tokio::time::sleep(election.lease_retry_period * 2).await;
    let renewed = lease(client, election).await? != first;
    Ok(if renewed {
        Leader::Leads { holder }
    } else {
        leader
    })
}

async fn lease(client: &Client, election: &Election) -> kube::Result<Option<Record>> {
    let api: Api<Lease> = Api::namespaced(client.clone(), &election.lease_namespace);
    let lease = api.get_opt(&election.lease_name).await?;
    Ok(lease.map(|lease| Shown::of(lease).record))
}

async fn webhook(client: &Client) -> kube::Result<Webhook> {
    let api: Api<ValidatingWebhookConfiguration> = Api::all(client.clone());
    let Some(configuration) = api.get_opt(WEBHOOK).await? else {
        return Ok(Webhook::NotInstalled);
    };
    let mut webhooks = configuration.webhooks.into_iter().flatten();
    let Some(called) = webhooks.next().map(|webhook| webhook.client_config) else {
        return Ok(Webhook::NotInstalled);
    };
    let Some(service) = called.service else {
        let by_url = called.url.map(|url| Webhook::ByUrl { url });
        return Ok(by_url.unwrap_or_default());
    };
    let slices: Api<EndpointSlice> = Api::namespaced(client.clone(), &service.namespace);
    let of = format!("kubernetes.io/service-name={}", service.name);
    let slices = slices.list(&ListParams::default().labels(&of)).await?;
    Ok(Webhook::of(
        &format!("{}/{}", service.namespace, service.name),
        &slices.items,
    ))
}

async fn terminating(client: &Client, scopes: &Scopes) -> kube::Result<BTreeSet<String>> {
    let api: Api<Namespace> = Api::all(client.clone());
    let mut all = Vec::new();
    for scope in scopes.iter() {
        match scope.namespace() {
            Some(name) => all.extend(api.get_opt(name).await?),
            None => all.extend(api.list(&ListParams::default()).await?.items),
        }
    }
    let terminating = all.into_iter().filter(|namespace| {
        let status = namespace.status.as_ref();
        status.and_then(|status| status.phase.as_deref()) == Some("Terminating")
    });
    Ok(terminating
        .filter_map(|namespace| namespace.metadata.name)
        .collect())
}

/// The first warnings, and whether these are all.
async fn warnings(client: &Client, scopes: &Scopes) -> kube::Result<(Vec<Told>, bool)> {
    let (mut told, mut all) = (Vec::new(), true);
    let selector = format!("reportingController={REPORTER},type=Warning");
    let selected = ListParams::default().fields(&selector).limit(EVENTS);
    for scope in scopes.iter() {
        let api: Api<Event> = match &scope {
            Scope::All => Api::all(client.clone()),
            Scope::Namespace(name) => Api::namespaced(client.clone(), name),
        };
        let listed = api.list(&selected).await?;
        all &= listed.metadata.continue_.unwrap_or_default().is_empty();
        told.extend(listed.items.into_iter().filter_map(warning));
    }
    Ok((told, all))
}

fn warning(event: Event) -> Option<Told> {
    let of = event.regarding?;
    let kind = of.kind?;
    let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind)?;
    let last = event.series.map(|series| series.last_observed_time);
    let at = last.or(event.event_time).map(|MicroTime(at)| Time(at));
    Some(Told {
        object: Object::new(kind, &of.namespace?, &of.name?),
        reason: event.reason?,
        message: event.note.unwrap_or_default(),
        at,
    })
}
