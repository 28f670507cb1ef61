// SPDX-License-Identifier: Apache-2.0

//! What must hold: of every order, of every write, and of what is stored once nothing moves any more. The random schedules of
//! `ni-controller` are held to the same.

mod grants;
mod history;
mod networks;
pub mod object;
mod order;
mod public;
mod rest;
mod statuses;
mod told;
mod writes;

use ni_controller::plan::{Change, Purpose};
use ni_controller::world::Kind;

pub use grants::{no_grant_overlaps, nobody_waits_for_what_is_free, records_are_exact};
pub use order::is_in_the_plan;
pub use public::{public_addresses_are_held, virtual_ips_are_served};
pub use rest::is_sound as rest_is_sound;
pub use statuses::no_address_twice;
pub(crate) use told::Last;
pub use told::Told;
pub use writes::{
    keeps_off_others_objects, keeps_off_what_is_not_to_be_touched,
    moves_the_time_only_with_the_state, steals_no_claim, takes_away_only_what_the_template_named,
};

use crate::server::Server;

/// The rule that is broken, and what breaks it.
pub type Broken = String;

/// What must hold of a write that was served, by what was there before and what is there now. `view` says how many events of
/// interfaces its sender had heard; none where a server went back, so that the history is not known.
///
/// # Errors
/// Says which rule it breaks.
pub fn write_is_right(
    before: &Server,
    after: &Server,
    change: &Change,
    view: Option<usize>,
) -> Result<(), Broken> {
    let key = (change.kind, change.name.to_string());
    let (old, new) = (before.objects.get(&key), after.objects.get(&key));
    let same = match (old, new) {
        (Some(old), Some(new)) => old.version() == new.version(),
        (None, None) => true,
        _ => false,
    };
    if same || change.request.is_read() {
        return Ok(());
    }
    if let Some(old) = old {
        let write = (change.kind, &change.request, &*old.json);
        keeps_off_others_objects(write)?;
        keeps_off_what_is_not_to_be_touched(write)?;
        takes_away_only_what_the_template_named(write)?;
        steals_no_claim(write)?;
        if view.is_some() {
            history::was_to_be_taken_away(after, change.kind, &change.request, old)?;
        }
    }
    if let Some(new) = new {
        if let Some(view) = view {
            history::holds_what_it_shows(before, view, old, new)?;
        }
        let old = old.map(|old| &*old.json);
        moves_the_time_only_with_the_state(&change.request, old, &new.json)?;
        if view.is_some() {
            history::has_what_it_shows(after, &change.request, new)?;
        }
    }
    if (change.kind, change.purpose) == (Kind::Network, Purpose::Unprotect)
        && let Some(old) = old
    {
        networks::is_not_in_use(before, old)?;
    }
    if matches!(change.kind, Kind::Prefix | Kind::VirtualIp) && public::has_pools(after.model()) {
        public_addresses_are_held(after.model())?;
    }
    if change.kind == Kind::Prefix {
        no_grant_overlaps(after.model())?;
    }
    Ok(())
}
