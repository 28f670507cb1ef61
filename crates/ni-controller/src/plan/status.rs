// SPDX-License-Identifier: Apache-2.0

//! Status of an interface: what it has, and an ordered list of named checks of which the first that fails
//! gives state, reason and message (contract, NetworkInterface status).

mod addresses;
mod checks;
mod children;

use std::time::Duration;

use ironcore_api::networking::{NetworkInterfaceState as State, NetworkInterfaceStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

use super::condition::{self, Verdict};
use super::merge::merge_patch;
use super::{Notice, Reason, View};
use crate::seeded;
use crate::world::{Interface, Kind};
use addresses::Addresses;

/// How long an interface waits before an Event says so.
const WAITING_AFTER: Duration = Duration::from_secs(30);

/// What keeps an interface from being Available.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    /// Pending or Error.
    state: State,
    /// The condition's reason.
    reason: &'static str,
    /// The Event's reason, where the contract has one.
    event: Option<Reason>,
    /// Whether only a change of the interface itself can end it.
    stalled: bool,
    /// Whether it ends by what this very plan makes: nobody has to be told.
    making: bool,
    /// The whole sentence.
    message: String,
}

impl Fault {
    /// Something needed is not there yet.
    fn pending(reason: &'static str, message: String) -> Self {
        Self {
            state: State::Pending,
            reason,
            event: None,
            stalled: false,
            making: false,
            message,
        }
    }

    /// A child is being made.
    fn making(message: String) -> Self {
        Self {
            making: true,
            ..Self::pending("ChildMissing", message)
        }
    }

    fn verdict(&self) -> Verdict<'_> {
        Verdict {
            ready: false,
            stalled: self.stalled,
            reason: self.reason,
            message: &self.message,
        }
    }

    /// What is asked for can't be had as asked.
    fn error(reason: Reason, message: String) -> Self {
        Self {
            state: State::Error,
            reason: reason.as_str(),
            event: Some(reason),
            stalled: matches!(reason, Reason::InvalidSpec | Reason::FamilyMismatch),
            making: false,
            message,
        }
    }
}

/// The status that an interface should have.
#[derive(Debug)]
pub(super) struct Judged {
    /// The whole status; equal to the stored one when nothing changed.
    pub status: NetworkInterfaceStatus,
    /// The Event, if there is one.
    pub notice: Option<Notice>,
    /// Whether it waits only for what is being made: such a status is not written.
    pub making: bool,
    /// When it will have waited long enough for an Event.
    pub again_at: Option<Timestamp>,
}

/// Judges an interface.
pub(super) fn judge(interface: &Interface, view: View<'_>) -> Judged {
    let addresses = Addresses::of(interface, view);
    let fault = checks::ALL
        .iter()
        .find_map(|check| check(interface, &addresses, view));
    let stored = interface.status.unpack();
    let state = fault.as_ref().map_or(State::Available, |fault| fault.state);
    let moved = stored.state != Some(state)
        || stored.last_state_transition_time.is_none()
        || seeded::has(seeded::Fault::StatusTimesMove);
    let since = stored
        .last_state_transition_time
        .clone()
        .filter(|_| !moved)
        .unwrap_or(Time(view.now));
    let waiting = fault.as_ref().filter(|fault| fault.state == State::Pending);
    let notice_at = since
        .0
        .saturating_add(WAITING_AFTER)
        .unwrap_or(Timestamp::MAX);
    let again_at = waiting.map(|_| notice_at).filter(|at| *at > view.now);
    let notice = fault.as_ref().and_then(|fault| {
        let due =
            (fault.state == State::Pending && notice_at <= view.now).then_some(Reason::Waiting);
        let reason = fault.event.or(due)?;
        Some(Notice::on(
            reason,
            Kind::NetworkInterface,
            &interface.meta,
            fault.message.clone(),
        ))
    });
    let status = NetworkInterfaceStatus {
        state: Some(state),
        last_state_transition_time: Some(since),
        ips: addresses.ips.iter().map(ToString::to_string).collect(),
        prefixes: addresses.prefixes.iter().map(ToString::to_string).collect(),
        virtual_ip: addresses.virtual_ip.map(|ip| ip.to_string()),
        conditions: condition::with_ours(
            &stored.conditions,
            &fault
                .as_ref()
                .map_or(Verdict::ready(State::Available.as_str()), Fault::verdict),
            interface.meta.generation,
            view.now,
        ),
        observed_generation: Some(interface.meta.generation),
    };
    Judged {
        status,
        notice,
        making: fault.as_ref().is_some_and(|fault| fault.making),
        again_at,
    }
}

/// The merge patch that makes the stored status equal to `want`: fields that are gone are nulled.
pub(super) fn patch(want: &NetworkInterfaceStatus, stored: &NetworkInterfaceStatus) -> Value {
    let value = |status| serde_json::to_value(status).unwrap_or_default();
    merge_patch(&value(want), &value(stored))
}
