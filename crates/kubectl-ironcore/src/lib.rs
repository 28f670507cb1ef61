// SPDX-License-Identifier: Apache-2.0

//! `kubectl ironcore`: why an object is not Available, what belongs to whom, who has an address, what is left, what is wrong.
//!
//! Data flows one way: lists → view → answer → text or JSON. The view is the controller's own world, and answers run the
//! controller's own planner: it is pure, so who asks needs neither its process nor its rights.

pub mod advice;
pub mod around;
pub mod check;
pub mod left;
pub mod object;
pub mod options;
pub mod print;
mod read;
pub mod run;
#[cfg(test)]
mod testing;
pub mod tree;
pub mod view;
pub mod who;
pub mod why;
