// SPDX-License-Identifier: Apache-2.0

//! What CONTRIBUTING.md lists, and what a patch touches.

/// The places in the numbered list below `heading`: the path with which each item begins.
pub(super) fn listed(page: &str, heading: &str) -> Vec<String> {
    let lines = page.lines();
    let mut below = lines.skip_while(|line| line.trim_start_matches('#').trim() != heading);
    below.next();
    let section = below.take_while(|line| !line.starts_with('#'));
    let mut places: Vec<_> = section.filter_map(place).collect();
    places.sort_unstable();
    places
}

/// The path of an item such as ``1. `a/b.rs`: what to do``.
fn place(line: &str) -> Option<String> {
    let (number, item) = line.split_once(". ")?;
    number.parse::<u32>().ok()?;
    let (path, _) = item.strip_prefix('`')?.split_once('`')?;
    Some(path.to_owned())
}

/// The files that a patch changes or adds.
pub(super) fn touched(patch: &str) -> Vec<String> {
    let files = patch.lines().filter_map(|line| line.strip_prefix("+++ b/"));
    let mut files: Vec<_> = files.map(str::to_owned).collect();
    files.sort_unstable();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipes_places_are_the_items_of_the_list_below_its_heading() {
        let page = "### Other\n\n1. `x`: not this\n\n### Add a thing\n\nText with `code`.\n\n\
                    1. `b/c.rs`: the type\n   goes on with `more`\n2. `a.yaml`\n\nThen `d`.\n\n### Next\n\n1. `y`\n";
        assert_eq!(listed(page, "Add a thing"), ["a.yaml", "b/c.rs"]);
        assert_eq!(listed(page, "Add nothing"), [""; 0]);
    }

    #[test]
    fn a_patch_touches_what_it_changes_and_what_it_adds() {
        let patch = "--- a/b.rs\n+++ b/b.rs\n@@ -1 +1 @@\n-x\n+y\n--- /dev/null\n+++ b/a/new.rs\n@@ -0,0 +1 @@\n+z\n";
        assert_eq!(touched(patch), ["a/new.rs", "b.rs"]);
    }
}
