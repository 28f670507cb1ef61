// SPDX-License-Identifier: Apache-2.0

//! What was to be reached, and whether it was.

/// One target: what, with the figure, and whether that is good enough.
#[derive(Debug)]
pub(crate) struct Target {
    what: String,
    /// Whether it was reached.
    pub(crate) reached: bool,
}

impl Target {
    /// One that the benchmark judges itself.
    pub(crate) fn new(what: String, reached: bool) -> Self {
        Self { what, reached }
    }

    /// A figure with an upper bound; `what` names both it and its value.
    pub(crate) fn at_most(what: &str, found: f64, most: f64) -> Self {
        Self::new(format!("{what}, at most {most}"), found <= most)
    }

    /// A figure with a lower bound.
    pub(crate) fn at_least(what: &str, found: f64, least: f64) -> Self {
        Self::new(format!("{what}, at least {least}"), found >= least)
    }
}

/// A line per target.
pub(crate) fn lines(targets: impl IntoIterator<Item = Target>) -> String {
    let lines = targets.into_iter().map(|Target { what, reached }| {
        let verdict = if reached { "reached" } else { "MISSED " };
        format!("{verdict}  {what}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_reached_by_the_bound_itself() {
        let all = [
            Target::at_most("ratio 1.25", 1.25, 1.25),
            Target::at_most("ratio 1.26", 1.26, 1.25),
            Target::at_least("5 a second", 5.0, 5.0),
            Target::at_least("4 a second", 4.0, 5.0),
        ];
        assert_eq!(
            lines(all),
            "reached  ratio 1.25, at most 1.25\n\
             MISSED   ratio 1.26, at most 1.25\n\
             reached  5 a second, at least 5\n\
             MISSED   4 a second, at least 5"
        );
    }
}
