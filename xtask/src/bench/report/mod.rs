// SPDX-License-Identifier: Apache-2.0

//! What was measured: as a table, as JSON, as a picture, and against what was to be reached.

mod plot;
mod row;
mod table;
mod targets;

pub(crate) use plot::plot;
pub(crate) use row::{Pair, Row};
pub(crate) use table::table;
pub(crate) use targets::targets;
