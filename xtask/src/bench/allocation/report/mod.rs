// SPDX-License-Identifier: Apache-2.0

//! What was measured, for people and programs.

mod panels;
mod row;
pub(crate) mod table;
mod targets;

use serde::Serialize;

use super::pure::Pure;

pub(crate) use panels::panels;
pub(crate) use row::{Row, one_line};
pub(crate) use targets::targets;

/// All figures; the JSON.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) cases: Vec<Row>,
    pub(crate) pure: Vec<Pure>,
}
