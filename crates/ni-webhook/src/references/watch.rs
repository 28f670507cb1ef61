// SPDX-License-Identifier: Apache-2.0

//! One watch per kind and scope.

use std::sync::Arc;

use futures::{StreamExt, pin_mut};
use kube::Api;
use kube::runtime::watcher::Event;
use ni_runtime::watch::watch;

use super::Known;
use super::names::Names;
use super::seen::Seen;

/// Feeds the names of one watch. It never returns.
pub(super) async fn keep(known: Arc<Known>, index: usize) {
    let watched = &known.watched[index];
    let api = match watched.scope.namespace() {
        None => Api::<Seen>::all_with(known.client.clone(), &watched.referent),
        Some(namespace) => Api::namespaced_with(known.client.clone(), namespace, &watched.referent),
    };
    let events = watch(api, watched.referent.as_str(), watched.scope.clone());
    pin_mut!(events);
    while let Some(event) = events.next().await {
        watched.write(|names| take(names, &event));
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
