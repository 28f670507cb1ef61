// SPDX-License-Identifier: Apache-2.0

//! What led to something, for people.

use std::collections::VecDeque;
use std::fmt::Write;

use k8s_openapi::jiff::Timestamp;

use super::super::world::{Change, Key, Known};

/// How many writes are remembered.
const REMEMBERED: usize = 100_000;
/// How many of them are told of each object.
const TOLD: usize = 8;

/// The last writes.
#[derive(Debug, Default)]
pub(super) struct Story(VecDeque<(Key, Line)>);

#[derive(Debug)]
struct Line {
    revision: i64,
    time: Timestamp,
    /// What users and controllers look at.
    known: Option<Known>,
}

impl Story {
    pub(super) fn add(&mut self, change: &Change) {
        let line = Line {
            revision: change.revision,
            time: Timestamp::now(),
            known: change.after.clone(),
        };
        self.0.push_back((change.key.clone(), line));
        if self.0.len() > REMEMBERED {
            self.0.pop_front();
        }
    }

    /// What was written of these last, in order.
    pub(super) fn of(&self, keys: &[Key]) -> String {
        let mut told: Vec<_> = keys
            .iter()
            .flat_map(|key| {
                self.0
                    .iter()
                    .rev()
                    .filter(move |(of, _)| of == key)
                    .take(TOLD)
            })
            .collect();
        told.sort_by_key(|(_, line)| line.revision);
        told.iter().fold(String::new(), |mut story, (key, line)| {
            // Writing to a text can't fail.
            let _ = writeln!(
                story,
                "  {} {:.3} {key} {}",
                line.revision,
                line.time,
                line.what()
            );
            story
        })
    }
}

impl Line {
    fn what(&self) -> String {
        let Some(known) = &self.known else {
            return "is gone".to_owned();
        };
        let deleting = if known.is_deleting() { " deleting" } else { "" };
        let status = shortened(known.at("/status").to_string());
        format!(
            "{}{deleting} {} {status}",
            known.uid(),
            shortened(known.at("/spec").to_string())
        )
    }
}

/// Long records are of no use to people.
fn shortened(mut text: String) -> String {
    const MOST: usize = 600;
    if text.len() > MOST {
        let end = (0..=MOST).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or_default());
        text.push('…');
    }
    text
}
