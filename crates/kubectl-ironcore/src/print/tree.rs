// SPDX-License-Identifier: Apache-2.0

//! `tree` as text.

use termtree::Tree;

use super::Page;
use super::paint::standing;
use crate::tree::Branch;

/// A tree for each machine, and for each interface that does not belong to a machine.
pub fn tree(branches: &[Branch], page: Page) -> String {
    if branches.is_empty() {
        return "Nothing found.\n".to_owned();
    }
    let several = branches
        .iter()
        .any(|branch| branch.object.namespace != branches[0].object.namespace);
    let trees = branches
        .iter()
        .map(|of| branch(of, several, page, 0).to_string());
    trees.collect()
}

fn branch(of: &Branch, with_namespace: bool, page: Page, depth: usize) -> Tree<String> {
    let object = &of.object;
    let name = if with_namespace && depth == 0 {
        object.to_string()
    } else {
        format!("{} {}", object.kind, object.name)
    };
    let text = match of.further {
        0 => {
            // Where something below is in the way, that says why.
            let deepest = of.below.iter().all(Branch::is_well);
            let message = of.standing.message.as_deref().filter(|_| deepest);
            let message = message.map_or(String::new(), |message| format!(": {message}"));
            format!("{name}{}{message}", standing(&of.standing))
        }
        further => format!("{name} and {further} more like it {}", of.standing.state),
    };
    let below = of
        .below
        .iter()
        .map(|below| branch(below, with_namespace, page, depth + 1));
    Tree::new(page.wrap(&text, 4 * depth))
        .with_leaves(below)
        .with_multiline(true)
}
