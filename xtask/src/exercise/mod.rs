// SPDX-License-Identifier: Apache-2.0

//! The exercises of `docs/exercises.md`: broken situations, each in a namespace of its own, for `kubectl ironcore` to explain.

mod page;
mod stage;
mod stands;

pub use page::Text;

use stands::Stands;

/// One exercise.
#[derive(Debug)]
pub struct Exercise {
    /// Its name on the command line.
    pub name: &'static str,
    steps: &'static [Step],
}

/// One step to its situation.
#[derive(Debug)]
enum Step {
    /// Applies a file of its folder in `deploy/samples/exercises`.
    Apply(&'static str),
    /// Waits until this holds.
    Until(Stands),
    /// Ends the controller as a crash does.
    KillController,
}

use Step::{Apply, KillController, Until};

/// All, in the order of the page.
pub const ALL: [Exercise; 5] = [
    Exercise {
        name: "address",
        steps: &[
            Apply("database.yaml"),
            Until(Stands::Ready(
                "NetworkInterface",
                "database-lan",
                "Available",
            )),
            Apply("shop.yaml"),
            Until(Stands::Ready(
                "NetworkInterface",
                "shop-lan",
                "AddressInUse",
            )),
        ],
    },
    Exercise {
        name: "pool",
        steps: &[
            Apply("pool.yaml"),
            Until(Stands::Ready("Prefix", "reserved", "Allocated")),
            Until(Stands::Ready("NetworkInterface", "web-a", "Available")),
            Until(Stands::Ready("NetworkInterface", "web-b", "Available")),
            Until(Stands::Granted("pool")),
            Apply("shop.yaml"),
            Until(Stands::Ready(
                "NetworkInterface",
                "shop-lan",
                "PrefixPending",
            )),
            Until(Stands::Ready("Prefix", "shop-lan-0", "NoRoom")),
        ],
    },
    Exercise {
        name: "quota",
        steps: &[
            Apply("web.yaml"),
            Until(Stands::Ready("NetworkInterface", "web-a", "Available")),
            Until(Stands::Ready("NetworkInterface", "web-b", "Available")),
            Apply("quota.yaml"),
            Until(Stands::Full("interfaces")),
            Apply("shop.yaml"),
            Until(Stands::Told("shop", "exceeded quota")),
        ],
    },
    Exercise {
        name: "leader",
        steps: &[
            Apply("web.yaml"),
            Until(Stands::Ready("NetworkInterface", "web-lan", "Available")),
            KillController,
            Until(Stands::NobodyLeads),
            Apply("shop.yaml"),
        ],
    },
    Exercise {
        name: "mark",
        steps: &[
            Apply("web.yaml"),
            Until(Stands::Ready("NetworkInterface", "web-lan", "Available")),
            Apply("answer.yaml"),
            Until(Stands::Ready("NetworkInterface", "web-copy", "Available")),
            Apply("web-copy.yaml"),
            Until(Stands::Deleting("NetworkInterface", "web-copy")),
        ],
    },
];

impl Exercise {
    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|exercise| exercise.name == name)
    }

    /// Its namespace.
    pub fn namespace(&self) -> String {
        format!("exercise-{}", self.name)
    }
}
