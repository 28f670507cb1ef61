// SPDX-License-Identifier: Apache-2.0

//! The scopes: a file for each idea.

mod addresses;
mod claims;
mod grants;
mod leaders;
mod lists;
mod names;
mod networks;
mod objects;
mod others;
mod owners;
mod public;
mod replacing;
mod restores;
mod routes;
mod virtual_ips;

use crate::scope::Scope;

/// All of them.
pub fn all() -> Vec<Scope> {
    [
        names::scopes(),
        claims::scopes(),
        replacing::scopes(),
        routes::scopes(),
        virtual_ips::scopes(),
        others::scopes(),
        owners::scopes(),
        networks::scopes(),
        addresses::scopes(),
        leaders::scopes(),
        lists::scopes(),
        restores::scopes(),
        grants::scopes(),
        public::scopes(),
    ]
    .concat()
}
