// SPDX-License-Identifier: Apache-2.0

//! `ni-controller release-finalizers`: removes our finalizers, so that objects can be deleted when no controller runs.
//!
//! In rounds: lists all objects and removes our finalizer from each that has it, until a list shows none. The next round picks
//! up objects that changed or failed. Needs only the verbs `list` and `patch`.

mod bearer;

use std::collections::BTreeMap;
use std::time::Duration;

use futures::stream::{self, StreamExt};
use ironcore_api::{KINDS, Kind};
use kube::api::{ListParams, Patch, PatchParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client};
use thiserror::Error;
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use crate::FIELD_MANAGER;
use bearer::Bearer;

/// Requests under way at once.
const CONCURRENCY: usize = 16;
/// Objects per page of a list.
const PAGE: u32 = 500;
/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Waits between rounds that got nowhere: the first, which doubles, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// What became of finalizers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Released {
    /// How many objects ours were taken off, by plural.
    pub off: BTreeMap<&'static str, usize>,
    /// Objects that bear ours still, as others manage them: `networks default/a`.
    pub others: Vec<String>,
}

/// Why some of our finalizers are left.
#[derive(Debug, Error)]
pub enum Error {
    /// A right is missing; another try would not help.
    #[error("{what}: {why}: permission to list and to patch is needed")]
    Forbidden {
        /// What was tried.
        what: String,
        /// The API server's words.
        why: String,
    },
    /// Some kept failing, or came again.
    #[error("finalizers of this controller are left after {timeout:?}, on {left}: {why}")]
    TimedOut {
        /// The time that was given.
        timeout: Duration,
        /// Objects, as they were last seen.
        left: String,
        /// What happened last.
        why: String,
    },
    /// Of a dry run, which asks once.
    #[error("{0}")]
    Unknown(String),
}

/// A failure that may pass.
struct Trouble(String);

/// The objects that bear our finalizers.
#[derive(Default)]
struct Found {
    ours: Vec<Bearer>,
    others: Vec<String>,
}

/// The objects that [`release`] would take finalizers off now, and those that it would leave alone.
///
/// # Errors
/// If the API server does not tell.
pub async fn preview(client: &Client) -> Result<(Vec<String>, Vec<String>), Error> {
    let found = find(client).await?;
    let found = found.map_err(|Trouble(why)| Error::Unknown(why))?;
    let ours = found.ours.iter().map(ToString::to_string).collect();
    Ok((ours, found.others))
}

/// Takes our finalizers off all objects but those that others manage. Returns once a list shows that none is left.
///
/// # Errors
/// If a right is missing, or `timeout` is over before.
pub async fn release(client: &Client, timeout: Duration) -> Result<Released, Error> {
    let deadline = Instant::now() + timeout;
    let (mut released, mut wait) = (Released::default(), WAITS.0);
    let mut left = "what could not be listed".to_owned();
    loop {
        let mut progress = Progress::default();
        match find(client).await? {
            Ok(found) if found.ours.is_empty() => {
                released.others = found.others;
                return Ok(released);
            }
            Ok(found) => {
                left = summary(&found.ours);
                progress = take_off(client, &found.ours, &mut released).await?;
            }
            Err(trouble) => progress.trouble = Some(trouble),
        }
        if Instant::now() > deadline {
            let why = progress.trouble.map_or(
                "something puts them back: does ni-controller still run?".to_owned(),
                |Trouble(why)| why,
            );
            return Err(Error::TimedOut { timeout, left, why });
        }
        if let Some(Trouble(why)) = progress.trouble {
            warn!(why, "retrying in {wait:?}");
        }
        if progress.any {
            wait = WAITS.0;
        } else {
            sleep(wait).await;
            wait = (wait * 2).min(WAITS.1);
        }
    }
}

/// What a round has brought.
#[derive(Default)]
struct Progress {
    any: bool,
    trouble: Option<Trouble>,
}

