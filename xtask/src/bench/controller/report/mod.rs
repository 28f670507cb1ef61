// SPDX-License-Identifier: Apache-2.0

//! What was measured: as a table, as JSON, as a picture, and against what was to be reached.

mod panels;
mod row;
mod table;
mod targets;

pub(crate) use panels::panels;
pub(crate) use row::Row;
pub(crate) use table::table;
pub(crate) use targets::targets;
