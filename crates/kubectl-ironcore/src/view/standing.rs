// SPDX-License-Identifier: Apache-2.0

//! How an object stands: what it says of itself, or would say if the controller had written it.

use ironcore_api::networking::{NetworkInterfaceState, NetworkState};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use ni_controller::plan::{Plan, Reason, StatusOwner};
use ni_controller::world::{
    Interface, Key, Kind, Meta, Namespace, Network, Prefix, READY, Slot, VirtualIp,
};
use serde::Serialize;

use super::View;

/// How an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Health {
    /// It has all that it asks for.
    Well,
    /// It waits for something.
    Waits,
    /// What it asks for can't be had as asked.
    Fails,
    /// It is being deleted.
    Deleting,
    /// It does not exist.
    Missing,
}

/// How an object stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// The same for all kinds.
    pub health: Health,
    /// Its state or phase, as its kind calls it.
    pub state: String,
    /// Why it is not well; as in its condition and in Events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The whole sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// Whether an outside system manages it: the controller writes nothing to it.
    #[serde(skip_serializing_if = "is_false")]
    pub external: bool,
    /// Addresses and blocks that it has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub has: Vec<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Standing {
    /// Whether it is not well.
    pub fn is_trouble(&self) -> bool {
        self.health != Health::Well
    }

    fn well(state: &str) -> Self {
        Self {
            health: Health::Well,
            state: state.to_owned(),
            reason: None,
            message: None,
            since: None,
            external: false,
            has: Vec::new(),
        }
    }

    /// One with such trouble.
    pub(crate) fn trouble(health: Health, state: &str, reason: &str, message: String) -> Self {
        Self {
            health,
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
            message: Some(message),
            ..Self::well(state)
        }
    }

    /// A machine is well if its interfaces are: of `all`, `waiting` are not. (Its own state is written by the machine pool's agent.)
    pub(crate) fn of_interfaces(waiting: usize, all: usize) -> Self {
        let message = match (waiting, all) {
            (0, 0) => return Self::well("NoInterfaces"),
            (0, _) => return Self::well("Available"),
            (_, 1) => "its interface is not Available".to_owned(),
            (1, _) => format!("1 of its {all} interfaces is not Available"),
            _ => format!("{waiting} of its {all} interfaces are not Available"),
        };
        Self::trouble(Health::Waits, "Waiting", "InterfacesPending", message)
    }

    fn of_condition(state: &str, condition: Condition) -> Self {
        if condition.status == "True" {
            return Self::well(state);
        }
        let reason = condition.reason;
        let health = if is_error(&reason) {
            Health::Fails
        } else {
            Health::Waits
        };
        Self {
            since: Some(condition.last_transition_time).filter(|since| since.0.as_second() > 0),
            ..Self::trouble(health, state, &reason, condition.message)
        }
    }

    fn having(self, has: impl IntoIterator<Item = String>) -> Self {
        Self {
            has: has.into_iter().collect(),
            ..self
        }
    }
}

/// Whether an object with this reason does not get what it asks for as it asks.
fn is_error(reason: &str) -> bool {
    let mut all = Reason::ALL.into_iter();
    let known = all.any(|known| known.as_str() == reason && known.is_warning());
    let waits = [Reason::NoRoom, Reason::ChildRefused];
    known && !waits.iter().any(|waits| waits.as_str() == reason)
}

/// The reason of what an outside system manages.
pub(crate) const MANAGED_BY_OTHERS: &str = "ManagedByOthers";
/// What it means.
pub(crate) const LEFT_ALONE: &str = "an outside system manages it (annotation common.ironcore.dev/managed-by): the controller writes nothing to it";

/// The reason of an interface that is deleted as a machine's own, which the machine does not declare.
const NOT_DECLARED: &str = "NotDeclared";

