// SPDX-License-Identifier: Apache-2.0

//! Parts of a benchmark that have processes of their own: what they use must not count as another's.

use std::process::Command;
use std::str::FromStr;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::allocation::{Space, Writer};
use super::controller::Floor;
use super::world::StandIn;

/// A part; on the command line as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Part {
    Floor(Floor),
    Writer(Writer),
    Space(Space),
    StandIn(StandIn),
}

impl Part {
    /// What runs it in a process of its own.
    pub(crate) fn command(&self) -> Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "part", &serde_json::to_string(self)?]);
        Ok(command)
    }

    /// Runs it.
    pub(crate) async fn run(self) -> Result<()> {
        match self {
            Self::Floor(floor) => floor.run().await,
            Self::Writer(writer) => writer.run().await,
            Self::Space(space) => space.run(),
            Self::StandIn(stand_in) => stand_in.run().await,
        }
    }
}

impl FromStr for Part {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}
