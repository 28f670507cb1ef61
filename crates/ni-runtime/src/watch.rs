// SPDX-License-Identifier: Apache-2.0

//! A watch that never ends. It begins with a streaming list or, if the server does not support WatchList, with a list in pages.
//! Errors are logged, and the request is repeated.

use std::fmt::Debug;
use std::time::Duration;

use backon::ExponentialBuilder;
use futures::stream::{self, BoxStream, Stream, StreamExt};
use kube::runtime::utils::{Backoff, ResetTimerBackoff};
use kube::runtime::watcher::{self, Error, Event, ExponentialBackoff, watcher};
use kube::{Api, Resource};
use serde::de::DeserializeOwned;
use tokio::time::sleep;
use tracing::{debug, info, warn};

use crate::error::describe;
use crate::scope::Scope;

/// Waits between attempts; the last for as long as the API server stays away. kube's own limit of 30 s would have a new
/// leader know nothing for as long after the server is back.
const ATTEMPTS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// How long a watch must stay healthy before the backoff is reset.
const GOES_WELL: Duration = Duration::from_mins(1);

/// The events of `kind` in `scope`, read by `api`: those of a list, then those that follow. It does not end.
pub fn watch<K>(
    api: Api<K>,
    kind: &'static str,
    scope: Scope,
) -> impl Stream<Item = Event<K>> + Send
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let watch = Box::new(Watch {
        events: begin(&api, true),
        streaming: true,
        failed: false,
        waits: backoff(),
        api,
        kind,
        scope,
    });
    // Whoever drops the wait for an event leaves this one under way: after an error nothing is requested before its wait.
    stream::unfold(watch, async |mut watch| Some((watch.next().await, watch)))
}

struct Watch<K> {
    api: Api<K>,
    kind: &'static str,
    scope: Scope,
    events: BoxStream<'static, watcher::Result<Event<K>>>,
    streaming: bool,
    /// Whether the last attempt failed.
    failed: bool,
    waits: ResetTimerBackoff<ExponentialBackoff>,
}

fn begin<K>(api: &Api<K>, streaming: bool) -> BoxStream<'static, watcher::Result<Event<K>>>
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let config = watcher::Config::default();
    let config = if streaming {
        config.streaming_lists()
    } else {
        config
    };
    watcher(api.clone(), config).boxed()
}

fn backoff() -> ResetTimerBackoff<ExponentialBackoff> {
    let (first, last) = ATTEMPTS;
    let waits = ExponentialBuilder::new()
        .with_min_delay(first)
        .with_max_delay(last)
        .with_jitter()
        .without_max_times();
    ResetTimerBackoff::new(waits.into(), GOES_WELL)
}

impl<K> Watch<K>
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    async fn next(&mut self) -> Event<K> {
        loop {
            match self.events.next().await {
                Some(Ok(event)) => {
                    // The beginning of a list that is read page by page comes before its request.
                    if self.failed && !matches!(event, Event::Init) {
                        self.failed = false;
                        self.waits.reset();
                    }
                    return event;
                }
                Some(Err(error)) => self.recover(&error).await,
                None => self.begin(),
            }
        }
    }

    fn begin(&mut self) {
        self.events = begin(&self.api, self.streaming);
    }

    async fn recover(&mut self, error: &Error) {
        if self.streaming && refuses_streaming(error) {
            let (kind, namespace) = (self.kind, self.scope.namespace());
            info!(
                kind,
                namespace, "the API server does not support streaming lists: listing in pages"
            );
            self.streaming = false;
            self.begin();
            return;
        }
        report(self.kind, &self.scope, error);
        self.failed = true;
        sleep(self.waits.next().unwrap_or(ATTEMPTS.1)).await;
        if found_nobody(error) {
            self.begin();
        }
    }
}

/// Without the WatchList feature a server answers `sendInitialEvents` with 422 (Kubernetes API concepts, streaming lists).
pub fn refuses_streaming(error: &Error) -> bool {
    matches!(error, Error::WatchStartFailed(kube::Error::Api(status)) if status.code == 422 || status.code == 400)
}

/// Whether there was no API server, or one without its etcd: what comes back may be of an older state, and a watch that goes on
/// from where it was would then show nothing, without an error, until that version is reached again. So it starts over,
/// with a list. A server that was only restarted usually makes a watch list again, as it remembers nothing of before.
fn found_nobody(error: &Error) -> bool {
    match error {
        Error::WatchStartFailed(kube::Error::Api(status)) => status.code >= 500,
        Error::WatchStartFailed(_) => true,
        Error::InitialListFailed(_)
        | Error::WatchFailed(_)
        | Error::WatchError(_)
        | Error::NoResourceVersion => false,
    }
}

fn report(kind: &str, scope: &Scope, error: &Error) {
    let namespace = scope.namespace();
    match error {
        Error::WatchError(status) if status.code == 410 => {
            debug!(kind, namespace, "the watch expired: listing again");
        }
        Error::WatchFailed(error) => {
            debug!(kind, namespace, %error, "the watch ended: resuming");
        }
        Error::WatchError(status) => {
            warn!(kind, namespace, error = %status.message, "the watch failed: retrying");
        }
        Error::InitialListFailed(kube::Error::Api(status))
        | Error::WatchStartFailed(kube::Error::Api(status)) => {
            let (code, error) = (status.code, &status.message);
            warn!(kind, namespace, code, %error, "cannot watch yet: retrying");
        }
        Error::InitialListFailed(error) | Error::WatchStartFailed(error) => {
            warn!(kind, namespace, error = %describe(error), "cannot watch yet: retrying");
        }
        Error::NoResourceVersion => warn!(
            kind,
            namespace, "the API server sent no resource version: retrying"
        ),
    }
}

#[cfg(test)]
mod tests;