/// Reasons that only the controller knows, as no object shows them: it has told them.
const REFUSALS: [Reason; 4] = [
    Reason::ChildRefused,
    Reason::WriteRefused,
    Reason::WriteUndone,
    Reason::NotAsWritten,
];

impl View {
    /// How the object of `key` stands.
    pub fn standing(&self, key: &Key) -> Standing {
        let Some(meta) = self.of(key).meta(key.kind, &key.name) else {
            return Standing::trouble(Health::Missing, "Missing", "", "does not exist".to_owned());
        };
        Standing {
            external: meta.external,
            ..self.standing_of(key, meta)
        }
    }

    fn standing_of(&self, key: &Key, meta: &Meta) -> Standing {
        let namespace = self.of(key);
        let plan = self.plan(key);
        let standing = match key.kind {
            Kind::Machine => None,
            Kind::NetworkInterface => self.interface(key, namespace.interfaces.slot(&key.name)),
            Kind::Network => network(namespace.networks.slot(&key.name)),
            Kind::VirtualIp => self.virtual_ip(&plan, namespace.virtual_ips.slot(&key.name)),
            Kind::Prefix => self.prefix(key, namespace.prefixes.slot(&key.name)),
        };
        let standing = standing.unwrap_or_else(|| Standing::well(""));
        let noticed = noticed(&plan);
        if let Some((reason, message)) = noticed.filter(|_| standing.reason.is_none()) {
            let state = if meta.deleting { "Deleting" } else { "Error" };
            let health = if meta.deleting {
                Health::Deleting
            } else {
                Health::Fails
            };
            return Standing::trouble(health, state, reason, message);
        }
        if meta.deleting {
            let (reason, message) = undeclared(key.kind, meta, namespace).map_or_else(
                || ("Deleting", "is being deleted".to_owned()),
                |message| (NOT_DECLARED, message),
            );
            return Standing::trouble(Health::Deleting, "Deleting", reason, message)
                .having(standing.has);
        }
        self.refused(key, &plan).unwrap_or(standing)
    }

    /// What the API server does not let the controller do for the object, as far as that still is to be done.
    fn refused(&self, key: &Key, plan: &Plan) -> Option<Standing> {
        let mut writes = plan.changes.iter();
        if writes.all(|change| change.request.is_read()) {
            return None;
        }
        let refused = self.around.told.iter().filter(|told| {
            let object = &told.object;
            let refusal = REFUSALS.iter().any(|known| known.as_str() == told.reason);
            refusal
                && object.kind == key.kind.as_str()
                && *object.name == *key.name
                && *object.namespace == *key.namespace
        });
        let last = refused.max_by_key(|told| told.at.as_ref().map(|at| at.0))?;
        let (reason, message) = (&last.reason, last.message.clone());
        Some(Standing {
            since: last.at.clone(),
            ..Standing::trouble(Health::Fails, "Error", reason, message)
        })
    }

    fn interface(&self, key: &Key, slot: Option<&Slot<Interface>>) -> Option<Standing> {
        let interface = slot?.good()?;
        let stored = interface.status.unpack();
        let state = stored.state.unwrap_or(NetworkInterfaceState::Pending);
        let ready = stored.conditions.iter();
        let ready = ready
            .into_iter()
            .find(|known| known.type_ == READY)
            .cloned();
        let ours = self.options.status == StatusOwner::Controller && !interface.meta.external;
        let judged = self.core.ready(key, self.now).filter(|_| ours);
        // What the API server refuses, no object shows.
        let refused = Reason::ChildRefused.as_str();
        let refused = ready.clone().filter(|ready| ready.reason == refused);
        let refused =
            refused.filter(|_| judged.as_ref().is_some_and(|j| j.reason == "ChildMissing"));
        let condition = refused.or(judged).or(ready);
        let condition = condition.filter(|condition| {
            let available = state == NetworkInterfaceState::Available;
            available || condition.status != "True" || !ours
        });
        let standing = match condition {
            Some(condition) => {
                let state = match &*condition.status {
                    "True" => "Available",
                    _ if is_error(&condition.reason) => "Error",
                    _ => "Pending",
                };
                Standing::of_condition(state, condition)
            }
            None if state == NetworkInterfaceState::Available => Standing::well(state.as_str()),
            None => Standing::trouble(
                Health::Waits,
                state.as_str(),
                "Pending",
                "waits for its status to be written".to_owned(),
            ),
        };
        let has = stored.ips.into_iter().chain(stored.prefixes);
        Some(standing.having(has.chain(stored.virtual_ip)))
    }

