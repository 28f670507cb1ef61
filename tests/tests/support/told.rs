// SPDX-License-Identifier: Apache-2.0

//! What users are told: Events of events.k8s.io/v1.

use k8s_openapi::api::events::v1::Event;
use kube::Api;
use kube::api::ListParams;

use super::space::Space;
use super::wait::eventually;

/// An Event, as far as the contract goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    /// Kind and name of the object.
    pub on: String,
    pub uid: String,
    pub reason: String,
    pub warning: bool,
    pub note: String,
    /// How often it was told.
    pub count: i32,
}

impl Space {
    /// All Events of the namespace.
    pub(crate) async fn events(&self) -> Vec<Told> {
        let api = Api::<Event>::namespaced(self.client.clone(), &self.name);
        let events = api
            .list(&ListParams::default())
            .await
            .expect("a list of Events");
        events.items.into_iter().map(told).collect()
    }

    /// Waits for a Warning on `on` (`Machine a`) whose note names `cause`; there must be one of that reason and cause only.
    pub(crate) async fn warned(&self, on: &str, reason: &str, cause: &str) -> Told {
        let told = self.told(on, reason, cause).await;
        assert!(told.warning, "{told:?}");
        told
    }

    /// As `warned`, of type Normal.
    pub(crate) async fn noted(&self, on: &str, reason: &str, cause: &str) -> Told {
        let told = self.told(on, reason, cause).await;
        assert!(!told.warning, "{told:?}");
        told
    }

    async fn told(&self, on: &str, reason: &str, cause: &str) -> Told {
        eventually(&format!("Event {reason} on {on}"), || async {
            let events = self.events().await;
            let mut fitting = events
                .iter()
                .filter(|told| told.on == on && told.reason == reason && told.note.contains(cause));
            match (fitting.next(), fitting.next()) {
                (Some(one), None) => Ok(one.clone()),
                _ => Err(format!("{events:#?}")),
            }
        })
        .await
    }

    /// Fails if the object was told anything for this reason. To be called after [`Space::settle`].
    pub(crate) async fn was_not_told(&self, on: &str, reason: &str) {
        let events = self.events().await;
        let told = events
            .iter()
            .find(|told| told.on == on && told.reason == reason);
        assert_eq!(told, None);
    }
}

fn told(event: Event) -> Told {
    let about = event.regarding.unwrap_or_default();
    Told {
        on: format!(
            "{} {}",
            about.kind.unwrap_or_default(),
            about.name.unwrap_or_default()
        ),
        uid: about.uid.unwrap_or_default(),
        reason: event.reason.unwrap_or_default(),
        warning: match event.type_.as_deref() {
            Some("Warning") => true,
            Some("Normal") => false,
            other => panic!("an Event of type {other:?}"),
        },
        note: event.note.unwrap_or_default(),
        count: event.series.map_or(1, |series| series.count),
    }
}
