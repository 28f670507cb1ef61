// SPDX-License-Identifier: Apache-2.0

//! What was measured.

/// Figures, in the order in which they were measured.
#[derive(Default)]
pub(super) struct Figures(Vec<Figure>);

struct Figure {
    what: String,
    value: f64,
    unit: &'static str,
    goal: f64,
    limit: f64,
}

impl Figures {
    /// A time; machines differ, so only twice the goal fails.
    pub(super) fn time(&mut self, what: &str, seconds: f64, goal: f64) {
        self.add(what, seconds, "s", goal, 2.0 * goal);
    }

    /// What is the same on every machine.
    pub(super) fn exact(&mut self, what: &str, value: f64, unit: &'static str, goal: f64) {
        self.add(what, value, unit, goal, goal);
    }

    fn add(&mut self, what: &str, value: f64, unit: &'static str, goal: f64, limit: f64) {
        println!("    {what}: {value:.1} {unit}");
        self.0.push(Figure {
            what: what.to_owned(),
            value,
            unit,
            goal,
            limit,
        });
    }

    /// Prints all, and fails if one is beyond its limit.
    pub(super) fn print_and_judge(&self) {
        println!("| Figure | Measured | Goal: at most |\n|---|---:|---:|");
        for Figure {
            what,
            value,
            unit,
            goal,
            ..
        } in &self.0
        {
            let missed = if value > goal { " (missed)" } else { "" };
            println!("| {what} | {value:.1} {unit}{missed} | {goal} {unit} |");
        }
        let beyond = self.0.iter().filter(|figure| figure.value > figure.limit);
        let beyond: Vec<_> = beyond.map(|figure| &figure.what).collect();
        assert!(beyond.is_empty(), "beyond all limits: {beyond:?}");
    }
}
