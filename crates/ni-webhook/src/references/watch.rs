// SPDX-License-Identifier: Apache-2.0

//! One watch per kind and scope: a streaming list, or pages where the server has no WatchList.

use std::convert::Infallible;
use std::sync::Arc;

use futures::{StreamExt, pin_mut};
use kube::Api;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Error, Event, watcher};
use tracing::{debug, info, warn};

use super::names::Names;
use super::seen::Seen;
use super::{Known, Watched};

/// Feeds the names of one watch, for ever.
pub(super) async fn keep(known: Arc<Known>, index: usize) -> Infallible {
    let watched = &known.watched[index];
    let api = match watched.scope.namespace() {
        None => Api::<Seen>::all_with(known.client.clone(), &watched.referent),
        Some(namespace) => Api::namespaced_with(known.client.clone(), namespace, &watched.referent),
    };
    let mut config = watcher::Config::default().streaming_lists();
    loop {
        follow(&api, &config, watched).await;
        info!(
            ?watched,
            "the API server does not support streaming lists: listing in pages"
        );
        config = watcher::Config::default();
    }
}

/// Feeds the names until the server turns out to have no streaming lists.
async fn follow(api: &Api<Seen>, config: &watcher::Config, watched: &Watched) {
    let streaming = config.initial_list_strategy == watcher::InitialListStrategy::StreamingList;
    let events = watcher(api.clone(), config.clone()).default_backoff();
    pin_mut!(events);
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => watched.write(|names| take(names, &event)),
            Err(error) if streaming && refuses_streaming(&error) => return,
            Err(error) => report(watched, error),
        }
    }
}

fn take(names: &mut Names, event: &Event<Seen>) {
    match event {
        Event::Init => names.begin_list(),
        Event::InitApply(seen) => {
            let (namespace, name) = seen.names();
            names.list(namespace, name);
        }
        Event::InitDone => names.end_list(),
        Event::Apply(seen) => {
            let (namespace, name) = seen.names();
            names.add(namespace, name);
        }
        Event::Delete(seen) => {
            let (namespace, name) = seen.names();
            names.remove(namespace, name);
        }
    }
}

/// Without the WatchList feature a server answers `sendInitialEvents` with 422 (Kubernetes API concepts, streaming lists).
fn refuses_streaming(error: &Error) -> bool {
    matches!(error, Error::WatchStartFailed(kube::Error::Api(status)) if status.code == 422 || status.code == 400)
}

/// Says what is wrong once per trouble: the next try follows after a wait that grows.
fn report(watched: &Watched, error: Error) {
    match error {
        Error::WatchError(status) if status.code == 410 => {
            debug!(?watched, "the watch expired: listing again");
        }
        Error::WatchFailed(error) => debug!(?watched, %error, "the watch ended: resuming"),
        Error::WatchError(status) => {
            warn!(?watched, error = %status.message, "the watch failed: retrying");
        }
        Error::InitialListFailed(kube::Error::Api(status))
        | Error::WatchStartFailed(kube::Error::Api(status)) => {
            warn!(?watched, code = status.code, error = %status.message, "cannot watch yet: retrying");
        }
        Error::InitialListFailed(error) | Error::WatchStartFailed(error) => {
            let error = anyhow::Error::from(error);
            warn!(
                ?watched,
                error = format!("{error:#}"),
                "cannot watch yet: retrying"
            );
        }
        Error::NoResourceVersion => {
            warn!(
                ?watched,
                "the API server sent no resource version: retrying"
            );
        }
    }
}