async fn take_off(
    client: &Client,
    bearers: &[Bearer],
    released: &mut Released,
) -> Result<Progress, Error> {
    let requests = bearers.iter().map(|bearer| async move {
        let patched = patch(client, bearer).await;
        (bearer, patched)
    });
    let mut answers = stream::iter(requests).buffer_unordered(CONCURRENCY);
    let mut progress = Progress::default();
    while let Some((bearer, answer)) = answers.next().await {
        match answer? {
            Ok(()) => {
                info!(object = %bearer, "removed the finalizer");
                *released.off.entry(bearer.kind.plural).or_default() += 1;
                progress.any = true;
            }
            Err(trouble) => progress.trouble = Some(trouble),
        }
    }
    Ok(progress)
}

async fn patch(client: &Client, bearer: &Bearer) -> Result<Result<(), Trouble>, Error> {
    let resource = resource(bearer.kind);
    let api: Api<DynamicObject> =
        Api::namespaced_with(client.clone(), &bearer.namespace, &resource);
    let (params, body) = (
        PatchParams::apply(FIELD_MANAGER),
        Patch::Merge(&bearer.patch),
    );
    let request = api.patch_metadata(&bearer.name, &params, &body);
    match within(request).await {
        Ok(_) => Ok(Ok(())),
        // Gone, so nothing is held any more; the next list tells.
        Err(Failure::Api(status)) if status.code == 404 => Ok(Ok(())),
        Err(failure) => failure.of(&format!("patching {bearer}")).map(Err),
    }
}

async fn find(client: &Client) -> Result<Result<Found, Trouble>, Error> {
    let mut found = Found::default();
    for kind in KINDS.iter().filter(|kind| kind.finalizer.is_some()) {
        match find_of(client, kind, &mut found).await {
            Ok(()) => {}
            // Not installed: while it starts, an API server answers otherwise.
            Err(Failure::Api(status)) if status.code == 404 => {}
            Err(failure) => return failure.of(&format!("listing {}", kind.plural)).map(Err),
        }
    }
    Ok(Ok(found))
}

async fn find_of(client: &Client, kind: &'static Kind, found: &mut Found) -> Result<(), Failure> {
    let api: Api<DynamicObject> = Api::all_with(client.clone(), &resource(kind));
    let mut page = ListParams::default().limit(PAGE);
    loop {
        let list = within(api.list_metadata(&page)).await?;
        for object in list.items {
            match Bearer::of(kind, &object.metadata) {
                Some(bearer) if bearer.managed => found.others.push(bearer.to_string()),
                Some(bearer) => found.ours.push(bearer),
                None => {}
            }
        }
        match list.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => page = ListParams::default().limit(PAGE).continue_token(&token),
            None => return Ok(()),
        }
    }
}

/// What a request failed by.
enum Failure {
    Api(Box<kube::core::Status>),
    Other(String),
}

impl Failure {
    /// What may pass by itself; else the end of it all.
    fn of(self, what: &str) -> Result<Trouble, Error> {
        match self {
            Self::Api(status) if status.is_forbidden() => Err(Error::Forbidden {
                what: what.to_owned(),
                why: status.message,
            }),
            Self::Api(status) => Ok(Trouble(format!("{what}: {}", status.message))),
            Self::Other(why) => Ok(Trouble(format!("{what}: {why}"))),
        }
    }
}

async fn within<T>(request: impl Future<Output = kube::Result<T>>) -> Result<T, Failure> {
    match tokio::time::timeout(REQUEST_TIMEOUT, request).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(kube::Error::Api(status))) => Err(Failure::Api(status)),
        Ok(Err(error)) => Err(Failure::Other(error.to_string())),
        Err(_) => Err(Failure::Other(format!(
            "no answer within {REQUEST_TIMEOUT:?}"
        ))),
    }
}

fn resource(kind: &Kind) -> ApiResource {
    let gvk = GroupVersionKind::gvk(kind.group, kind.version, kind.kind);
    ApiResource::from_gvk_with_plural(&gvk, kind.plural)
}

/// The first, and how many more.
fn summary(bearers: &[Bearer]) -> String {
    match bearers {
        [] => String::new(),
        [one] => one.to_string(),
        [one, more @ ..] => format!("{one} and {} more", more.len()),
    }
}
