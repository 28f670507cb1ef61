// SPDX-License-Identifier: Apache-2.0

//! What is known of the objects that others refer to (contract, "References").
//!
//! Watches of their metadata feed `names`; a name that these lack is asked for once, so that an object which was made
//! a moment ago counts as there.

#[cfg(test)]
pub(crate) mod fake;
mod names;
mod seen;
mod watch;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::future::join_all;
use kube::{Api, Client};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use tracing::debug;

use ironcore_api::reference::{Reference, Referent};
use ni_runtime::scope::{Scope, Scopes};

use crate::metrics::{Lookup, Metrics};
use names::Names;
use seen::Seen;

/// How long a review waits for what it asks (contract, "References").
const PATIENCE: Duration = Duration::from_millis(200);

/// Questions to the API server that are under way at once, over all reviews.
const QUESTIONS: usize = 32;

/// What is known of them; clones share it.
#[derive(Clone, Debug, Default)]
pub struct References(Option<Arc<Known>>);

struct Known {
    client: Client,
    scopes: Scopes,
    watched: Vec<Watched>,
    questions: Semaphore,
    patience: Duration,
    metrics: Metrics,
}

/// One watch, and the names it showed.
struct Watched {
    referent: Referent,
    scope: Scope,
    names: RwLock<Names>,
}

impl References {
    /// All count as there.
    pub fn none() -> Self {
        Self::default()
    }

    /// Watches them in `scopes`; the future runs the watches, and never ends.
    pub fn watch(
        client: Client,
        scopes: &Scopes,
        metrics: Metrics,
    ) -> (Self, impl Future<Output = ()> + use<>) {
        Self::watch_for(client, scopes, metrics, PATIENCE)
    }

    /// As `watch`, for reviews that wait no longer than `patience`.
    fn watch_for(
        client: Client,
        scopes: &Scopes,
        metrics: Metrics,
        patience: Duration,
    ) -> (Self, impl Future<Output = ()> + use<>) {
        let each =
            |scope: Scope| Referent::ALL.map(|referent| Watched::new(referent, scope.clone()));
        let known = Arc::new(Known {
            client,
            scopes: scopes.clone(),
            watched: scopes.iter().flat_map(each).collect(),
            questions: Semaphore::new(QUESTIONS),
            patience,
            metrics,
        });
        let watches = (0..known.watched.len()).map(|index| watch::keep(known.clone(), index));
        let watches = join_all(watches.collect::<Vec<_>>());
        (Self(Some(known)), async {
            watches.await;
        })
    }

    /// Whether the first lists are complete. Once they are, they stay so: what a watch that broke has shown still holds
    /// as far as is known, and what it did not show is asked for.
    pub fn ready(&self) -> bool {
        let known = self.0.iter().flat_map(|known| &known.watched);
        known
            .into_iter()
            .all(|watched| watched.read(Names::are_listed))
    }

    /// Those of `references` from `namespace` whose object does not exist, in their order.
    ///
    /// Only an answer that says so makes one missing: what is not answered within 200 ms, or not with yes or no, counts as
    /// there; so does what is in a namespace that is not watched, where to ask may be forbidden. An absence is not remembered, as the object may be made a moment later; nor is a question shared, as an
    /// answer may be older than the review that would share it.
    pub async fn missing<'a>(
        &self,
        namespace: &str,
        references: &'a [Reference],
    ) -> Vec<&'a Reference> {
        let known = self.0.as_ref();
        let Some(known) = known.filter(|known| known.scopes.of(namespace).is_some()) else {
            return Vec::new();
        };
        // A name becomes part of a path, and a user wrote it. What is none is refused by the rules.
        let askable = |(_, name): &(Referent, &str)| is_name(namespace) && is_name(name);
        let objects = references.iter().map(object).filter(askable);
        let objects: BTreeSet<_> = objects.collect();
        let end = Instant::now() + known.patience;
        let asked = objects.into_iter().map(async |(referent, name)| {
            let answer = known.look_up(referent, namespace, name, end).await;
            known.metrics.looked_up(answer);
            (answer == Lookup::Missing).then_some((referent, name))
        });
        let missing: BTreeSet<_> = join_all(asked).await.into_iter().flatten().collect();
        let references = references.iter();
        references
            .filter(|reference| missing.contains(&object(reference)))
            .collect()
    }
}

fn object(reference: &Reference) -> (Referent, &str) {
    (reference.referent, &reference.name)
}

impl Known {
    async fn look_up(
        &self,
        referent: Referent,
        namespace: &str,
        name: &str,
        end: Instant,
    ) -> Lookup {
        if self.shows(referent, namespace, name) {
            return Lookup::Known;
        }
        let question = self.ask(referent, namespace, name);
        match timeout_at(end, question).await {
            Ok(Ok(())) => Lookup::Found,
            Ok(Err(kube::Error::Api(status))) if status.code == 404 => Lookup::Missing,
            Ok(Err(error)) => {
                debug!(kind = referent.as_str(), ?namespace, ?name, %error, "no answer from the API server: assuming that it exists");
                Lookup::Failed
            }
            Err(_) => Lookup::TimedOut,
        }
    }

    /// Whether a watch has shown it. A watch of all namespaces shows it as well as one of its own.
    fn shows(&self, referent: Referent, namespace: &str, name: &str) -> bool {
        let fits =
            |watched: &&Watched| watched.referent == referent && watched.scope.covers(namespace);
        let mut watched = self.watched.iter().filter(fits);
        watched.any(|watched| watched.read(|names| names.contain(namespace, name)))
    }

    async fn ask(&self, referent: Referent, namespace: &str, name: &str) -> kube::Result<()> {
        // Never closed: an error would only mean that there is no limit.
        let _question = self.questions.acquire().await;
        let api = Api::<Seen>::namespaced_with(self.client.clone(), namespace, &referent);
        api.get(name).await.map(drop)
    }
}

/// Whether an object can have this name: letters, digits, "-" and ".", and so no path.
fn is_name(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    text.len() <= 253 && text.bytes().all(fits) && text.split('.').all(|part| !part.is_empty())
}

impl Watched {
    fn new(referent: Referent, scope: Scope) -> Self {
        Self {
            referent,
            scope,
            names: RwLock::default(),
        }
    }

    // Names are whole after each of their operations, so a panic elsewhere leaves nothing half done.
    fn read<T>(&self, look: impl FnOnce(&Names) -> T) -> T {
        look(&self.names.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut Names) -> T) -> T {
        change(&mut self.names.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.watched).finish()
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let namespace = self.scope.namespace().unwrap_or("*");
        write!(f, "{} in {namespace}", self.referent.as_str())
    }
}

#[cfg(test)]
mod tests;
