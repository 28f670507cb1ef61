// SPDX-License-Identifier: Apache-2.0

//! One watch per kind and scope, shared by all.

use std::vec::IntoIter;

use futures::{FutureExt, Stream, StreamExt, TryStreamExt, pin_mut};
use kube::runtime::watcher::{self, Error, ListSemantic, watcher};
use kube::{Api, Client};
use ni_runtime::scope::Scope;
use ni_runtime::watch::refuses_streaming;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::{JoinSet, yield_now};

use crate::metrics::Metrics;
use crate::turn::measured;
use crate::wire::Wire;
use crate::world::{Event, Kind, Object, Watched, for_kind};

/// How many events are handed over at once, if as many have come: each time the core's thread may have to be woken.
const BATCH: usize = 64;

/// How many batches may wait for the core; then the watch waits, and TCP with it.
const BATCHES: usize = 16;

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
    let events =
        ni_runtime::watch::watch(api::<T>(client, &scope), T::KIND.as_str(), scope.clone());
    pin_mut!(events);
    hand_over(events, |event| convert(event, &scope), out).await;
}

/// Sends events to `out` in batches, until the receiver is gone.
async fn hand_over<E>(
    mut events: impl Stream<Item = E> + Unpin,
    convert: impl Fn(E) -> Event,
    out: mpsc::Sender<Vec<Event>>,
) {
    while let Some(first) = events.next().await {
        let batch = batch(first, &mut events);
        if out
            .send(batch.into_iter().map(&convert).collect())
            .await
            .is_err()
        {
            return;
        }
        // The other watches have their turn, however many events have come.
        yield_now().await;
    }
}

/// What has come already, beginning with `first`.
fn batch<E>(first: E, events: &mut (impl Stream<Item = E> + Unpin)) -> Vec<E> {
    let mut batch = vec![first];
    while batch.len() < BATCH
        && let Some(event) = events.next().now_or_never().flatten()
    {
        batch.push(event);
    }
    batch
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

/// A streaming list is a watch: who may not watch may still list.
fn may_only_list(error: &Error) -> bool {
    matches!(error, Error::WatchStartFailed(kube::Error::Api(status)) if status.code == 403)
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
    use super::*;

    #[test]
    fn a_batch_is_what_is_there_up_to_a_number() {
        let mut events = futures::stream::iter(1..=BATCH + 2);
        let first = events.next().now_or_never().flatten().expect("an event");
        assert_eq!(batch(first, &mut events), (1..=BATCH).collect::<Vec<_>>());
        let first = events.next().now_or_never().flatten().expect("an event");
        let mut rest = events.chain(futures::stream::pending());
        assert_eq!(batch(first, &mut rest), [BATCH + 1, BATCH + 2]);
    }

    #[test]
    fn a_watch_gives_way_after_each_batch() {
        let (out, mut batches) = mpsc::channel(BATCHES);
        let events = futures::stream::repeat(()).take(2 * BATCH);
        let begins = |()| Event::ListBegins(Kind::Machine, Scope::All);
        let mut watch = Box::pin(hand_over(events, begins, out));
        let sent = |batches: &mut mpsc::Receiver<Vec<Event>>| batches.try_recv().map(|b| b.len());
        for _ in 0..2 {
            assert!((&mut watch).now_or_never().is_none());
            assert_eq!(sent(&mut batches), Ok(BATCH));
            assert!(sent(&mut batches).is_err());
        }
        assert!(watch.now_or_never().is_some());
    }
}
