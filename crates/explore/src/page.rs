// SPDX-License-Identifier: Apache-2.0

//! `docs/seeded-faults.md`: how each seeded fault is found.

use std::fmt::Write as _;

use crate::search::{Report, Violation};
use crate::seeded::{Finding, NEVER_RESTS};

/// Longer lines of a counterexample are cut.
const LINE: usize = 160;

const HEAD: &str = "\
# Seeded faults

To prove that the [explorer](reliability.md#every-order-of-events) finds bugs, each of these bugs is built into the controller's core, one at a
time, and the explorer searches the scope named beside it. It searches breadth first, so each counterexample below is a shortest one. A test
fails if a fault is not found, if another invariant than the listed one fails, or if this page differs from what the explorer prints. This
command writes the page:

```sh
cargo run --release --package explore --features seeded-faults -- --faults --page docs/seeded-faults.md
```

*never rests* means that the system does not come to rest after users and faults have stopped. Long lines are cut.

| Fault | Scope | Steps | Invariant that fails |
|---|---|---|---|
";

/// The page, of what was found.
///
/// # Panics
/// If a fault was not found.
pub fn page(found: &[(Finding, Report)]) -> String {
    let mut page = HEAD.to_owned();
    let found = found.iter().map(|(finding, report)| {
        let violation = report.violation.as_ref();
        (finding, violation.expect("each fault is found"))
    });
    for (finding, violation) in found.clone() {
        let (name, scope, rule) = (finding.name(), finding.scope, finding.rule);
        let steps = steps(finding, violation);
        let _ = writeln!(
            page,
            "| [`{name}`](#{name}) | `{scope}` | {steps} | {rule} |"
        );
    }
    for (finding, violation) in found {
        let _ = write!(page, "\n## {}\n\n{}.\n\n", finding.name(), finding.about());
        let about = finding.explored().about;
        let _ = write!(page, "Scope `{}`: {about}.\n\n```text\n", finding.scope);
        for line in &violation.story {
            let _ = writeln!(page, "{}", cut(line));
        }
        page.push_str("```\n");
    }
    page
}

fn steps(finding: &Finding, violation: &Violation) -> String {
    if finding.rule == NEVER_RESTS {
        "never rests".to_owned()
    } else {
        violation.steps.len().to_string()
    }
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
