// SPDX-License-Identifier: Apache-2.0

//! `check` as text.

use ni_runtime::scope::Scopes;

use super::Page;
use super::paint::strong;
use crate::check::Finding;
use crate::object::place;

/// A paragraph for each finding of these namespaces; what to do once for each reason.
pub fn check(findings: &[Finding], scopes: &Scopes, page: Page) -> String {
    if findings.is_empty() {
        return format!("No findings {}.\n", place(scopes));
    }
    let mut told = Vec::new();
    let paragraphs = findings.iter().map(|finding| {
        let mut text = format!("{}: {}\n", strong(&finding.object), finding.reason);
        text.push_str(&page.paragraph(&finding.message, 2));
        let remedy = finding.remedy.filter(|remedy| !told.contains(remedy));
        if let Some(remedy) = remedy {
            text.push('\n');
            text.push_str(&page.paragraph(&format!("To do: {remedy}"), 2));
            told.push(remedy);
        }
        text + "\n\n"
    });
    let text: String = paragraphs.collect();
    match findings.len() {
        1 => text + "1 finding\n",
        many => format!("{text}{many} findings\n"),
    }
}
