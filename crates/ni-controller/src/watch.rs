//! One watch per kind and scope, shared by all: a streaming list, or pages where the server has no WatchList.

use std::time::Duration;

use backon::ExponentialBuilder;
use futures::{StreamExt, TryStreamExt, pin_mut};
use ironcore_api::scope::Scope;
use kube::runtime::WatchStreamExt;
use kube::runtime::utils::ResetTimerBackoff;
use kube::runtime::watcher::{self, Error, ExponentialBackoff, watcher};
use kube::{Api, Client};
use tokio::sync::mpsc;
use tracing::{debug, info, warn};

use crate::apply::describe;
use crate::wire::Wire;
use crate::world::{Event, Kind, Object};

/// How many events may wait for the core; then the watch waits, and TCP with it.
pub const BUFFER: usize = 1024;

/// Waits between attempts; the last for as long as the API server stays away. kube's own limit of 30 s would have a new
/// leader know nothing for as long after the server is back.
const ATTEMPTS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// How long a watch must stay healthy before the backoff is reset.
const GOES_WELL: Duration = Duration::from_mins(1);

fn backoff() -> ResetTimerBackoff<ExponentialBackoff> {
    let (first, last) = ATTEMPTS;
    let waits = ExponentialBuilder::new()
        .with_min_delay(first)
        .with_max_delay(last)
        .with_jitter()
        .without_max_times();
    ResetTimerBackoff::new(waits.into(), GOES_WELL)
}

/// Sends the events of one kind in `scope` to `out` until the receiver is gone.
pub async fn watch<T: Object>(client: Client, scope: Scope, out: mpsc::Sender<Event>) {
    let api = api::<T>(client, &scope);
    let mut streaming = true;
    loop {
        let config = watcher::Config::default();
        let config = if streaming {
            config.streaming_lists()
        } else {
            config
        };
        let events = watcher(api.clone(), config).backoff(backoff());
        pin_mut!(events);
        loop {
            match events.next().await {
                Some(Ok(event)) => {
                    if out.send(convert(event, &scope)).await.is_err() {
                        return;
                    }
                }
                Some(Err(error)) if streaming && refuses_streaming(&error) => {
                    info!(
                        kind = T::KIND.as_str(),
                        namespace = scope.namespace(),
                        "the API server has no streaming lists: listing page by page"
                    );
                    streaming = false;
                    break;
                }
                Some(Err(error)) => report(T::KIND, &scope, &error),
                None => break,
            }
        }
    }
}

fn api<T: Object>(client: Client, scope: &Scope) -> Api<Wire<T>> {
    match scope {
        Scope::All => Api::all(client),
        Scope::Namespace(name) => Api::namespaced(client, name),
    }
}

fn convert<T: Object>(event: watcher::Event<Wire<T>>, scope: &Scope) -> Event {
    let object = |wire: Wire<T>| T::into_any(wire.received.slot);
    match event {
        watcher::Event::Init => Event::ListBegins(T::KIND, scope.clone()),
        watcher::Event::InitApply(wire) => Event::Listed(object(wire)),
        watcher::Event::InitDone => Event::ListEnds(T::KIND, scope.clone()),
        watcher::Event::Apply(wire) => Event::Applied(object(wire)),
        watcher::Event::Delete(wire) => Event::Deleted(object(wire)),
    }
}

/// Without the WatchList feature a server answers `sendInitialEvents` with 422 (Kubernetes API concepts, streaming lists).
fn refuses_streaming(error: &Error) -> bool {
    matches!(error, Error::WatchStartFailed(kube::Error::Api(status)) if status.code == 422 || status.code == 400)
}

fn report(kind: Kind, scope: &Scope, error: &Error) {
    let (kind, namespace) = (kind.as_str(), scope.namespace());
    match error {
        Error::WatchError(status) if status.code == 410 => {
            debug!(kind, namespace, "the watch expired: listing again");
        }
        Error::WatchFailed(error) => {
            debug!(kind, namespace, %error, "the watch broke off: resuming");
        }
        Error::WatchError(status) => {
            warn!(kind, namespace, error = %status.message, "the watch failed: trying again");
        }
        Error::InitialListFailed(kube::Error::Api(status))
        | Error::WatchStartFailed(kube::Error::Api(status)) => {
            let (code, error) = (status.code, &status.message);
            warn!(kind, namespace, code, %error, "no watch yet: trying again");
        }
        Error::InitialListFailed(error) | Error::WatchStartFailed(error) => {
            warn!(kind, namespace, error = %describe(error), "no watch yet: trying again");
        }
        Error::NoResourceVersion => warn!(
            kind,
            namespace, "the API server sent no resource version: trying again"
        ),
    }
}

/// Reads one list of a kind in `scope`, whole, for `plan`.
///
/// # Errors
/// Says why it could not be read.
pub async fn once<T: Object>(client: Client, scope: &Scope) -> Result<Vec<Event>, Error> {
    let events = watcher(api::<T>(client, scope), watcher::Config::default());
    pin_mut!(events);
    let mut all = Vec::new();
    while let Some(event) = events.try_next().await? {
        let done = matches!(event, watcher::Event::InitDone);
        all.push(convert(event, scope));
        if done {
            break;
        }
    }
    Ok(all)
}

/// How long a client waits for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
