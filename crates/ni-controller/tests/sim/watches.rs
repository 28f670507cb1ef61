// SPDX-License-Identifier: Apache-2.0

//! What watches show: lists, and events that come late.

use ni_controller::world::{Event, Kind};
use ni_runtime::scope::Scope;
use serde_json::Value;

use super::server::{any, typed};
use super::{Sim, Who};

impl Sim {
    pub(super) fn list_all(&mut self, who: Who) {
        for scope in self.watched.namespaces.clone().iter() {
            for kind in Kind::ALL {
                self.list_scope(who, &scope, kind);
            }
        }
    }

    /// The leader's watch of a kind begins again, here: its undelivered events are lost, a list takes their place.
    pub(crate) fn list(&mut self, kind: Kind) {
        self.list_for(Who::Leader, kind);
    }

    pub(crate) fn list_for(&mut self, who: Who, kind: Kind) {
        let scope = self.watched.namespaces.of(self.server.namespace());
        self.list_scope(who, &scope.expect("it is watched"), kind);
    }

    fn list_scope(&mut self, who: Who, scope: &Scope, kind: Kind) {
        let watches = self.replica(who).watches;
        let mut items: Vec<Value> = Vec::new();
        for server in self.servers() {
            if scope.covers(server.namespace()) {
                server.begin_watch(watches, kind);
                items.extend(server.list(kind).cloned());
            }
        }
        self.show_list(who, scope, kind, &items);
        self.observe(who, Event::ListEnds(kind, scope.clone()));
    }

    fn show_list(&mut self, who: Who, scope: &Scope, kind: Kind, items: &[Value]) {
        self.observe(who, Event::ListBegins(kind, scope.clone()));
        for item in items {
            self.observe(who, Event::Listed(any(kind, item)));
        }
    }

    fn observe(&mut self, who: Who, event: Event) {
        let now = self.now();
        self.replica(who).core.observe(event, now);
    }

    /// A list of a kind, here, begins for the leader, and shows these objects so far.
    pub(crate) fn begin_list(&mut self, kind: Kind, items: &[Value]) {
        let scope = self.watched.namespaces.of(self.server.namespace());
        self.show_list(Who::Leader, &scope.expect("it is watched"), kind, items);
    }

    /// The list that began last ends.
    pub(crate) fn end_list(&mut self, kind: Kind) {
        let scope = self.watched.namespaces.of(self.server.namespace());
        self.observe(
            Who::Leader,
            Event::ListEnds(kind, scope.expect("it is watched")),
        );
    }

    /// Delivers the next event of a kind's watch to the leader, from here; returns whether there was one.
    pub(crate) fn deliver(&mut self, kind: Kind) -> bool {
        self.deliver_to(Who::Leader, kind)
    }

    pub(crate) fn deliver_to(&mut self, who: Who, kind: Kind) -> bool {
        let watches = self.replica(who).watches;
        let Some(event) = self.server.next_event(watches, kind) else {
            return false;
        };
        self.observe(who, typed(kind, &event));
        self.moves += 1;
        true
    }

    /// Delivers all events of a kind's watch to the leader, from here.
    pub(crate) fn deliver_all(&mut self, kind: Kind) {
        while self.deliver(kind) {}
    }
}
