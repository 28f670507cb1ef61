// SPDX-License-Identifier: Apache-2.0

//! One watch per kind and scope, shared by all: a streaming list, or pages where the server has no WatchList.

use std::time::Duration;
use std::vec::IntoIter;

use backon::ExponentialBuilder;
use futures::{FutureExt, Stream, StreamExt, TryStreamExt, pin_mut};
use ironcore_api::scope::Scope;
use kube::runtime::utils::{Backoff, ResetTimerBackoff};
use kube::runtime::watcher::{self, Error, ExponentialBackoff, ListSemantic, watcher};
use kube::{Api, Client};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::{debug, info, warn};

use crate::apply::describe;
use crate::metrics::Metrics;
use crate::turn::measured;
use crate::wire::Wire;
use crate::world::{Event, Kind, Object, Watched, for_kind};

/// How many events are handed over at once, if as many have come: each time the core's thread may have to be woken.
const BATCH: usize = 64;

/// How many batches may wait for the core; then the watch waits, and TCP with it.
const BATCHES: usize = 16;

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

/// By which client watches read, and where they run.
#[derive(Clone)]
pub struct Source {
    client: Client,
    runtime: Handle,
}

impl Source {
    /// On this runtime.
    pub fn on(client: Client, runtime: Handle) -> Self {
        Self { client, runtime }
    }

    /// On the runtime of whoever calls it.
    pub fn here(client: Client) -> Self {
        Self::on(client, Handle::current())
    }
}

/// All watches. They end with it.
#[derive(Debug)]
pub struct Watches {
    batches: mpsc::Receiver<Vec<Event>>,
    /// What is left of the last batch.
    events: IntoIter<Event>,
    _tasks: JoinSet<()>,
}

impl Watches {
    /// Begins them: each with a list.
    pub fn start(source: &Source, watched: &Watched, metrics: &Metrics) -> Self {
        let Source { client, runtime } = source;
        let (out, batches) = mpsc::channel(BATCHES);
        let mut tasks = JoinSet::new();
        for (kind, scope) in watched.iter() {
            let (client, out, metrics) = (client.clone(), out.clone(), metrics.clone());
            for_kind!(kind, T => tasks.spawn_on(async move {
                measured(&metrics, watch::<T>(client, scope, out)).await;
            }, runtime));
        }
        Self {
            batches,
            events: IntoIter::default(),
            _tasks: tasks,
        }
    }

    /// The next event. Those of one watch are in their order.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.events.next() {
                return Some(event);
            }
            self.events = self.batches.recv().await?.into_iter();
        }
    }

    /// The next event, if one is there.
    pub fn try_next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.events.next() {
                return Some(event);
            }
            self.events = self.batches.try_recv().ok()?.into_iter();
        }
    }
}

/// Sends the events of one kind in `scope` to `out` until the receiver is gone.
async fn watch<T: Object>(client: Client, scope: Scope, out: mpsc::Sender<Vec<Event>>) {
    let api = api::<T>(client, &scope);
    let (mut streaming, mut waits) = (true, backoff());
    loop {
        let config = watcher::Config::default();
        let config = if streaming {
            config.streaming_lists()
        } else {
            config
        };
        let events = watcher(api.clone(), config);
        pin_mut!(events);
        while let Some(first) = events.next().await {
            let (batch, error) = batch(first, &mut events);
            // The beginning of a list that is read page by page comes before its request.
            if batch
                .iter()
                .any(|event| !matches!(event, watcher::Event::Init))
            {
                waits.reset();
            }
            let batch: Vec<_> = batch
                .into_iter()
                .map(|event| convert(event, &scope))
                .collect();
            if !batch.is_empty() && out.send(batch).await.is_err() {
                return;
            }
            let Some(error) = error else { continue };
            if streaming && refuses_streaming(&error) {
                info!(
                    kind = T::KIND.as_str(),
                    namespace = scope.namespace(),
                    "the API server does not support streaming lists: listing in pages"
                );
                streaming = false;
                break;
            }
            report(T::KIND, &scope, &error);
            sleep(waits.next().unwrap_or(ATTEMPTS.1)).await;
            if found_nobody(&error) {
                break;
            }
        }
    }
}

