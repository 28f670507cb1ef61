// SPDX-License-Identifier: Apache-2.0

//! The seeded faults, each with the scope that finds it.

use clap::ValueEnum as _;
use ni_controller::seeded::{Fault, with};

use crate::scope::Scope;
use crate::scopes;
use crate::search::{Limits, Report, explore};

/// A fault that a scope finds.
#[derive(Clone, Copy, Debug)]
pub struct Finding {
    /// The fault.
    pub fault: Fault,
    /// The scope.
    pub scope: &'static str,
    /// The rule that it breaks: how the message begins.
    pub rule: &'static str,
}

const KNOWS: &str = "what a controller was told, it knows";
const OTHERS: &str = "an unmanaged object is never changed or deleted";
const STOLEN: &str = "a claim is never stolen";
const KEPT: &str =
    "a managed child that is wanted is deleted only for a difference that can't be changed";
const RELEASED: &str = "what is held is released only if its holder is gone or names it no longer";

const OVERLAP: &str = "no grant overlaps another";
const RECORDED: &str = "what is granted is recorded";

/// The rule that what never comes to rest breaks.
pub(crate) const NEVER_RESTS: &str = "it comes to rest";

/// Each is found among so many states.
const MOST: usize = 100_000;

const fn finding(fault: Fault, scope: &'static str, rule: &'static str) -> Finding {
    Finding { fault, scope, rule }
}

/// All of them.
pub const FINDINGS: &[Finding] = &[
    finding(Fault::OwnCreatesUnknown, "one-name", KNOWS),
    finding(Fault::OwnWritesUnknown, "one-address", KNOWS),
    finding(Fault::OwnDeletesForgotten, "entry-dropped", KNOWS),
    finding(
        Fault::LateAnswerBelieved,
        "owner-deleted",
        "what a machine declares is there",
    ),
    finding(
        Fault::VersionsGoBack,
        "others-routes",
        "a restore is seen only where there was one",
    ),
    finding(Fault::ClaimWithoutVersion, "two-claimants", STOLEN),
    finding(
        Fault::StatusWithoutVersion,
        "one-address",
        "a status never says what is not there",
    ),
    finding(Fault::RepairWithoutUid, "name-of-anothers", OTHERS),
    finding(Fault::RemovalWithoutLook, "entry-dropped", KEPT),
    finding(Fault::ReleaseWithoutLook, "two-claimants", RELEASED),
    finding(Fault::AdoptionByName, "name-of-anothers", OTHERS),
    finding(
        Fault::OthersAdditionsLost,
        "others-routes",
        "what others added stays",
    ),
    finding(
        Fault::BadClaimBlocks,
        "claimant-leaves",
        "what users want is there",
    ),
    finding(Fault::ClaimOfWhatIsHeld, "two-claimants", NEVER_RESTS),
    finding(Fault::StatusNotCompared, "one-address", NEVER_RESTS),
    finding(
        Fault::StatusTimesMove,
        "one-address",
        "at rest nothing is left to do",
    ),
    finding(
        Fault::HolderNotAsked,
        "one-address",
        "an address is shown by who holds it",
    ),
    finding(
        Fault::StaleOrdersSent,
        "two-entries",
        "an order is in the plan of the world as it is",
    ),
    finding(
        Fault::DoubtfulNotRead,
        "gone-unseen",
        "what a machine declares is there",
    ),
    finding(
        Fault::ListBeginsComplete,
        "crash-and-list",
        "what a machine declares is there",
    ),
    finding(Fault::LookWithoutKind, "virtual-ip-dropped", RELEASED),
    finding(Fault::LookOutlivesView, "behind-a-look", KEPT),
    finding(
        Fault::CaughtUpListGoesBack,
        "old-lists",
        "what a machine declares is there",
    ),
    finding(Fault::GrantWithoutVersion, "named-by-another", OVERLAP),
    finding(Fault::GrantNotAttributed, "one-block", OVERLAP),
    finding(Fault::BlockOfDeletingFree, "child-held", RECORDED),
    finding(
        Fault::NetworkNotAsked,
        "network-held",
        "a network in use stays",
    ),
    finding(
        Fault::AddressFreedUnasked,
        "public-address-old-lists",
        "an address that a virtual IP shows is held",
    ),
    finding(Fault::ParentNotKept, "parent-made-again", RECORDED),
];

impl Finding {
    /// The fault's name, in kebab case.
    pub fn name(&self) -> String {
        let value = self.fault.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// What the fault is, in one sentence.
    pub fn about(&self) -> String {
        let value = self.fault.to_possible_value();
        let help = value.and_then(|value| Some(value.get_help()?.to_string()));
        help.unwrap_or_default()
    }

    /// The scope that finds it.
    ///
    /// # Panics
    /// If no scope has that name.
    pub fn explored(&self) -> Scope {
        let mut scopes = scopes::all().into_iter();
        let scope = scopes.find(|scope| scope.name == self.scope);
        scope.expect("a scope of that name")
    }

    /// Explores the scope with the fault built in.
    ///
    /// # Panics
    /// If no scope has that name.
    pub fn look(&self) -> Report {
        let scope = self.explored();
        let limits = Limits {
            states: Some(MOST),
            ..Limits::default()
        };
        with(self.fault, || explore(&scope, limits))
    }
}
