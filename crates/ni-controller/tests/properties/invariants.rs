// SPDX-License-Identifier: Apache-2.0

//! What must hold of the server: of every write, and of what is stored once nothing moves any more. The explorer holds the
//! controller to the same.

use explore::invariants::{self, Broken};
use ni_controller::plan::Request;
use ni_controller::world::Kind;
use serde_json::Value;

use crate::sim::server::Server;

/// No write repairs, replaces or deletes what is not managed; of others' objects only claims, releases and status.
pub(crate) fn writes_keep_off_others_objects(server: &Server) {
    each(server, invariants::keeps_off_others_objects);
}

/// No write that names a version changes what is being deleted, or what an outside system manages.
pub(crate) fn writes_keep_off_what_is_not_to_be_touched(server: &Server) {
    each(server, invariants::keeps_off_what_is_not_to_be_touched);
}

/// Of `prefixes` and `virtualIP` no write takes away what others added: only what the template named when it was applied last.
pub(crate) fn writes_take_away_only_what_the_template_named(server: &Server) {
    each(server, invariants::takes_away_only_what_the_template_named);
}

/// What must hold once nothing moves any more.
pub(crate) fn rest_is_sound(server: &Server) {
    hold(invariants::rest_is_sound(server));
}

/// Holds each write to a rule.
fn each(server: &Server, rule: fn((Kind, &Request, &Value)) -> Result<(), Broken>) {
    for (kind, request, before) in &server.writes {
        hold(rule((*kind, request, before)));
    }
}

fn hold(held: Result<(), Broken>) {
    held.unwrap_or_else(|broken| panic!("{broken}"));
}