/// What has come already, beginning with `first`, up to the first error: after an error nothing is requested before its wait.
fn batch<E>(
    first: Result<E, Error>,
    events: &mut (impl Stream<Item = Result<E, Error>> + Unpin),
) -> (Vec<E>, Option<Error>) {
    let mut batch = Vec::new();
    let mut next = Some(first);
    while let Some(event) = next {
        match event {
            Ok(event) => batch.push(event),
            Err(error) => return (batch, Some(error)),
        }
        next = if batch.len() < BATCH {
            events.next().now_or_never().flatten()
        } else {
            None
        };
    }
    (batch, None)
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

/// A streaming list is a watch: who may not watch may still list.
fn may_only_list(error: &Error) -> bool {
    matches!(error, Error::WatchStartFailed(kube::Error::Api(status)) if status.code == 403)
}

fn report(kind: Kind, scope: &Scope, error: &Error) {
    let (kind, namespace) = (kind.as_str(), scope.namespace());
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

/// Reads one list of a kind in `scope`, whole: each event is handed over as it comes.
///
/// # Errors
/// Says why it could not be read.
pub async fn list(
    client: &Client,
    kind: Kind,
    scope: &Scope,
    mut take: impl FnMut(Event),
) -> Result<(), Error> {
    // Of any version the API server would send all at once, whatever the page.
    let paged = watcher::Config::default().list_semantic(ListSemantic::MostRecent);
    let streaming = watcher::Config::default().streaming_lists();
    for_kind!(kind, T => {
        let api = api::<T>(client.clone(), scope);
        let listed = list_by(api.clone(), streaming, scope, &mut take).await;
        match listed {
            Err(error) if refuses_streaming(&error) || may_only_list(&error) => {
                list_by(api, paged, scope, take).await
            }
            listed => listed,
        }
    })
}

async fn list_by<T: Object>(
    api: Api<Wire<T>>,
    config: watcher::Config,
    scope: &Scope,
    mut take: impl FnMut(Event),
) -> Result<(), Error> {
    let events = watcher(api, config);
    pin_mut!(events);
    while let Some(event) = events.try_next().await? {
        let done = matches!(event, watcher::Event::InitDone);
        take(convert(event, scope));
        if done {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kube::core::Status;

    use super::*;

    #[test]
    fn a_batch_ends_before_what_follows_an_error() {
        let all = [Ok(1), Ok(2), Err(Error::NoResourceVersion), Ok(3)];
        let mut events = futures::stream::iter(all);
        let first = events.next().now_or_never().flatten().expect("an event");
        let (taken, error) = batch(first, &mut events);
        assert_eq!(taken, [1, 2]);
        assert!(matches!(error, Some(Error::NoResourceVersion)));
        let rest = events.next().now_or_never().flatten();
        assert!(matches!(rest, Some(Ok(3))), "{rest:?}");
    }

    #[test]
    fn a_watch_begins_anew_where_there_was_no_api_server_or_one_without_etcd() {
        let answer = |code| kube::Error::Api(Status::failure("no", "").with_code(code).boxed());
        let nothing = || kube::Error::Service(Box::new(std::io::Error::other("refused")));
        for (error, expected) in [
            (Error::WatchStartFailed(nothing()), true),
            (Error::WatchStartFailed(answer(500)), true),
            (Error::WatchStartFailed(answer(503)), true),
            // It is there, and says no, or not now.
            (Error::WatchStartFailed(answer(403)), false),
            (Error::WatchStartFailed(answer(429)), false),
            // Ends of a connection alone: another server may have what comes next.
            (Error::WatchFailed(nothing()), false),
            // These start over by themselves.
            (Error::InitialListFailed(nothing()), false),
            (Error::NoResourceVersion, false),
        ] {
            assert_eq!(found_nobody(&error), expected, "{error}");
        }
    }
}
