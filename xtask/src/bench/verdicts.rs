// SPDX-License-Identifier: Apache-2.0

//! What was to be reached, and whether it was.

/// One target: what, with the figure, and whether that is good enough.
pub(crate) type Verdict = (String, bool);

/// A line per target.
pub(crate) fn lines(verdicts: impl IntoIterator<Item = Verdict>) -> String {
    let lines = verdicts.into_iter().map(|(what, reached)| {
        let verdict = if reached { "reached" } else { "MISSED " };
        format!("{verdict}  {what}")
    });
    lines.collect::<Vec<_>>().join("\n")
}