    fn prefix(&self, key: &Key, slot: Option<&Slot<Prefix>>) -> Option<Standing> {
        let prefix = slot?.good()?;
        let state = if prefix.is_allocated() {
            "Allocated"
        } else {
            "Pending"
        };
        let has = prefix.granted.map(|block| block.to_string());
        let standing = match self.core.ready(key, self.now) {
            Some(condition) => Standing::of_condition(state, condition),
            None if prefix.is_allocated() => Standing::well(state),
            None if prefix.meta.external => Standing::trouble(
                Health::Waits,
                state,
                MANAGED_BY_OTHERS,
                LEFT_ALONE.to_owned(),
            ),
            None => Standing::trouble(
                Health::Waits,
                state,
                "Granting",
                "is about to get its block".to_owned(),
            ),
        };
        Some(standing.having(has))
    }

    fn virtual_ip(&self, plan: &Plan, slot: Option<&Slot<VirtualIp>>) -> Option<Standing> {
        let virtual_ip = slot?.good()?;
        if let Some(ip) = &virtual_ip.ip {
            return Some(Standing::well("Assigned").having([ip.clone()]));
        }
        let (reason, message) = noticed(plan).unwrap_or_else(|| {
            let family = virtual_ip.family;
            let mut blocks = self.world().pools().blocks();
            let served = blocks.any(|block| block.family() == family);
            let message = if served {
                "has no address yet".to_owned()
            } else {
                format!("has no address yet: no public pool has {family} addresses")
            };
            ("VirtualIPPending", message)
        });
        Some(Standing::trouble(Health::Waits, "Pending", reason, message))
    }
}

fn network(slot: Option<&Slot<Network>>) -> Option<Standing> {
    let state = slot?.good()?.state.unwrap_or(NetworkState::Available);
    let (health, state, reason) = match state {
        NetworkState::Available => return Some(Standing::well("Available")),
        NetworkState::Pending => (Health::Waits, "Pending", "NetworkPending"),
        NetworkState::Error => (Health::Fails, "Error", "NetworkError"),
    };
    let message = format!("is in state {state}");
    Some(Standing::trouble(health, state, reason, message))
}

/// The message for an interface that is marked as a machine's own although the machine does not declare it, so that the controller
/// deletes it.
fn undeclared(kind: Kind, meta: &Meta, namespace: &Namespace) -> Option<String> {
    let owner = meta.owner.as_ref().filter(|_| meta.ephemeral)?;
    let of_machine = kind == Kind::NetworkInterface && owner.is_a(Kind::Machine);
    let machine = namespace.machines.get(&owner.name).filter(|_| of_machine)?;
    let mut declared = machine.interfaces.iter();
    let is_declared = declared.any(|declared| declared.interface == meta.name);
    (machine.meta.uid == owner.uid && !is_declared).then(|| {
        format!(
            "is being deleted: its annotation and owner reference mark it as an ephemeral interface of Machine {}, which declares no interface of this name",
            owner.name
        )
    })
}

/// The first warning of a plan.
fn noticed(plan: &Plan) -> Option<(&'static str, String)> {
    let mut notices = plan.notices.iter();
    let notice = notices.find(|notice| notice.reason.is_warning())?;
    Some((notice.reason.as_str(), notice.message.clone()))
}
